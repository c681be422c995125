#include "migrator/plan/danger.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "migrator/script/tokenizer.h"

namespace migrator::plan {

namespace {

using script::Token;
using script::TokenKind;

// A statement's significant tokens in a form that can be matched: words in upper case, quoted identifiers without their quotes.
std::vector<std::string> words_of(const std::string &sql, Dialect dialect) {
  std::vector<std::string> out;
  script::Tokenizer tokens(sql, dialect);
  while (const std::optional<Token> token = tokens.next_significant()) {
    std::string text(token->text);
    if (token->kind == TokenKind::Word)
      std::transform(text.begin(), text.end(), text.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (token->kind == TokenKind::QuotedIdentifier && text.size() >= 2) text = text.substr(1, text.size() - 2);
    out.push_back(std::move(text));
  }
  return out;
}

bool has(const std::vector<std::string> &words, std::size_t at, std::string_view word) {
  return at < words.size() && words[at] == word;
}

// The name that stands at `at`, dots included; "IF EXISTS" and "ONLY" before it are passed over.
std::string name_at(const std::vector<std::string> &words, std::size_t at) {
  if (has(words, at, "IF")) at += has(words, at + 1, "NOT") ? 3 : 2;
  if (has(words, at, "ONLY")) ++at;
  std::string out;
  for (; at < words.size(); ++at) {
    out += words[at];
    if (!has(words, at + 1, ".")) break;
    out += words[++at];
  }
  return out;
}

bool same_name(const std::string &left, const std::string &right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return std::tolower(a) == std::tolower(b); });
}

std::string loss_of(const std::vector<std::string> &words) {
  if (has(words, 0, "DROP")) {
    for (const std::string_view kind : {"TABLE", "SCHEMA", "DATABASE", "TYPE", "SEQUENCE"})
      if (has(words, 1, kind)) return fmt::format("DROP {} {}", kind, name_at(words, 2));
    if (has(words, 1, "MATERIALIZED") && has(words, 2, "VIEW")) return "DROP MATERIALIZED VIEW " + name_at(words, 3);
    return "";
  }
  if (has(words, 0, "TRUNCATE")) return "TRUNCATE " + name_at(words, has(words, 1, "TABLE") ? 2 : 1);
  if (has(words, 0, "DELETE") && has(words, 1, "FROM") && std::find(words.begin(), words.end(), "WHERE") == words.end())
    return fmt::format("DELETE FROM {} without WHERE", name_at(words, 2));
  if (!has(words, 0, "ALTER") || !has(words, 1, "TABLE")) return "";
  static const std::set<std::string_view> kNotColumns{"CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION"};
  for (std::size_t at = 3; at + 1 < words.size(); ++at)
    if (words[at] == "DROP" && kNotColumns.count(words[at + 1]) == 0)
      return fmt::format("ALTER TABLE {} DROP COLUMN {}", name_at(words, 2),
                         name_at(words, at + (has(words, at + 1, "COLUMN") ? 2 : 1)));
  return "";
}

// The new names of ALTER TABLE … RENAME TO in a step: tables that a rebuild brings back.
std::vector<std::string> brought_back(const std::vector<std::vector<std::string>> &statements) {
  std::vector<std::string> out;
  for (const std::vector<std::string> &words : statements)
    for (std::size_t at = 3; has(words, 0, "ALTER") && at + 2 < words.size(); ++at)
      if (words[at] == "RENAME" && words[at + 1] == "TO") out.push_back(words[at + 2]);
  return out;
}

} // namespace

std::vector<std::string> losses(const Plan &plan, Dialect dialect) {
  std::vector<std::string> out;
  for (const Step &step : plan.steps) {
    std::vector<std::vector<std::string>> statements;
    for (const std::string &sql : statement_texts(step.items)) statements.push_back(words_of(sql, dialect));
    const std::vector<std::string> back = brought_back(statements);
    for (const std::vector<std::string> &words : statements) {
      const std::string loss = loss_of(words);
      const bool rebuilt =
          has(words, 0, "DROP") && has(words, 1, "TABLE") &&
          std::any_of(back.begin(), back.end(), [&](const std::string &name) { return same_name(name, name_at(words, 2)); });
      if (!loss.empty() && !rebuilt) out.push_back(fmt::format("revision {}: {}", step.revision, loss));
    }
  }
  return out;
}

} // namespace migrator::plan
