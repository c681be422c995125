// The checks behind batch_key.h, one question to the schema each. Changes nothing.
#include "migrator/database/sqlite/batch_key.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "migrator/database/sqlite/tokens.h"
#include "migrator/script/encoding.h"
#include "migrator/text/ascii.h"

namespace migrator::database::sqlite {

namespace {

struct Column {
  std::string type; // as declared, may be empty
  std::string collation;
  bool not_null = false;
  bool rowid_alias = false; // INTEGER PRIMARY KEY: the row's own number
};

struct Walk {
  std::string table; // as written in the schema, or in the revision
  std::string key;

  std::string name() const { return "table:" + table + " key:" + key; }
  tl::unexpected<Error> refuse(const std::string &why) const {
    return fail(ErrorCode::SqlError, name() + " cannot be walked in batches: " + why);
  }
};

// The table's own name of `name`, "main.name" or a quoted form; nullopt if it is another database's or malformed.
std::optional<std::string> table_name(const std::string &written) {
  const auto tokens = leading_tokens(written, 4);
  const auto is_name = [](const Token &token) { return token.kind == TokenKind::Word || token.kind == TokenKind::Quoted; };
  if (tokens.size() == 1 && is_name(tokens[0])) return unquoted(tokens[0].text);
  if (tokens.size() != 3 || !is_name(tokens[0]) || tokens[1].text != "." || !is_name(tokens[2])) return std::nullopt;
  if (text::upper(unquoted(tokens[0].text)) != "MAIN") return std::nullopt;
  return unquoted(tokens[2].text);
}

Result<bool> gives_rows(Connection &connection, std::string_view sql, const std::vector<std::string> &parameters) {
  const auto rows = connection.query_with(sql, parameters);
  if (!rows) return fail(rows.error());
  return !rows->rows.empty();
}

Result<Column> read_column(Connection &connection, const Walk &walk) {
  const char *type = nullptr;
  const char *collation = nullptr;
  int not_null = 0;
  int primary = 0;
  int autoincrement = 0;
  if (sqlite3_table_column_metadata(connection.handle(), "main", walk.table.c_str(), walk.key.c_str(), &type, &collation,
                                    &not_null, &primary, &autoincrement) != SQLITE_OK)
    return walk.refuse("the table has no column of this name");
  Column column;
  column.type = type == nullptr ? "" : type;
  column.collation = collation == nullptr ? "BINARY" : collation;
  column.not_null = not_null != 0;
  if (primary == 0 || text::upper(column.type) != "INTEGER") return column;
  // The one INTEGER column of a primary key is the rowid, if the key has no index of its own.
  const auto alone = gives_rows(
      connection, "SELECT 1 WHERE (SELECT count(*) FROM pragma_table_xinfo(?1, 'main') WHERE pk > 0) = 1", {walk.table});
  if (!alone) return fail(alone.error());
  const auto indexed = gives_rows(connection, "SELECT 1 FROM pragma_index_list(?1, 'main') WHERE origin = 'pk'", {walk.table});
  if (!indexed) return fail(indexed.error());
  column.rowid_alias = *alone && !*indexed;
  return column;
}

// A unique index over this column alone, in the column's own collation, over all rows.
Result<bool> has_unique_index(Connection &connection, const Walk &walk, const Column &column) {
  return gives_rows(connection,
                    "SELECT 1 FROM pragma_index_list(?1, 'main') AS i WHERE i.\"unique\" = 1 AND i.partial = 0 AND "
                    "(SELECT count(*) FROM pragma_index_xinfo(i.name, 'main') WHERE key = 1) = 1 AND "
                    "EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, 'main') AS x WHERE x.key = 1 AND "
                    "x.name = ?2 COLLATE NOCASE AND x.coll = ?3 COLLATE NOCASE)",
                    {walk.table, walk.key, column.collation});
}

std::optional<BatchKey::Type> type_of(const std::string &declared) {
  const std::string type = text::upper(declared);
  const auto has = [&type](std::string_view part) { return type.find(part) != std::string::npos; };
  if (has("INT")) return BatchKey::Type::Integer; // SQLite's own rule of affinity, in its order
  if (has("CHAR") || has("CLOB") || has("TEXT") || has("UUID") || has("GUID")) return BatchKey::Type::Text;
  return std::nullopt;
}

// Whether the text that `row` stands on survives the journal's JSON and a literal: the same bytes come back.
const char *text_flaw(sqlite3_stmt *row, bool utf8) {
  if (utf8) {
    const auto *bytes = static_cast<const char *>(sqlite3_column_blob(row, 0));
    const std::string_view text(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, 0)));
    if (!script::is_utf8(text)) return "is not valid UTF-8 text";
    return text.find('\0') == std::string_view::npos ? nullptr : "contains a NUL character";
  }
  const auto *units = static_cast<const char16_t *>(sqlite3_column_text16(row, 0));
  const std::u16string_view text(units == nullptr ? u"" : units, static_cast<std::size_t>(sqlite3_column_bytes16(row, 0)) / 2);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == 0) return "contains a NUL character";
    if (text[at] < 0xD800 || text[at] > 0xDFFF) continue;
    const bool pair = text[at] <= 0xDBFF && at + 1 < text.size() && text[at + 1] >= 0xDC00 && text[at + 1] <= 0xDFFF;
    if (!pair) return "is not valid UTF-16 text";
    ++at;
  }
  return nullptr;
}

