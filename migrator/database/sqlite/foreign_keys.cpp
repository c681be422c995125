// The counting behind foreign_keys.h. A parent without the unique key that is referred to makes PRAGMA foreign_key_check fail as a
// whole; then each table is asked by itself, so that one such table does not hide the others.
#include "migrator/database/sqlite/foreign_keys.h"

#include <algorithm>
#include <set>
#include <utility>

#include "migrator/database/sqlite/tokens.h"

namespace migrator::database::sqlite {

namespace {

constexpr std::size_t kDescribed = 5; // kinds of violations that a message lists

bool is_mismatch(const Error &error) {
  return error.code == ErrorCode::SqlError && error.message.find("foreign key mismatch") != std::string::npos;
}

// Reads the columns of foreign keys by table and number, each table once.
class KeyColumns {
public:
  explicit KeyColumns(Connection &connection) : connection_(connection) {}

  Result<std::string> of(const std::string &table, const std::string &id) {
    auto known = tables_.find(table);
    if (known == tables_.end()) {
      const auto rows =
          connection_.query_with("SELECT id, \"from\" FROM pragma_foreign_key_list(?1, 'main') ORDER BY id, seq", {table});
      if (!rows) return fail(rows.error());
      std::map<std::string, std::string> columns;
      for (const auto &row : rows->rows) {
        std::string &joined = columns[row[0].value_or("")];
        joined += (joined.empty() ? "" : ", ") + row[1].value_or("");
      }
      known = tables_.emplace(table, std::move(columns)).first;
    }
    const auto found = known->second.find(id);
    return found == known->second.end() ? std::string() : found->second;
  }

private:
  Connection &connection_;
  std::map<std::string, std::map<std::string, std::string>> tables_;
};

Status collect(Connection &connection, const std::string &pragma, KeyColumns &columns, ForeignKeyState &state) {
  auto prepared = connection.prepare(pragma);
  if (!prepared) return fail(prepared.error());
  sqlite3_stmt *statement = prepared->statement.get();
  const auto text = [statement](int column) {
    const auto *found = reinterpret_cast<const char *>(sqlite3_column_text(statement, column));
    return std::string(found == nullptr ? "" : found);
  };
  for (auto more = connection.step(statement);; more = connection.step(statement)) {
    if (!more) return fail(more.error());
    if (!*more) return {};
    const auto from = columns.of(text(0), text(3));
    if (!from) return fail(from.error());
    ++state.broken[BrokenKey{text(0), *from, text(2), false}][text(1)];
  }
}

Status collect_by_table(Connection &connection, KeyColumns &columns, ForeignKeyState &state) {
  const auto tables = connection.query("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name IN "
                                       "(SELECT s.name FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name, 'main'))");
  if (!tables) return fail(tables.error());
  for (const auto &row : tables->rows) {
    const std::string table = row[0].value_or("");
    auto done = collect(connection, "PRAGMA main.foreign_key_check(" + in_double_quotes(table) + ")", columns, state);
    if (done) continue;
    if (!is_mismatch(done.error())) return done;
    state.broken[BrokenKey{table, "", "", true}][""] = 1;
  }
  return {};
}

} // namespace

Result<ForeignKeyState> foreign_key_state(Connection &connection) {
  ForeignKeyState state;
  KeyColumns columns(connection);
  auto done = collect(connection, "PRAGMA main.foreign_key_check", columns, state);
  if (!done && is_mismatch(done.error())) {
    state.broken.clear();
    done = collect_by_table(connection, columns, state);
  }
  if (!done) return fail(done.error());
  if (state.broken.empty()) return state;
  const auto tables = connection.query("SELECT rootpage, name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0");
  if (!tables) return fail(tables.error());
  for (const auto &row : tables->rows) state.tables.emplace(std::stoll(row[0].value_or("0")), row[1].value_or(""));
  return state;
}

std::vector<std::pair<BrokenKey, std::int64_t>> new_violations(const ForeignKeyState &before, const ForeignKeyState &after) {
  std::set<std::string> names_before;
  for (const auto &[page, name] : before.tables) names_before.insert(name);
  std::map<std::string, std::string> renamed; // new name to old one
  for (const auto &[page, name] : after.tables) {
    const auto old = before.tables.find(page);
    if (old != before.tables.end() && !names_before.contains(name)) renamed.emplace(name, old->second);
  }
  const auto name_before = [&renamed](const std::string &name) {
    const auto old = renamed.find(name);
    return old == renamed.end() ? name : old->second;
  };

  std::vector<std::pair<BrokenKey, std::int64_t>> fresh;
  for (const auto &[key, rows] : after.broken) {
    BrokenKey old_key = key;
    old_key.child = name_before(key.child);
    old_key.parent = name_before(key.parent);
    const auto old_rows = before.broken.find(old_key);
    std::int64_t count = 0;
    for (const auto &[rowid, times] : rows) {
      std::int64_t known = 0;
      if (old_rows != before.broken.end()) {
        const auto old = old_rows->second.find(rowid);
        if (old != old_rows->second.end()) known = old->second;
      }
      count += std::max<std::int64_t>(0, times - known);
    }
    if (count > 0) fresh.emplace_back(key, count);
  }
  return fresh;
}

std::string describe(const std::vector<std::pair<BrokenKey, std::int64_t>> &violations) {
  std::string out;
  for (std::size_t at = 0; at < violations.size() && at < kDescribed; ++at) {
    const auto &[key, count] = violations[at];
    if (!out.empty()) out += "; ";
    if (key.mismatch) {
      out += "table " + in_double_quotes(key.child) + " refers to columns that have no unique key";
      continue;
    }
    out += std::to_string(count) + (count == 1 ? " row" : " rows") + " of table " + in_double_quotes(key.child);
    if (!key.columns.empty()) out += " (" + key.columns + ")";
    out += (count == 1 ? " refers to a row that is not in table " : " refer to rows that are not in table ") +
           in_double_quotes(key.parent);
  }
  if (violations.size() > kDescribed) out += "; and " + std::to_string(violations.size() - kDescribed) + " more foreign keys";
  return out;
}

} // namespace migrator::database::sqlite
