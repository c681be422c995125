// The reading behind contents.h. A row's hash is the SHA-256 of its values, a table's the sum of its rows' as 256-bit numbers, so that order
// does not matter and equal rows count as often as they are there.
#include "migrator/database/sqlite/contents.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "migrator/database/sqlite/foreign_keys.h"
#include "migrator/database/sqlite/histories.h"
#include "migrator/database/sqlite/stand_in_collations.h"
#include "migrator/database/sqlite/tokens.h"
#include "migrator/script/sha256.h"
#include "migrator/text/ascii.h"

namespace migrator::database::sqlite {

namespace {

using script::Sha256;
using script::Sha256Digest;

constexpr std::int64_t kRowsBetweenWords = 16384;
constexpr std::size_t kSmallValue = 4096; // bytes; larger ones are hashed where they lie

class RowSum {
public:
  void add(const Sha256Digest &digest) {
    unsigned carry = 0;
    for (std::size_t i = sum_.size(); i-- > 0;) {
      carry += static_cast<unsigned>(sum_[i]) + digest[i];
      sum_[i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
  }
  std::string text() const { return script::hex(sum_); }

private:
  Sha256Digest sum_{};
};

// A length or a number, told apart from what follows by its fixed width.
void append_number(std::string &out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

// The bytes of a row: for each value its type, its length and itself.
class RowHash {
public:
  explicit RowHash(bool utf8) : utf8_(utf8) {}

  Sha256Digest of(sqlite3_stmt *row, int columns) {
    buffer_.clear();
    for (int column = 0; column < columns; ++column) add(row, column);
    hash_.update(buffer_);
    return hash_.digest();
  }

private:
  void add(sqlite3_stmt *row, int column) {
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
      buffer_ += 'n';
      return;
    case SQLITE_INTEGER:
      buffer_ += 'i';
      append_number(buffer_, static_cast<std::uint64_t>(sqlite3_column_int64(row, column)));
      return;
    case SQLITE_FLOAT:
      buffer_ += 'f';
      append_number(buffer_, std::bit_cast<std::uint64_t>(sqlite3_column_double(row, column)));
      return;
    case SQLITE_TEXT: {
      // sqlite3_column_blob() gives a text's bytes as they are stored; the function for its length has to be that of the encoding.
      const void *bytes = sqlite3_column_blob(row, column);
      add_bytes('t', bytes, utf8_ ? sqlite3_column_bytes(row, column) : sqlite3_column_bytes16(row, column));
      return;
    }
    default: {
      const void *bytes = sqlite3_column_blob(row, column);
      add_bytes('b', bytes, sqlite3_column_bytes(row, column));
    }
    }
  }

  void add_bytes(char type, const void *bytes, int size) {
    const auto length = static_cast<std::size_t>(size);
    buffer_ += type;
    append_number(buffer_, length);
    if (length == 0) return;
    const std::string_view value(static_cast<const char *>(bytes), length);
    if (length <= kSmallValue) {
      buffer_ += value;
      return;
    }
    hash_.update(buffer_);
    buffer_.clear();
    hash_.update(value);
  }

  bool utf8_;
  Sha256 hash_;
  std::string buffer_;
};

class Reader {
public:
  Reader(Connection &connection, const Patience &patience, BackupObserver &observer, std::int64_t already)
      : connection_(connection), patience_(patience), observer_(observer), rows_(already) {}

  Result<Contents> read() {
    const Impatient impatient(connection_, patience_);
    const StandInCollations collations(connection_);
    auto done = read_all();
    if (!done) return fail(done.error());
    std::sort(contents_.entries.begin(), contents_.entries.end(), [](const ContentEntry &left, const ContentEntry &right) {
      return std::tie(left.kind, left.name) < std::tie(right.kind, right.name);
    });
    return std::move(contents_);
  }

private:
  Status read_all() {
    auto histories = find_histories(connection_);
    if (!histories) return fail(histories.error());
    ours_ = std::move(histories->relations);
    if (auto done = read_settings(); !done) return done;
    const auto objects = connection_.query("SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema");
    if (!objects) return fail(objects.error());
    for (const auto &object : objects->rows) {
      add_definition(object);
      if (object[0] == "table" && object[4] != "0")
        if (auto done = read_rows(object[1].value_or("")); !done) return done;
    }
    return read_violations();
  }

  // What an application reads of the file itself.
  Status read_settings() {
    for (const std::string name : {"application_id", "user_version", "encoding"}) {
      const auto value = connection_.query("PRAGMA main." + name);
      if (!value) return fail(value.error());
      const std::string text = value->rows.empty() ? std::string() : value->rows.front().front().value_or("");
      contents_.entries.push_back({"definition", "PRAGMA " + name, 0, script::sha256_hex(text), false});
      if (name == "encoding") utf8_ = text == "UTF-8";
    }
    return {};
  }

  void add_definition(const std::vector<std::optional<std::string>> &object) {
    const std::string type = object[0].value_or("");
    const std::string name = object[1].value_or("");
    const std::string table = object[2].value_or("");
    std::string told = table + '\0';
    told += object[3] ? *object[3] : std::string(1, '\0'); // an index that a constraint made has no text
    const bool ours = type == "trigger" ? false : ours_.contains(text::upper(type == "index" ? table : name));
    contents_.entries.push_back({"definition", text::upper(type) + " " + name, 0, script::sha256_hex(told), ours});
  }

  Status read_rows(const std::string &table) {
    const auto columns = connection_.query_with("SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE hidden <> 2", {table});
    if (!columns) return fail(columns.error());
    std::string select;
    for (const auto &column : columns->rows)
      select += (select.empty() ? "SELECT " : ", ") + in_double_quotes(column.front().value_or(""));
    // The table and none of its indexes.
    auto prepared = connection_.prepare(select + " FROM main." + in_double_quotes(table) + " NOT INDEXED");
    if (!prepared) return fail(prepared.error());
    sqlite3_stmt *row = prepared->statement.get();
    RowSum sum;
    RowHash hash(utf8_);
    ContentEntry entry{"rows", "TABLE " + table, 0, {}, ours_.contains(text::upper(table))};
    for (auto more = connection_.step(row);; more = connection_.step(row)) {
      if (!more) return fail(more.error());
      if (!*more) break;
      sum.add(hash.of(row, sqlite3_column_count(row)));
      ++entry.rows;
      if (++rows_ % kRowsBetweenWords == 0) observer_.progressed(BackupPhase::Compare, rows_, 0);
    }
    entry.hash = sum.text();
    contents_.entries.push_back(std::move(entry));
    return {};
  }

  Status read_violations() {
    const auto state = foreign_key_state(connection_);
    if (!state) return fail(state.error());
    ContentEntry entry{"rows", kViolationsEntry, 0, {}, false};
    std::string told;
    for (const auto &[key, rows] : state->broken) {
      std::int64_t count = 0;
      for (const auto &[rowid, times] : rows) count += times;
      entry.rows += count;
      for (const std::string *part : {&key.child, &key.columns, &key.parent}) told += *part + '\0';
      told += std::to_string(count) + '\0';
    }
    entry.hash = script::sha256_hex(told);
    contents_.entries.push_back(std::move(entry));
    observer_.progressed(BackupPhase::Compare, rows_, rows_);
    return {};
  }

  Connection &connection_;
  const Patience &patience_;
  BackupObserver &observer_;
  Contents contents_;
  std::set<std::string> ours_;
  bool utf8_ = true;
  std::int64_t rows_;
};

} // namespace

Result<Contents> take_contents(Connection &connection, const Patience &patience, BackupObserver &observer, std::int64_t already) {
  return Reader(connection, patience, observer, already).read();
}

std::int64_t rows_of(const Contents &contents) {
  std::int64_t rows = 0;
  for (const ContentEntry &entry : contents.entries)
    if (entry.name != kViolationsEntry) rows += entry.rows;
  return rows;
}

} // namespace migrator::database::sqlite
