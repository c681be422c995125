#include "migrator/plan/offline.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"
#include "migrator/script/batch_parameters.h"
#include "migrator/text/ascii.h"

namespace migrator::plan {

namespace {

using database::Statement;

std::string with_changes(std::vector<std::string> &heads, const ledger::VersionChange &change, const ledger::Tables &tables,
                         Dialect dialect) {
  for (const std::string &head : change.removed) heads.erase(std::remove(heads.begin(), heads.end(), head), heads.end());
  heads.insert(heads.end(), change.added.begin(), change.added.end());
  std::sort(heads.begin(), heads.end());
  return ledger::version_sql(tables, dialect, change);
}

// A dollar quote that does not occur in the text.
std::string dollar_quoted(const std::string &text) {
  std::string tag = "$migrator$";
  for (int number = 1; text.find(tag) != std::string::npos; ++number) tag = fmt::format("$migrator{}$", number);
  return tag + text + tag;
}

// Text that something may follow on the same line: a comment at its end gets a line end.
std::string closed(const std::string &sql) {
  const std::size_t line = sql.rfind('\n');
  return sql.find("--", line == std::string::npos ? 0 : line) == std::string::npos ? sql : sql + "\n";
}

std::string semicolon(const Statement &statement) {
  std::string out = closed(statement.text) + ";\n";
  if (statement.copy_data) {
    out += *statement.copy_data;
    if (!out.empty() && out.back() != '\n') out += '\n';
    out += "\\.\n";
  }
  return out;
}

constexpr std::string_view kBrokenKeys = "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check";

class Writer {
public:
  Writer(const ledger::Tables &tables, Dialect dialect, const OfflineOptions &options)
      : tables_(tables), dialect_(dialect), options_(options) {}

  std::string preamble() const {
    std::string out = postgresql() ? "\\set ON_ERROR_STOP on\n" : ".bail on\n";
    out += fmt::format("-- written by migrator {} on {}\n\n", options_.tool_version, options_.started_at);
    if (!postgresql()) out += "PRAGMA foreign_keys = OFF;\n\n";
    return out + "BEGIN;\n" + ledger::create_history(tables_, dialect_) + "COMMIT;\n";
  }

  // Fails unless the version table holds these heads.
  std::string guard(const std::vector<std::string> &heads) const {
    const std::string right = ledger::heads_are(tables_, dialect_, heads);
    if (!postgresql())
      return fmt::format("INSERT INTO {} (version_num) SELECT NULL WHERE NOT ({}); -- fails unless at {}\n", tables_.version,
                         right, ledger::heads_text(heads));
    const std::string body =
        fmt::format("BEGIN IF NOT ({}) THEN RAISE EXCEPTION 'the database is not at {}: nothing was done'; END IF; END", right,
                    ledger::heads_text(heads));
    return fmt::format("DO {};\n", dollar_quoted(body));
  }

  // SQLite: what refers to nothing before a unit that could add to it, and, after it, a failure if it did. An old violation of a table that is
  // renamed counts as a new one here.
  std::string note_broken_keys(const Unit &unit) const {
    if (postgresql() || !unit.check_foreign_keys) return "";
    return fmt::format("CREATE TEMP TABLE migrator_broken_keys AS {};\n", kBrokenKeys);
  }
  std::string check_broken_keys(const Unit &unit) const {
    if (postgresql() || !unit.check_foreign_keys) return "";
    return fmt::format(
        "INSERT INTO {} (version_num) SELECT NULL WHERE EXISTS ({} EXCEPT SELECT * FROM temp.migrator_broken_keys); "
        "-- fails if a row refers to a row that is not there\nDROP TABLE temp.migrator_broken_keys;\n",
        tables_.version, kBrokenKeys);
  }

  // Fails unless the query gives one row of true or 1.
  std::string check(const script::Assert &assertion) const {
    if (!postgresql())
      return fmt::format("INSERT INTO {} (version_num) SELECT NULL WHERE NOT coalesce(({}), 0); -- assert\n", tables_.version,
                         closed(assertion.query));
    const std::string body = fmt::format("BEGIN IF NOT coalesce(({})::text IN ('true', 't', '1'), false) THEN RAISE EXCEPTION "
                                         "'an assert does not hold'; END IF; END",
                                         closed(assertion.query));
    return fmt::format("DO {};\n", dollar_quoted(body));
  }

