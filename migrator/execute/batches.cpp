#include "migrator/execute/batches.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "migrator/script/batch_parameters.h"
#include "migrator/script/encoding.h"

namespace migrator::execute {

namespace {

using database::BatchKey;
using database::Statement;

constexpr std::string_view kNilUuid = "00000000-0000-0000-0000-000000000000";

const Statement &statement_of(const plan::Unit &unit) {
  return std::get<Statement>(unit.items.front());
}

// One data section with what is known of its key.
class Batches {
public:
  Batches(database::Database &database, const script::DataBatch &batch, BatchKey key)
      : database_(database), batch_(batch), key_(std::move(key)) {}

  std::int64_t row_estimate() const noexcept { return key_.row_estimate; }

  // The first key, or none for an empty table. Refuses the one key that (:from, :to] could not cover.
  Result<std::optional<std::string>> lowest() const {
    Result<std::optional<std::string>> key =
        one(fmt::format("SELECT {0} FROM {1} ORDER BY {0} LIMIT 1", batch_.key, batch_.table));
    if (!key || !*key) return key;
    const bool uncovered = key_.type == BatchKey::Type::Integer ? integer(**key) == std::numeric_limits<std::int64_t>::min()
                           : key_.type == BatchKey::Type::Uuid  ? **key == kNilUuid
                                                                : (*key)->empty();
    if (!uncovered) return key;
    return fail(
        ErrorCode::SqlError,
        fmt::format(
            "the data section {} cannot walk {}.{}: a row has {} as its key, which no half-open range covers; give that row "
            "another key, or write the change without batches",
            batch_.name, batch_.table, batch_.key,
            key_.type == BatchKey::Type::Integer ? "the smallest integer"
            : key_.type == BatchKey::Type::Uuid  ? "the nil uuid"
                                                 : "an empty text"));
  }

  Result<std::optional<std::string>> highest() const {
    return one(fmt::format("SELECT {0} FROM {1} ORDER BY {0} DESC LIMIT 1", batch_.key, batch_.table));
  }

  // A value below every key from `lowest` on.
  std::string below(const std::string &lowest) const {
    switch (key_.type) {
    case BatchKey::Type::Integer:
      return std::to_string(integer(lowest) - 1);
    case BatchKey::Type::Uuid:
      return std::string(kNilUuid);
    case BatchKey::Type::Text:
      break;
    }
    return "";
  }

  // The last key of the next batch after `from`, at most `upper`.
  Result<std::string> next(const std::string &from, const std::string &upper) const {
    Result<std::optional<std::string>> key =
        one(fmt::format("SELECT {0} FROM {1} WHERE {0} > {2} AND {0} <= {3} ORDER BY {0} LIMIT 1 OFFSET {4}", batch_.key,
                        batch_.table, literal(from), literal(upper), batch_.batch - 1));
    if (!key) return fail(key.error());
    return key->value_or(upper);
  }

  Result<std::int64_t> run(const Statement &statement, const std::string &from, const std::string &to) const {
    const bool sqlite = database_.dialect() == Dialect::Sqlite;
    const std::string first = sqlite ? "?1" : "$1::" + cast_type();
    const std::string second = sqlite ? "?2" : "$2::" + cast_type();
    Result<std::string> bound = script::bind_batch(statement.text, database_.dialect(), first, second);
    if (!bound) return fail(bound.error());
    Statement batch = statement;
    batch.text = std::move(*bound);
    return database_.run(batch, {value(from), value(to)});
  }

private:
  static std::int64_t integer(const std::string &text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }

  // Integers as bigint whatever the column's width: the value below its smallest key need not fit the column.
  std::string cast_type() const { return key_.type == BatchKey::Type::Integer ? "bigint" : key_.sql_type; }

  database::Value value(const std::string &key) const {
    if (key_.type == BatchKey::Type::Integer) return integer(key);
    return key;
  }

  std::string literal(const std::string &key) const {
    if (database_.dialect() == Dialect::Sqlite)
      return key_.type == BatchKey::Type::Integer ? key : ledger::quote_literal(key, Dialect::Sqlite);
    return ledger::quote_literal(key, Dialect::Postgresql) + "::" + cast_type();
  }

