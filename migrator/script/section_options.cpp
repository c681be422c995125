#include "migrator/script/section_options.h"

#include <charconv>
#include <set>

#include <fmt/format.h>

#include "migrator/script/names.h"
#include "migrator/script/quoting.h"
#include "migrator/script/tokenizer.h"
#include "migrator/text/duration.h"
#include "migrator/text/nearest.h"

namespace migrator::script {

namespace {

using Unexpected = tl::unexpected<std::string>;

constexpr std::int64_t kMostRowsABatch = 1'000'000'000;

Read<void> read_dialect(std::string_view value, Section &section) {
  for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
    if (value == migrator::name(dialect)) {
      section.dialect = dialect;
      return {};
    }
  }
  auto meant = text::nearest(value, {"sqlite", "postgresql", "sqlite3", "postgres", "pgsql", "pg"});
  if (meant == "sqlite3") meant = "sqlite";
  if (meant == "postgres" || meant == "pgsql" || meant == "pg") meant = "postgresql";
  if (!meant.empty()) return Unexpected(fmt::format("unknown dialect {}: did you mean `{}`?", in_backquotes(value), meant));
  return Unexpected(fmt::format("unknown dialect {}: the dialects are sqlite and postgresql", in_backquotes(value)));
}

Read<void> read_transaction(std::string_view value, Section &section) {
  if (value != "true" && value != "false") {
    return Unexpected(
        fmt::format("{} is not a value of transaction: write `transaction:true` or `transaction:false`", in_backquotes(value)));
  }
  section.transaction = value == "true";
  return {};
}

Read<void> read_timeout(std::string_view option, std::string_view value, std::optional<std::chrono::milliseconds> &timeout) {
  timeout = text::parse_duration(value);
  if (timeout) return {};
  return Unexpected(fmt::format(
      "{} is not a duration: write a whole number with ms, s, m or h, for example `{}:2s`; 0 means no limit, at most 596h",
      in_backquotes(value), option));
}

Read<void> read_batch(std::string_view value, DataBatch &data) {
  const auto *const end = value.data() + value.size();
  std::int64_t rows = 0;
  const auto [stop, error] = std::from_chars(value.data(), end, rows);
  if (error != std::errc() || stop != end || rows < 1 || rows > kMostRowsABatch) {
    return Unexpected(fmt::format(
        "{} is not a number of rows: write a whole number from 1 to 1000000000, for example `batch:1000`", in_backquotes(value)));
  }
  data.batch = rows;
  return {};
}

Read<void> read_data_name(std::string_view value, DataBatch &data) {
  constexpr std::size_t kLongest = 64;
  const bool fits =
      value.size() <= kLongest &&
      value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (!fits) {
    return Unexpected(fmt::format("{} is not a name of a data section: use 1 to 64 of the characters A-Z, a-z, 0-9 and _",
                                  in_backquotes(value)));
  }
  data.name = value;
  return {};
}

Read<void> read_data_option(std::string_view option, std::string_view value, DataBatch &data) {
  if (option == "name") return read_data_name(value, data);
  if (option == "batch") return read_batch(value, data);
  if (option == "table") {
    if (!is_qualified_name(value, 2)) {
      return Unexpected(fmt::format("{} is not a table: write `table:name` or `table:schema.name`, with double quotes around "
                                    "other characters than letters, "
                                    "digits and _",
                                    in_backquotes(value)));
    }
    data.table = value;
    return {};
  }
  if (!is_qualified_name(value, 1)) {
    return Unexpected(
        fmt::format("{} is not a column: write `key:name`, with double quotes around other characters than letters, digits and _",
                    in_backquotes(value)));
  }
  data.key = value;
  return {};
}

bool is_data_option(std::string_view option) noexcept {
  return option == "name" || option == "table" || option == "key" || option == "batch";
}

std::string unknown_option(std::string_view option, DirectiveKind kind) {
  if (kind == DirectiveKind::Data) {
    const auto meant =
        text::nearest(option, {"name", "table", "key", "batch", "dialect", "lock_timeout", "statement_timeout", "foreign_keys"});
    if (!meant.empty()) return fmt::format("unknown option {}: did you mean `{}`?", in_backquotes(option), meant);
    return fmt::format("unknown option {}: the options of data are name, table, key, batch, dialect, lock_timeout, "
                       "statement_timeout and foreign_keys",
                       in_backquotes(option));
  }
  if (is_data_option(option))
    return fmt::format("`{}` is an option of data sections: write `-- migrate:data`, or leave it out", option);
  const auto meant = text::nearest(option, {"dialect", "transaction", "lock_timeout", "statement_timeout", "foreign_keys"});
  if (!meant.empty()) return fmt::format("unknown option {}: did you mean `{}`?", in_backquotes(option), meant);
  return fmt::format(
      "unknown option {}: the options of {} are dialect, transaction, lock_timeout, statement_timeout and foreign_keys",
      in_backquotes(option), name(kind));
}

Read<void> read_option(std::string_view option, std::string_view value, DirectiveKind kind, Section &section) {
  if (option == "dialect") return read_dialect(value, section);
  if (option == "lock_timeout") return read_timeout(option, value, section.lock_timeout);
  if (option == "statement_timeout") return read_timeout(option, value, section.statement_timeout);
  if (option == "transaction") {
    if (section.data) return Unexpected("`transaction` on a data section: leave it out, every batch is a transaction of its own");
    return read_transaction(value, section);
  }
  if (option == "foreign_keys") {
    if (value != "on")
      return Unexpected(
          fmt::format("{} is not a value of foreign_keys: write `foreign_keys:on`, or leave it out", in_backquotes(value)));
    section.foreign_keys = true;
    return {};
  }
  if (section.data && is_data_option(option)) return read_data_option(option, value, *section.data);
  return Unexpected(unknown_option(option, kind));
}

Read<void> check_data(const DataBatch &data) {
  const auto missing = data.name.empty() ? "name" : data.table.empty() ? "table" : data.key.empty() ? "key" : nullptr;
  if (missing == nullptr) return {};
  return Unexpected(fmt::format(
      "`data` needs the option `{}`: write `-- migrate:data name:NAME table:TABLE key:COLUMN`, and `batch:1000` if you like",
      missing));
}

// Read as one database does: whether there is a statement, a second one, a literal that never ends.
Read<void> check_query(std::string_view query, Dialect dialect) {
  Tokenizer tokens(query, dialect);
  const auto first = tokens.next_significant();
  if (!first || !(is_word(*first, "SELECT") || is_word(*first, "WITH"))) {
    return Unexpected("`assert` needs a query: write `-- migrate:assert SELECT …`, on one line");
  }
  for (auto token = tokens.next(); token; token = tokens.next()) {
    if (token->kind == TokenKind::Semicolon) {
      return Unexpected(
          "a semicolon inside the query: an assert is one SELECT; write another `-- migrate:assert` for the second one");
    }
    if (token->unterminated)
      return Unexpected("the query ends inside a literal or a comment: an assert is one SELECT on one line");
  }
  return {};
}

} // namespace