  Result<std::string> step(const Step &step, std::vector<std::string> &heads) {
    std::string out = fmt::format("\n-- {} {} {}\n", name(step.direction), step.revision, step.script->message);
    ledger::Entry entry = entry_of(step);
    bool moved = step.change.removed.empty() && step.change.added.empty();
    for (std::size_t at = 0; at < step.units.size(); ++at) {
      const Unit &unit = step.units[at];
      const bool last = at + 1 == step.units.size();
      const bool in_transaction = unit.kind == UnitKind::Transaction || unit.kind == UnitKind::Batch;
      if (!postgresql() && unit.foreign_keys) out += "PRAGMA foreign_keys = ON;\n";
      out += "BEGIN;\n" + guard(heads);
      out += in_transaction ? note_broken_keys(unit) : "COMMIT;\n";
      Result<std::string> body = unit_sql(unit);
      if (!body) return fail(body.error());
      out += *body;
      if (in_transaction) out += check_broken_keys(unit);
      if (unit.kind == UnitKind::Check) continue;
      if (!in_transaction) out += "BEGIN;\n";
      out += end_of_session(unit, last ? nullptr : &step.units[at + 1]);
      entry.statements_done += unit.statement_count();
      entry.outcome = last ? ledger::Outcome::Done : ledger::Outcome::Partial;
      if (!moved && (last || step.direction == Direction::Down)) {
        out += with_changes(heads, step.change, tables_, dialect_);
        moved = true;
      }
      out += row_written_ ? ledger::update_partial_sql(tables_, dialect_, entry, heads)
                          : ledger::insert_sql(tables_, dialect_, entry, heads);
      row_written_ = true;
      out += "COMMIT;\n";
      if (!postgresql() && unit.foreign_keys) out += "PRAGMA foreign_keys = OFF;\n";
    }
    row_written_ = false;
    return out;
  }

private:
  bool postgresql() const noexcept { return dialect_ == Dialect::Postgresql; }

  ledger::Entry entry_of(const Step &step) const {
    ledger::Entry entry;
    entry.revision = step.revision;
    entry.motion = step.direction == Direction::Up ? ledger::Motion::Up : ledger::Motion::Down;
    entry.parents = step.script->down_revisions;
    entry.depends_on = step.depends_on;
    entry.labels = step.script->labels;
    entry.message = step.script->message;
    entry.up_checksum = step.up_checksum;
    if (!step.down_checksum.empty()) entry.down_checksum = step.down_checksum;
    if (step.direction == Direction::Up) entry.down_sections = step.down_text;
    entry.statements_total = step.statements_total();
    entry.run_id = options_.run_id;
    entry.who = options_.who;
    entry.host = options_.host;
    entry.tool_version = options_.tool_version;
    entry.started_at = options_.started_at;
    return entry;
  }

  // Undoes what the user's SQL did to the session, so that the bookkeeping and the next unit run as the script began. A transaction:false
  // section keeps its session to its end.
  std::string end_of_session(const Unit &unit, const Unit *next) const {
    if (!postgresql()) return "";
    const bool goes_on = unit.session != nullptr && next != nullptr && next->session == unit.session;
    return goes_on ? "SET LOCAL ROLE NONE;\n" : "RESET ALL;\nRESET ROLE;\nDISCARD TEMP;\n";
  }

  std::string set_timeouts(const Timeouts &timeouts, bool local) const {
    if (!postgresql()) return "";
    const char *word = local ? "SET LOCAL" : "SET";
    std::string out;
    if (timeouts.lock) out += fmt::format("{} lock_timeout = {};\n", word, timeouts.lock->count());
    if (timeouts.statement) out += fmt::format("{} statement_timeout = {};\n", word, timeouts.statement->count());
    return out;
  }

  Result<std::string> unit_sql(const Unit &unit) const {
    std::string out = set_timeouts(unit.timeouts, unit.kind != UnitKind::Bare);
    for (const UnitItem &item : unit.items) {
      if (const auto *assertion = std::get_if<script::Assert>(&item)) {
        out += check(*assertion);
      } else if (const auto *timeouts = std::get_if<Timeouts>(&item)) {
        out += change_timeouts(*timeouts);
      } else if (unit.kind == UnitKind::Batch) {
        Result<std::string> whole = whole_range(std::get<Statement>(item), *unit.data);
        if (!whole) return whole;
        out += *whole;
      } else {
        out += semicolon(std::get<Statement>(item));
      }
    }
    return out;
  }

