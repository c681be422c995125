#include "migrator/plan/replay.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "migrator/script/tokenizer.h"
#include "migrator/text/ascii.h"

namespace migrator::plan {

namespace {

using script::Token;
using script::TokenKind;

// The significant tokens of a statement as upper-case text; literals as "'".
std::vector<std::string> words_of(std::string_view sql, Dialect dialect, std::vector<std::string_view> *literals = nullptr) {
  std::vector<std::string> words;
  script::Tokenizer tokens(sql, dialect);
  while (const std::optional<Token> token = tokens.next_significant()) {
    if (token->kind == TokenKind::String) {
      if (literals != nullptr) literals->push_back(token->text);
      words.emplace_back("'");
      continue;
    }
    words.push_back(token->kind == TokenKind::Word ? text::upper(token->text) : std::string(token->text));
  }
  return words;
}

template <std::size_t N> bool among(const std::string &word, const std::array<std::string_view, N> &list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 3> kMakers = {"CREATE", "ALTER", "DROP"};
constexpr std::array<std::string_view, 6> kShared = {"ROLE", "USER", "GROUP", "DATABASE", "TABLESPACE", "SUBSCRIPTION"};
constexpr std::array<std::string_view, 3> kNamed = {"ROLE", "DATABASE", "TABLESPACE"};

// What the words from `at` on begin, if it reaches beyond the database.
std::optional<std::string> begins_beyond(const std::vector<std::string> &words, std::size_t at) {
  const auto word = [&](std::size_t ahead) { return at + ahead < words.size() ? words[at + ahead] : std::string(); };
  const auto until = [&](std::string_view wanted, std::string_view end) {
    for (std::size_t i = at; i < words.size() && words[i] != ";" && words[i] != end; ++i)
      if (words[i] == wanted) return true;
    return false;
  };
  if (among(word(0), kMakers) && among(word(1), kShared) && word(2) != "MAPPING") return word(0) + " " + word(1);
  if (word(0) == "ALTER" && word(1) == "SYSTEM") return "ALTER SYSTEM";
  if ((word(0) == "DROP" || word(0) == "REASSIGN") && word(1) == "OWNED") return word(0) + " OWNED";
  if ((word(0) == "COMMENT" || word(0) == "SECURITY") && (among(word(2), kNamed) || (word(1) == "LABEL" && until("ROLE", "IS"))))
    return word(0) + " ON " + word(2);
  if (word(0) == "GRANT" || word(0) == "REVOKE") {
    const std::string end = word(0) == "GRANT" ? "TO" : "FROM";
    if (!until("ON", end)) return word(0) + " of a role";
    for (std::size_t i = at; i + 1 < words.size() && words[i] != end; ++i)
      if (words[i] == "ON" && (words[i + 1] == "DATABASE" || words[i + 1] == "TABLESPACE" || words[i + 1] == "PARAMETER"))
        return word(0) + " ON " + words[i + 1];
  }
  if (word(0) == "COPY")
    for (std::size_t i = at + 1; i + 1 < words.size() && words[i] != ";"; ++i)
      if ((words[i] == "FROM" || words[i] == "TO") && (words[i + 1] == "PROGRAM" || words[i + 1] == "'"))
        return words[i + 1] == "PROGRAM" ? "COPY … PROGRAM" : "COPY of a file of the server";
  return std::nullopt;
}

std::optional<std::string> calls_beyond(const std::vector<std::string> &words) {
  for (std::size_t at = 0; at + 1 < words.size(); ++at)
    if (words[at + 1] == "(" && words[at].rfind("DBLINK", 0) == 0) return "dblink";
  return std::nullopt;
}

// Everything that a DO block says, at any depth of its literals.
std::optional<std::string> anywhere_beyond(std::string_view sql, int depth) {
  std::vector<std::string_view> literals;
  const std::vector<std::string> words = words_of(sql, Dialect::Postgresql, &literals);
  for (std::size_t at = 0; at < words.size(); ++at)
    if (auto found = begins_beyond(words, at)) return found;
  if (auto found = calls_beyond(words)) return found;
  for (std::string_view literal : literals) {
    if (literal.size() < 2 || depth == 0) continue;
    const std::size_t open = literal.front() == '$' ? literal.find('$', 1) + 1 : literal.find('\'') + 1;
    const std::size_t close = literal.front() == '$' ? open : 1;
    if (literal.size() < open + close) continue;
    if (auto found = anywhere_beyond(literal.substr(open, literal.size() - open - close), depth - 1)) return found;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> beyond_the_database(std::string_view sql, Dialect dialect) {
  const std::vector<std::string> words = words_of(sql, dialect);
  if (words.empty()) return std::nullopt;
  if (dialect == Dialect::Sqlite) {
    if (words.front() == "ATTACH") return "ATTACH";
    if (words.front() == "VACUUM" && std::find(words.begin(), words.end(), "INTO") != words.end()) return "VACUUM INTO";
    return std::nullopt;
  }
  if (words.front() == "DO") return anywhere_beyond(sql, 3);
  if (auto found = begins_beyond(words, 0)) return found;
  return words.front() == "CREATE" ? std::nullopt : calls_beyond(words);
}

Status check_replay(const Plan &plan, Dialect dialect) {
  for (const Step &step : plan.steps) {
    for (const StepItem &item : step.items) {
      const auto *statement = std::get_if<database::Statement>(&item.what);
      if (statement == nullptr) continue;
      if (const auto found = beyond_the_database(statement->text, dialect))
        return fail_at(
            step.script->path, statement->line, ErrorCode::InvalidRevisionFile,
            fmt::format(
                "{} reaches beyond its database, so it does not run in a scratch database, where this file had to be loaded "
                "to see what it makes. Do it outside of the files that are compared: by whoever sets up the server.",
                *found));
    }
  }
  return {};
}

} // namespace migrator::plan