Read<Section> read_section(const Directive &directive, Direction direction) {
  Section section;
  section.direction = directive.kind == DirectiveKind::Up     ? Direction::Up
                      : directive.kind == DirectiveKind::Down ? Direction::Down
                                                              : direction;
  if (directive.kind == DirectiveKind::Data) section.data.emplace();
  std::set<std::string_view> seen;
  for (const auto word : words(directive.arguments)) {
    const auto colon = word.find(':');
    if (word == "irreversible") {
      return Unexpected(directive.kind == DirectiveKind::Down
                            ? "`irreversible` beside options: write `-- migrate:down irreversible` alone, for every database"
                            : "`irreversible` belongs to down: write `-- migrate:down irreversible`");
    }
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == word.size()) {
      return Unexpected(fmt::format("{} is not an option: options are written option:value, without blanks around the colon",
                                    in_backquotes(word)));
    }
    const auto option = word.substr(0, colon);
    if (!seen.insert(option).second)
      return Unexpected(fmt::format("the option {} is given twice: give it once", in_backquotes(option)));
    if (auto read = read_option(option, word.substr(colon + 1), directive.kind, section); !read)
      return Unexpected(std::move(read.error()));
  }
  if (section.foreign_keys && section.dialect == Dialect::Postgresql) {
    return Unexpected("`foreign_keys:on` on a section for postgresql: it is SQLite's, leave it out");
  }
  if (section.data) {
    if (auto complete = check_data(*section.data); !complete) return Unexpected(std::move(complete.error()));
  }
  return section;
}

Read<Assert> read_assert(const Directive &directive, std::optional<Dialect> dialect) {
  auto query = directive.arguments;
  while (!query.empty() && query.back() == ';') query = trimmed(query.substr(0, query.size() - 1));
  for (const auto one : {Dialect::Sqlite, Dialect::Postgresql}) {
    if (dialect && *dialect != one) continue;
    if (auto fits = check_query(query, one); !fits) return Unexpected(std::move(fits.error()));
  }
  Assert read;
  read.query = query;
  return read;
}

Read<Allow> read_allow(const Directive &directive) {
  constexpr std::string_view kBecause = "because";
  const auto parts = words(directive.arguments);
  const auto advice = Unexpected("`allow` needs a rule and a reason: write `-- migrate:allow RULE because TEXT`");
  if (parts.size() < 3 || parts[1] != kBecause) return advice;
  Allow allow;
  allow.rule = parts[0];
  // The reason is the rest of the line as it was written.
  const auto after = static_cast<std::size_t>(parts[1].data() - directive.arguments.data()) + kBecause.size();
  allow.reason = trimmed(directive.arguments.substr(after));
  return allow;
}

} // namespace migrator::script