  Result<std::optional<std::string>> one(const std::string &sql) const {
    Result<database::Rows> rows = database_.query(sql);
    if (!rows) return fail(rows.error());
    if (rows->rows.empty()) return std::optional<std::string>();
    const std::optional<std::string> &key = rows->rows.front().front();
    // Checked before the step; others may have written since.
    if (key && (!script::is_utf8(*key) || key->find('\0') != std::string::npos))
      return fail(
          ErrorCode::SqlError,
          fmt::format("the data section {} cannot walk {}.{}: the key of a row is not valid UTF-8 text, or contains a NUL "
                      "character, so the journal could not keep it as it is; give that row another key first",
                      batch_.name, batch_.table, batch_.key));
    return key;
  }

  database::Database &database_;
  const script::DataBatch &batch_;
  BatchKey key_;
};

} // namespace

Status run_batches(StepRun &step, const plan::Unit &unit, bool completes) {
  database::Database &database = step.run().database;
  Result<BatchKey> key = database.batch_key(unit.data->table, unit.data->key);
  if (!key) return fail(key.error());
  const Batches batches(database, *unit.data, std::move(*key));
  const Statement &statement = statement_of(unit);

  // The range is fixed in the first batch's own transaction, so that a first batch that fails leaves nothing behind.
  const auto begin = [&]() -> Result<ledger::Progress> {
    Result<std::optional<std::string>> lowest = batches.lowest();
    if (!lowest) return fail(lowest.error());
    Result<std::optional<std::string>> highest = batches.highest();
    if (!highest) return fail(highest.error());
    ledger::Progress progress;
    progress.begun_checksum = step.step().statement_checksums[static_cast<std::size_t>(step.statements_done())];
    progress.begun_keyword = statement.keyword;
    progress.batch_name = unit.data->name;
    progress.upper_key = *highest;
    if (*lowest) progress.last_key = batches.below(**lowest);
    return progress;
  };
  bool finished = false;
  std::int64_t rows_so_far = 0;
  const auto batch = [&]() -> Result<StepRun::Advance> {
    Result<ledger::Progress> progress = step.progress().begun_checksum.empty() ? begin() : step.progress();
    if (!progress) return fail(progress.error());
    finished = progress->last_key == progress->upper_key;
    if (finished) return StepRun::Advance{1, {}, completes};
    Result<std::string> to = batches.next(*progress->last_key, *progress->upper_key);
    if (!to) return fail(to.error());
    Result<std::int64_t> rows = batches.run(statement, *progress->last_key, *to);
    if (!rows) return fail(rows.error());
    rows_so_far = progress->rows += *rows;
    progress->last_key = std::move(*to);
    finished = progress->last_key == progress->upper_key;
    return finished ? StepRun::Advance{1, {}, completes} : StepRun::Advance{0, std::move(*progress), false};
  };
  while (!finished) {
    if (Status done = step.transact(unit.timeouts, unit.foreign_keys, unit.check_foreign_keys, batch); !done) return done;
    step.run().observer.batch_done(unit.data->name, rows_so_far, batches.row_estimate());
  }
  return {};
}

Status check_batch_keys(const StepRun &step) {
  database::Database &database = step.run().database;
  for (const plan::Unit &unit : step.step().units) {
    if (!unit.data) continue;
    const Status walkable = step.look(unit.timeouts, [&]() -> Status {
      if (Result<database::Rows> there = database.query(fmt::format("SELECT 1 FROM {} LIMIT 0", unit.data->table)); !there)
        return there.error().code == ErrorCode::SqlError ? Status() : fail(there.error());
      Result<BatchKey> key = database.batch_key(unit.data->table, unit.data->key);
      if (!key) return fail(key.error());
      Result<std::optional<std::string>> lowest = Batches(database, *unit.data, std::move(*key)).lowest();
      return lowest ? Status() : fail(lowest.error());
    });
    if (walkable) continue;
    Error error = walkable.error();
    if (error.code == ErrorCode::SqlError && error.line == 0) error.line = statement_of(unit).line;
    return fail(std::move(error));
  }
  return {};
}

} // namespace migrator::execute