// Every key may become the end of a batch, which the journal keeps.
Status check_texts(Connection &connection, const Walk &walk) {
  const auto encoding = connection.query("PRAGMA main.encoding");
  if (!encoding) return fail(encoding.error());
  const bool utf8 = encoding->rows.front().front() == "UTF-8";
  auto prepared = connection.prepare("SELECT " + in_double_quotes(walk.key) + " FROM main." + in_double_quotes(walk.table));
  if (!prepared) return fail(prepared.error());
  sqlite3_stmt *row = prepared->statement.get();
  for (auto more = connection.step(row);; more = connection.step(row)) {
    if (!more) return fail(more.error());
    if (!*more) return {};
    if (const char *flaw = text_flaw(row, utf8); flaw != nullptr)
      return walk.refuse(std::string("the key of a row ") + flaw +
                         ", so the journal could not keep it as it is; give that row another key first");
  }
}

// Both ends have to be of the wanted kind: SQLite sorts numbers before texts before blobs, so all between are of it too.
Status check_values(Connection &connection, const Walk &walk, BatchKey::Type type) {
  const std::string column = in_double_quotes(walk.key);
  const std::string from = " FROM main." + in_double_quotes(walk.table);
  const auto ends = connection.query("SELECT typeof((SELECT min(" + column + ")" + from + ")), typeof((SELECT max(" + column +
                                     ")" + from + ")), (SELECT min(" + column + ")" + from + ")");
  if (!ends) return fail(ends.error());
  const std::string wanted = type == BatchKey::Type::Integer ? "integer" : "text";
  const auto &row = ends->rows.front();
  if (row[0] == "null") return {}; // no rows
  if (row[0] != wanted || row[1] != wanted)
    return walk.refuse("the key holds values that are not of type " + wanted + "; mend them first");
  if (type == BatchKey::Type::Text && row[2] == "") return walk.refuse("a row has an empty key; give it another one first");
  if (type == BatchKey::Type::Integer && row[2] == std::to_string(INT64_MIN))
    return walk.refuse("a row has the smallest integer as its key; give it another one first");
  return type == BatchKey::Type::Text ? check_texts(connection, walk) : Status();
}

std::int64_t first_number(const std::string &text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<std::int64_t> estimate_rows(Connection &connection, const Walk &walk) {
  const auto analysed = gives_rows(connection, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'", {});
  if (!analysed) return fail(analysed.error());
  if (*analysed) {
    const auto stat =
        connection.query_with("SELECT stat FROM main.sqlite_stat1 WHERE tbl = ?1 COLLATE NOCASE LIMIT 1", {walk.table});
    if (!stat) return fail(stat.error());
    if (!stat->rows.empty()) return first_number(stat->rows.front().front().value_or("0"));
  }
  const auto rowid = connection.query("SELECT max(_rowid_) FROM main." + in_double_quotes(walk.table));
  if (!rowid) return 0; // a WITHOUT ROWID table
  return std::max<std::int64_t>(0, first_number(rowid->rows.front().front().value_or("0")));
}

} // namespace

Result<BatchKey> find_batch_key(Connection &connection, const std::string &table, const std::string &key) {
  const auto name = table_name(table);
  Walk walk{name.value_or(table), unquoted(key)};
  if (!name) return walk.refuse("the table's name is not one of this database; write it as name or main.name");
  const auto is_table = gives_rows(
      connection, "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ?1 COLLATE NOCASE",
      {walk.table});
  if (!is_table) return fail(is_table.error());
  if (!*is_table) return walk.refuse("there is no such table (a view or a virtual table will not do)");

  const auto column = read_column(connection, walk);
  if (!column) return fail(column.error());
  const auto type = type_of(column->type);
  if (!type)
    return walk.refuse("the key's type is " + (column->type.empty() ? "not declared" : column->type) + ", not integer or text");
  if (!column->rowid_alias) {
    if (!column->not_null) return walk.refuse("the key may be NULL; declare it NOT NULL");
    if (*type == BatchKey::Type::Text && text::upper(column->collation) != "BINARY")
      return walk.refuse("the key is compared under the collation " + column->collation + ", not BINARY");
    const auto unique = has_unique_index(connection, walk, *column);
    if (!unique) return fail(unique.error());
    if (!*unique) return walk.refuse("the key is not unique by itself; give it a UNIQUE index");
  }
  if (auto done = check_values(connection, walk, *type); !done) return fail(done.error());
  const auto rows = estimate_rows(connection, walk);
  if (!rows) return fail(rows.error());
  return BatchKey{*type, column->type, *rows};
}

} // namespace migrator::database::sqlite
