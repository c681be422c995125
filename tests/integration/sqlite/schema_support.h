// What the schema tests share: databases loaded from SQL, their schemas, and changes rendered and run as the executor runs them.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "migrator/database/backup.h"
#include "migrator/database/schema_reader.h"
#include "migrator/database/sqlite/driver.h"
#include "migrator/schema/sqlite/renderer.h"

namespace migrator::database {

// An error ends the test's run of it with an exception: no test here expects one, but where it says so.
template <typename T> T given(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

inline std::unique_ptr<Database> scratch() {
  return given(sqlite_driver().open_scratch({}, {}, {}));
}

// In one unit, as a section would be.
inline Status run_section(Database &database, const std::string &sql) {
  auto statements = sqlite_driver().sql().split({sql, 1}, "test.sql");
  if (!statements) return fail(statements.error());
  if (auto begun = database.begin_unit({}); !begun) return fail(begun.error());
  for (const Statement &statement : *statements) {
    auto done = database.run(statement);
    if (done) continue;
    database.rollback_unit();
    done.error().message += " in: " + statement.text;
    return fail(done.error());
  }
  return database.finish_unit("");
}

inline void load(Database &database, const std::string &sql) {
  if (auto done = run_section(database, sql); !done) throw std::runtime_error(done.error().message);
}

inline schema::Schema schema_of(Database &database) {
  return given(database.schema_reader().read());
}

inline schema::Schema schema_of(const std::string &sql) {
  const auto database = scratch();
  load(*database, sql);
  return schema_of(*database);
}

inline std::string section(const schema::Rendered &rendered) {
  std::string sql;
  for (const schema::Piece &piece : rendered.pieces)
    sql += (piece.note.empty() ? "" : "-- " + piece.note + "\n") + piece.sql + ";\n";
  return sql;
}

inline schema::Rendered rendered(const schema::Schema &from, const schema::Schema &to) {
  return given(schema::sqlite::SqliteRenderer().render(from, to, {}));
}

inline std::vector<std::string> differences(const schema::Schema &from, const schema::Schema &to) {
  return schema::describe(schema::compare(from, to, {}));
}

inline std::vector<std::string> differences(const std::string &from, const std::string &to) {
  return differences(schema_of(from), schema_of(to));
}

// All cells of a query, one line a row.
inline std::string rows(Database &database, const std::string &sql) {
  const Rows found = given(database.query(sql));
  std::string out;
  for (const auto &row : found.rows) {
    for (std::size_t at = 0; at < row.size(); ++at) out += (at == 0 ? "" : "|") + row[at].value_or("NULL");
    out += "\n";
  }
  return out;
}

} // namespace migrator::database
