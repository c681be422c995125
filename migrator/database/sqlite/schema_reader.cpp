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

std::string text_at(sqlite3_stmt *row, int column) {
  const auto *text = reinterpret_cast<const char *>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

// `take` gets the statement at each row: thousands of tables' rows are not kept twice.
template <typename Take> Status each_row(Connection &connection, std::string_view sql, Take take) {
  auto prepared = connection.prepare(sql);
  if (!prepared) return fail(prepared.error());
  sqlite3_stmt *statement = prepared->statement.get();
  for (auto more = connection.step(statement);; more = connection.step(statement)) {
    if (!more) return fail(more.error());
    if (!*more) return {};
    take(statement);
  }
}

Result<schema::sqlite::Catalog> read_catalog(Connection &connection) {
  schema::sqlite::Catalog catalog;
  bool has_virtual = false;
  auto read = each_row(connection, "SELECT type, name, tbl_name, sql, type = 'table' AND rootpage = 0 FROM main.sqlite_schema",
                       [&](sqlite3_stmt *row) {
                         catalog.rows.push_back({text_at(row, 0), text_at(row, 1), text_at(row, 2), text_at(row, 3)});
                         has_virtual = has_virtual || sqlite3_column_int(row, 4) != 0;
                       });
  if (!read) return fail(read.error());
  if (has_virtual) { // only then are there shadow tables
    read =
        each_row(connection,
                 "SELECT name, type = 'virtual' FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')",
                 [&](sqlite3_stmt *row) {
                   (sqlite3_column_int(row, 1) != 0 ? catalog.virtuals : catalog.shadows).insert(text_at(row, 0));
                 });
    if (!read) return fail(read.error());
  }
  // A virtual table is not asked for its columns: its module may not be there.
  read =
      each_row(connection,
               "SELECT t.name, c.name, c.type, c.hidden = 1 FROM main.sqlite_schema t, pragma_table_xinfo(t.name, 'main') c "
               "WHERE t.type = 'table' AND t.rootpage > 0 ORDER BY t.name, c.cid",
               [&](sqlite3_stmt *row) {
                 catalog.columns[text_at(row, 0)].push_back({text_at(row, 1), text_at(row, 2), sqlite3_column_int(row, 3) != 0});
               });
  if (!read) return fail(read.error());
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
