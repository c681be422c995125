#include "migrator/database/sqlite/schema_reader.h"

#include "migrator/database/sqlite/histories.h"
#include "migrator/schema/sqlite/model.h"
#include "migrator/schema/sqlite/words.h"

namespace migrator::database::sqlite {

namespace {

// A read transaction, unless there is one.
class ReadTransaction {
public:
  explicit ReadTransaction(Connection &connection) : connection_(connection), ours_(!connection.in_transaction()) {}
  ~ReadTransaction() {
    if (ours_ && begun_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  ReadTransaction(const ReadTransaction &) = delete;
  ReadTransaction &operator=(const ReadTransaction &) = delete;

  Status begin() {
    if (!ours_) return {};
    auto done = connection_.execute("BEGIN");
    begun_ = done.has_value();
    return done;
  }

private:
  Connection &connection_;
  bool ours_;
  bool begun_ = false;
};

Result<schema::sqlite::Catalog> read_catalog(Connection &connection) {
  schema::sqlite::Catalog catalog;
  auto objects = connection.query("SELECT type, name, tbl_name, sql, type = 'table' AND rootpage = 0 FROM main.sqlite_schema");
  if (!objects) return fail(objects.error());
  bool has_virtual = false;
  catalog.rows.reserve(objects->rows.size());
  for (auto &row : objects->rows) {
    const auto text = [&row](std::size_t column) { return std::move(row[column]).value_or(""); };
    catalog.rows.push_back({text(0), text(1), text(2), text(3)});
    has_virtual = has_virtual || row[4] == "1";
  }
  if (has_virtual) { // only then are there shadow tables
    const auto kinds =
        connection.query("SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')");
    if (!kinds) return fail(kinds.error());
    for (const auto &row : kinds->rows) (row[1] == "virtual" ? catalog.virtuals : catalog.shadows).insert(row[0].value_or(""));
  }
  // A virtual table is not asked for its columns: its module may not be there.
  auto columns =
      connection.query("SELECT t.name, c.name, c.type, c.hidden FROM main.sqlite_schema t, pragma_table_xinfo(t.name, 'main') c "
                       "WHERE t.type = 'table' AND t.rootpage > 0 ORDER BY t.name, c.cid");
  if (!columns) return fail(columns.error());
  for (auto &row : columns->rows)
    catalog.columns[std::move(row[0]).value_or("")].push_back(
        {std::move(row[1]).value_or(""), std::move(row[2]).value_or(""), row[3] == "1"});
  const auto histories = find_histories(connection);
  if (!histories) return fail(histories.error());
  for (const std::string &relation : histories->relations) catalog.hidden.insert(schema::sqlite::folded(relation));
  return catalog;
}

} // namespace

Result<schema::Schema> SqliteSchemaReader::read() {
  ReadTransaction snapshot(connection_);
  if (auto begun = snapshot.begin(); !begun) return fail(begun.error());
  auto catalog = read_catalog(connection_);
  if (!catalog) return fail(catalog.error());
  for (const char *suffix : {"", "_journal", "_meta", "_revisions"})
    catalog->hidden.insert(schema::sqlite::folded(history_.table + suffix));
  return schema::sqlite::model(*catalog);
}

} // namespace migrator::database::sqlite
