// See question.h.
#include "migrator/database/postgresql/question.h"

#include <utility>

namespace migrator::database::postgresql {

namespace {

Table table_of(Rows rows) {
  Table table;
  for (auto &row : rows.rows) {
    auto &cells = table.emplace_back();
    for (auto &cell : row) cells.push_back(std::move(cell).value_or(""));
  }
  return table;
}

} // namespace

Ask ask_session(Session &session, std::string doing) {
  return [&session, doing = std::move(doing)](const std::string &sql, std::size_t) -> Result<Table> {
    auto rows = session.query(sql);
    if (!rows) return fail(own_error(rows.error(), doing));
    return table_of(std::move(*rows));
  };
}

Ask ask_session_at_length(Session &session, std::string doing) {
  return [&session, doing = std::move(doing)](const std::string &sql, std::size_t) -> Result<Table> {
    auto replies = session.batch(sql);
    if (!replies) return fail(own_error(replies.error().complaint, doing));
    return replies->empty() ? Table() : table_of(std::move(replies->back().rows));
  };
}

} // namespace migrator::database::postgresql