  // Inside a transaction the section before may have set what this one leaves to the session.
  std::string change_timeouts(const Timeouts &timeouts) const {
    if (!postgresql()) return "";
    std::string out = set_timeouts(timeouts, true);
    if (!timeouts.lock) out += "SET LOCAL lock_timeout TO DEFAULT;\n";
    if (!timeouts.statement) out += "SET LOCAL statement_timeout TO DEFAULT;\n";
    return out;
  }

  // SQLite tells by the first key's type what lies below it. PostgreSQL needs the key's type before the statement is read, so the
  // statement is put together there.
  Result<std::string> whole_range(const Statement &statement, const script::DataBatch &data) const {
    const std::string last = fmt::format("(SELECT {0} FROM {1} ORDER BY {0} DESC LIMIT 1)", data.key, data.table);
    if (!postgresql()) {
      const std::string below =
          fmt::format("(SELECT CASE typeof(min({0})) WHEN 'integer' THEN -1e19 ELSE '' END FROM {1})", data.key, data.table);
      Result<std::string> bound = script::bind_batch(statement.text, dialect_, below, last);
      if (!bound) return bound;
      return closed(*bound) + ";\n";
    }
    constexpr std::string_view kFrom = "/*migrator:from*/";
    Result<std::string> bound = script::bind_batch(statement.text, dialect_, kFrom, last);
    if (!bound) return bound;
    const std::string body =
        fmt::format("DECLARE below text;\nBEGIN\n"
                    "SELECT CASE t.typcategory WHEN 'U' THEN '''00000000-0000-0000-0000-000000000000''::uuid' "
                    "WHEN 'S' THEN '''''::text' ELSE '(-9223372036854775809)::numeric' END INTO below\n"
                    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid\n"
                    "WHERE a.attrelid = {}::pg_catalog.regclass AND a.attname = {} AND NOT a.attisdropped;\n"
                    "EXECUTE pg_catalog.replace({}, {}, below);\nEND",
                    ledger::quote_literal(data.table, dialect_), ledger::quote_literal(unquoted(data.key), dialect_),
                    dollar_quoted(*bound), ledger::quote_literal(kFrom, dialect_));
    return fmt::format("DO {};\n", outer_quoted(body));
  }

  // The column's name as the catalog has it: folded unless quoted.
  static std::string unquoted(const std::string &key) {
    std::string out;
    if (key.size() >= 2 && key.front() == '"') {
      for (std::size_t at = 1; at + 1 < key.size(); ++at) {
        out += key[at];
        if (key[at] == '"') ++at;
      }
      return out;
    }
    return text::lower(key);
  }

  static std::string outer_quoted(const std::string &body) {
    std::string tag = "$migrator_data$";
    for (int number = 1; body.find(tag) != std::string::npos; ++number) tag = fmt::format("$migrator_data{}$", number);
    return tag + "\n" + body + "\n" + tag;
  }

  const ledger::Tables &tables_;
  Dialect dialect_;
  const OfflineOptions &options_;
  bool row_written_ = false;
};

} // namespace

Result<std::string> offline_script(const Plan &plan, const ledger::Tables &tables, Dialect dialect,
                                   const OfflineOptions &options) {
  Writer writer(tables, dialect, options);
  std::string out = writer.preamble();
  std::vector<std::string> heads = plan.heads_before;
  for (const Step &step : plan.steps) {
    Result<std::string> sql = writer.step(step, heads);
    if (!sql) return sql;
    out += *sql;
  }
  return out;
}

std::string offline_stamp(const std::vector<std::string> &heads_before, const std::vector<std::string> &heads_after,
                          const std::vector<ledger::Entry> &rows, const ledger::Tables &tables, Dialect dialect) {
  const OfflineOptions none;
  const Writer writer(tables, dialect, none);
  ledger::VersionChange change;
  std::set_difference(heads_before.begin(), heads_before.end(), heads_after.begin(), heads_after.end(),
                      std::back_inserter(change.removed));
  std::set_difference(heads_after.begin(), heads_after.end(), heads_before.begin(), heads_before.end(),
                      std::back_inserter(change.added));
  std::string out = dialect == Dialect::Postgresql ? "\\set ON_ERROR_STOP on\n\n" : ".bail on\n\n";
  out += "BEGIN;\n" + ledger::create_history(tables, dialect) + writer.guard(heads_before);
  out += ledger::version_sql(tables, dialect, change);
  for (const ledger::Entry &row : rows) out += ledger::insert_sql(tables, dialect, row, heads_after);
  return out + "COMMIT;\n";
}

} // namespace migrator::plan
