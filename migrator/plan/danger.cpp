#include "migrator/plan/danger.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "migrator/script/tokenizer.h"
#include "migrator/text/ascii.h"

namespace migrator::plan {

namespace {

using script::Token;
using script::TokenKind;

struct Word {
  std::string keyword; // in upper case; empty for anything but a plain word
  std::string text;    // as written, without quotes
};

using Words = std::vector<Word>;

Words words_of(const std::string &sql, Dialect dialect) {
  Words out;
  script::Tokenizer tokens(sql, dialect);
  while (const std::optional<Token> token = tokens.next_significant()) {
    Word word{"", std::string(token->text)};
    if (token->kind == TokenKind::Word) word.keyword = text::upper(token->text);
    if (token->kind == TokenKind::QuotedIdentifier && word.text.size() >= 2)
      word.text = word.text.substr(1, word.text.size() - 2);
    out.push_back(std::move(word));
  }
  return out;
}

bool has(const Words &words, std::size_t at, std::string_view keyword) {
  return at < words.size() && words[at].keyword == keyword;
}

bool mentions(const Words &words, std::string_view keyword) {
  return std::any_of(words.begin(), words.end(), [&](const Word &word) { return word.keyword == keyword; });
}

// Past "IF EXISTS" and "ONLY", which may stand before a name.
std::size_t name_start(const Words &words, std::size_t at) {
  if (has(words, at, "IF")) at += has(words, at + 1, "NOT") ? 3 : 2;
  return has(words, at, "ONLY") ? at + 1 : at;
}

bool is_sign(const Words &words, std::size_t at, std::string_view sign) {
  return at < words.size() && words[at].keyword.empty() && words[at].text == sign;
}

// The name at `at`, its schema included; `at` is then behind it.
std::string take_name(const Words &words, std::size_t &at) {
  std::string out;
  for (; at < words.size(); ++at) {
    out += words[at].text;
    if (!is_sign(words, at + 1, ".")) {
      ++at;
      break;
    }
    out += words[++at].text;
  }
  return out;
}

std::string name_at(const Words &words, std::size_t at) {
  at = name_start(words, at);
  return take_name(words, at);
}

// The names of a list with commas.
std::vector<std::string> names_at(const Words &words, std::size_t at) {
  std::vector<std::string> out;
  do {
    at = name_start(words, at);
    out.push_back(take_name(words, at));
    if (is_sign(words, at, "*")) ++at;
  } while (is_sign(words, at++, ","));
  return out;
}

std::string listed(std::string_view what, const Words &words, std::size_t at) {
  return fmt::format("{} {}", what, fmt::join(names_at(words, at), ", "));
}

std::string drop_loss(const Words &words) {
  for (const std::string_view kind : {"TABLE", "SCHEMA", "DATABASE", "TYPE", "SEQUENCE"})
    if (has(words, 1, kind)) return listed(fmt::format("DROP {}", kind), words, 2);
  if (has(words, 1, "MATERIALIZED") && has(words, 2, "VIEW")) return listed("DROP MATERIALIZED VIEW", words, 3);
  if (has(words, 1, "OWNED") && has(words, 2, "BY")) return listed("DROP OWNED BY", words, 3);
  // Columns of these types go with them.
  for (const std::string_view kind : {"DOMAIN", "EXTENSION"})
    if (has(words, 1, kind) && mentions(words, "CASCADE")) return listed(fmt::format("DROP {}", kind), words, 2) + " CASCADE";
  return "";
}

std::string delete_loss(const Words &words) {
  if (mentions(words, "WHERE")) return "";
  for (std::size_t at = 0; at + 1 < words.size(); ++at)
    if (has(words, at, "DELETE") && has(words, at + 1, "FROM"))
      return fmt::format("DELETE FROM {} without WHERE", name_at(words, at + 2));
  return "";
}

std::string alter_loss(const Words &words) {
  static constexpr std::array<std::string_view, 5> kNotColumns{"CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION"};
  const bool type = has(words, 1, "TYPE");
  if (!type && !has(words, 1, "TABLE")) return "";
  std::vector<std::string> columns;
  for (std::size_t at = 3; at + 1 < words.size(); ++at) {
    if (!has(words, at, "DROP")) continue;
    if (type ? !has(words, at + 1, "ATTRIBUTE")
             : std::find(kNotColumns.begin(), kNotColumns.end(), words[at + 1].keyword) != kNotColumns.end())
      continue;
    columns.push_back(name_at(words, at + (type || has(words, at + 1, "COLUMN") ? 2 : 1)));
  }
  if (columns.empty()) return "";
  return fmt::format("ALTER {} {} DROP {} {}", type ? "TYPE" : "TABLE", name_at(words, 2), type ? "ATTRIBUTE" : "COLUMN",
                     fmt::join(columns, ", "));
}

std::string loss_of(const Words &words) {
  if (has(words, 0, "DROP")) return drop_loss(words);
  if (has(words, 0, "TRUNCATE")) return listed("TRUNCATE", words, has(words, 1, "TABLE") ? 2 : 1);
  if (has(words, 0, "DELETE") || has(words, 0, "WITH")) return delete_loss(words);
  return has(words, 0, "ALTER") ? alter_loss(words) : "";
}

// Without its schema and without regard to case.
std::string bare_name(const std::string &name) {
  const std::size_t dot = name.rfind('.');
  return text::lower(dot == std::string::npos ? name : name.substr(dot + 1));
}

// Tells which of a step's DROP TABLE belong to a rebuild: copy, drop, rename of the copy.
class Rebuilds {
public:
  explicit Rebuilds(const std::vector<Words> &statements) : statements_(statements) {
    for (std::size_t at = 0; at < statements.size(); ++at) {
      const Words &words = statements[at];
      if (!has(words, 0, "ALTER") || !has(words, 1, "TABLE")) continue;
      for (std::size_t word = 3; word + 2 < words.size(); ++word)
        if (has(words, word, "RENAME") && has(words, word + 1, "TO"))
          renames_[text::lower(words[word + 2].text)] = Rename{at, bare_name(name_at(words, 2))};
    }
  }

