// A SqlDialect without a database: a statement a line, up to its semicolon. It knows just enough keywords for each rule of the planner; the
// real splitters are tested with their databases.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrator/database/database.h"

namespace migrator {

class LineDialect final : public database::SqlDialect {
public:
  Result<std::vector<database::Statement>> split(const script::SqlText &text, const std::string &) const override {
    std::vector<database::Statement> out;
    int line = text.line;
    for (std::string_view rest = text.text; !rest.empty(); ++line) {
      const std::string_view whole = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), whole.size() + 1));
      const std::string_view sql = whole.substr(0, whole.rfind(';'));
      if (sql.empty() || sql.substr(0, 2) == "--") continue;
      out.push_back(classified(sql, line));
    }
    return out;
  }

  static database::Statement classified(std::string_view sql, int line) {
    database::Statement out;
    out.text = sql;
    out.line = line;
    out.keyword = sql.substr(0, sql.find(' '));
    const auto begins = [&](std::string_view with) { return sql.substr(0, with.size()) == with; };
    const auto bare = [&](std::string_view keyword, database::ProbeKind probe) {
      if (!begins(keyword)) return;
      out.keyword = keyword;
      out.rule = database::TransactionRule::NeverInside;
      out.probe = probe;
    };
    bare("VACUUM", database::ProbeKind::Repeat);
    bare("ALTER SYSTEM", database::ProbeKind::None);
    bare("CREATE INDEX CONCURRENTLY", database::ProbeKind::Catalog);
    if (begins("COMMIT")) out.rule = database::TransactionRule::Refused;
    out.bare_when_alone = begins("CALL");
    out.keeps_foreign_keys = begins("CREATE TABLE");
    return out;
  }
};

} // namespace migrator
