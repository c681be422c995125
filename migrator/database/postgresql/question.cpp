// See question.h.
#include "migrator/database/postgresql/question.h"

#include <utility>

namespace migrator::database::postgresql {

Ask ask_session(Session &session, std::string doing) {
  return [&session, doing = std::move(doing)](const std::string &sql, std::size_t) -> Result<Table> {
    auto replies = session.batch(sql);
    if (!replies) return fail(own_error(replies.error().complaint, doing));
    Table table;
    if (replies->empty()) return table;
    for (auto &row : replies->back().rows.rows) {
      auto &cells = table.emplace_back();
      for (auto &cell : row) cells.push_back(std::move(cell).value_or(""));
    }
    return table;
  };
}

} // namespace migrator::database::postgresql
