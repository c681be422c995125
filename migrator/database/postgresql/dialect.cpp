// See dialect.h. Must not change a statement's text.
#include "migrator/database/postgresql/dialect.h"

#include "migrator/database/postgresql/classification.h"
#include "migrator/database/postgresql/splitting.h"

namespace migrator::database::postgresql {

Result<std::vector<Statement>> PostgresqlDialect::split(const script::SqlText &text, const std::string &file) const {
  const auto cuts = cut_statements(text, file);
  if (!cuts) return tl::unexpected(cuts.error());
  std::vector<Statement> statements;
  statements.reserve(cuts->size());
  for (const Cut &cut : *cuts) {
    Statement statement;
    statement.text = text.text.substr(cut.begin, cut.end - cut.begin);
    statement.line = cut.line;
    if (cut.copy_data) statement.copy_data.emplace(*cut.copy_data);
    auto kind = classify(statement.text);
    statement.keyword = std::move(kind.keyword);
    statement.rule = kind.rule;
    statement.probe = kind.probe;
    statement.bare_when_alone = kind.bare_when_alone;
    statement.sets_session = kind.sets_session;
    statements.push_back(std::move(statement));
  }
  return statements;
}

} // namespace migrator::database::postgresql