  bool drops_only_copied(std::size_t at) const {
    const Words &words = statements_[at];
    if (!has(words, 0, "DROP") || !has(words, 1, "TABLE")) return false;
    const std::vector<std::string> names = names_at(words, 2);
    return std::all_of(names.begin(), names.end(), [&](const std::string &name) { return rebuilt(bare_name(name), at); });
  }

private:
  struct Rename {
    std::size_t statement = 0;
    std::string from;
  };

  bool rebuilt(const std::string &table, std::size_t dropped) const {
    const auto rename = renames_.find(table);
    if (rename == renames_.end() || rename->second.statement < dropped) return false;
    return std::any_of(statements_.begin(), statements_.begin() + static_cast<std::ptrdiff_t>(dropped),
                       [&](const Words &words) { return copies(words, table, rename->second.from); });
  }

  static bool copies(const Words &words, const std::string &from, const std::string &to) {
    const auto names = [&](const std::string &table) {
      return std::any_of(words.begin(), words.end(), [&](const Word &word) { return text::lower(word.text) == table; });
    };
    return mentions(words, "SELECT") && (mentions(words, "INSERT") || has(words, 0, "CREATE")) && names(from) && names(to);
  }

  const std::vector<Words> &statements_;
  std::map<std::string, Rename> renames_; // by new name; the last of each
};

} // namespace

std::vector<std::string> losses(const Plan &plan, Dialect dialect) {
  std::vector<std::string> out;
  for (const Step &step : plan.steps) {
    std::vector<Words> statements;
    for (const std::string &sql : statement_texts(step.items)) statements.push_back(words_of(sql, dialect));
    const Rebuilds rebuilds(statements);
    for (std::size_t at = 0; at < statements.size(); ++at) {
      const std::string loss = loss_of(statements[at]);
      if (!loss.empty() && !rebuilds.drops_only_copied(at)) out.push_back(fmt::format("revision {}: {}", step.revision, loss));
    }
  }
  return out;
}

std::vector<std::string> kinds(const Plan &plan, const std::vector<std::string> &losses) {
  std::set<std::string> out;
  for (const Step &step : plan.steps) {
    out.emplace(name(step.direction));
    if (step.resumes) out.insert("resumes");
    if (step.from_journal) out.insert("from-journal");
    if (step.direction == Direction::Up && !step.down_text) out.insert("irreversible");
    for (const Unit &unit : step.units) {
      if (unit.kind == UnitKind::Bare) out.insert("non-transactional");
      if (unit.kind == UnitKind::Batch) out.insert("data");
    }
  }
  if (!losses.empty()) out.insert("drops");
  if (plan.goes_down() && plan.heads_after.empty()) out.insert("empties");
  return {out.begin(), out.end()};
}

} // namespace migrator::plan
