#include "migrator/models/type_table.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/config/suggestion.h"

namespace migrator::models {

namespace {

struct Row {
  std::string_view name, sqlite, strict, postgresql;
  std::size_t least, most; // arguments
};

constexpr Row kTypes[] = {
    {"smallint", "SMALLINT", "INTEGER", "smallint", 0, 0},
    {"integer", "INTEGER", "INTEGER", "integer", 0, 0},
    {"bigint", "BIGINT", "INTEGER", "bigint", 0, 0},
    {"text", "TEXT", "TEXT", "text", 0, 0},
    {"varchar", "VARCHAR", "TEXT", "varchar", 1, 1},
    {"char", "CHAR", "TEXT", "char", 1, 1},
    {"decimal", "DECIMAL", "TEXT", "numeric", 0, 2},
    {"boolean", "BOOLEAN", "INTEGER", "boolean", 0, 0},
    {"real", "REAL", "REAL", "real", 0, 0},
    {"double", "DOUBLE", "REAL", "double precision", 0, 0},
    {"date", "DATE", "TEXT", "date", 0, 0},
    {"time", "TIME", "TEXT", "time", 0, 0},
    {"timestamp", "TIMESTAMP", "TEXT", "timestamp", 0, 0},
    {"timestamptz", "TIMESTAMP", "TEXT", "timestamptz", 0, 0},
    {"uuid", "CHAR(36)", "TEXT", "uuid", 0, 0},
    {"json", "TEXT", "TEXT", "jsonb", 0, 0},
    {"bytes", "BLOB", "BLOB", "bytea", 0, 0},
};

} // namespace

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const Row &row : kTypes) names.push_back(row.name);
  return names;
}

Result<std::string> sql_type(std::string_view written, Dialect dialect, bool strict) {
  const std::size_t open = written.find('(');
  std::string name(written.substr(0, open));
  while (!name.empty() && name.back() == ' ') name.pop_back();
  const auto refuse = [&](std::string why) { return fail(ErrorCode::Usage, config::in_quotes(written) + std::move(why)); };
  const Row *const row = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Row &one) { return one.name == name; });
  if (row == std::end(kTypes)) {
    const std::string near = config::did_you_mean(name, type_names());
    return refuse(
        " is no type that both databases have." +
        (near.empty() ? std::string(" Use one of docs/models.md, or {sqlite: …, postgresql: …} with their own.") : near));
  }
  std::vector<int> arguments;
  if (open != std::string_view::npos) {
    std::string_view rest = written.substr(open + 1);
    for (bool more = true; more;) {
      const std::size_t end = rest.find_first_of(",)");
      if (end == std::string_view::npos) return refuse(" has no closing parenthesis.");
      std::string_view number = rest.substr(0, end);
      while (!number.empty() && number.front() == ' ') number.remove_prefix(1);
      while (!number.empty() && number.back() == ' ') number.remove_suffix(1);
      int value = 0;
      const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
      if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() || value < 0)
        return refuse(" must have whole numbers in its parentheses.");
      arguments.push_back(value);
      more = rest[end] == ',';
      rest.remove_prefix(end + 1);
    }
    if (!rest.empty()) return refuse(" goes on behind its parenthesis. Write what else there is as keys of the column.");
  }
  if (arguments.size() < row->least || arguments.size() > row->most)
    return refuse(row->most == 0 ? std::string(" takes no length.")
                                 : fmt::format(" needs its length, like {}({}).", row->name, 100));
  const bool plain = dialect == Dialect::Sqlite && strict;
  std::string type(dialect == Dialect::Postgresql ? row->postgresql : plain ? row->strict : row->sqlite);
  if (!arguments.empty() && !plain) type += fmt::format("({})", fmt::join(arguments, dialect == Dialect::Sqlite ? ", " : ","));
  return type;
}

} // namespace migrator::models
