// The door to a database: one connection of a run, seen the same way on SQLite and PostgreSQL. The executor and the ledger talk
// to this and to nothing below it; adapters (sqlite/, postgresql/) catch every foreign exception and answer with Errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "migrator/database/url.h"
#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::database {

using Value = std::variant<std::nullptr_t, std::int64_t, std::string>;

// What a query gave, cells as text, nullopt for NULL. Booleans come as "1"/"0" on both databases.
struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::int64_t affected = 0; // rows changed by an INSERT, UPDATE or DELETE; else 0
};

// A query of ours, and the relations of the history's schema that it stands on.
struct HistoryQuery {
  std::string sql;
  std::vector<std::string> stands_on; // unqualified names
};

// Where a statement may run (design section 2).
enum class TransactionRule : std::uint8_t {
  Any,         // inside or outside a transaction
  NeverInside, // only outside: needs a transaction:false section (CREATE INDEX CONCURRENTLY, VACUUM …)
  Refused,     // in no section (BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION, DISCARD, SET SESSION AUTHORIZATION, psql commands)
};

// What is known, after a kill, of a bare statement that may or may not have run.
enum class ProbeKind : std::uint8_t {
  None,    // nothing can be known: stop with 24
  Repeat,  // running it twice is the same as once (VACUUM, PRAGMA journal_mode)
  Catalog, // the catalog tells: ask Database::probe()
};

// One statement of the user's, as split from a section.
struct Statement {
  std::string text;    // verbatim, without the closing semicolon and surrounding blanks
  int line = 0;        // 1-based, in its file, of the first character of `text`
  std::string keyword; // "CREATE INDEX CONCURRENTLY": for messages
  TransactionRule rule = TransactionRule::Any;
  ProbeKind probe = ProbeKind::None; // only meaningful for NeverInside
  bool sets_session = false;         // SET, RESET, ATTACH, DETACH, PRAGMA: lasts as long as the session and is lost with it
  bool keeps_foreign_keys =
      false; // SQLite: cannot add a foreign key violation (CREATE TABLE without AS, CREATE INDEX/VIEW/TRIGGER,
             // DROP VIEW/TRIGGER)
  bool bare_when_alone =
      false; // PostgreSQL's CALL: in a transaction:false section it runs outside a transaction, for it may end its own
  std::optional<std::string> copy_data; // PostgreSQL: what follows COPY … FROM stdin, verbatim, without the `\.` line
};

// The SQL of one dialect, without a connection. Thread-safe; stateless.
class SqlDialect {
public:
  virtual ~SqlDialect() = default;
  // Splits a run of SQL into statements with the database's own parser. Empty statements and comments alone give none.
  // `\restrict` and `\unrestrict` lines are dropped; any other psql command, and a statement that never ends (an open quote), is
  // InvalidRevisionFile with file and line.
  virtual Result<std::vector<Statement>> split(const script::SqlText &text, const std::string &file) const = 0;
};

enum class StatementOutcome : std::uint8_t { NotDone, Done, InProgressElsewhere, LeftInvalid };

// Where version table and journal live. Empty schema: the connection's default ("public" on PostgreSQL, "main" on SQLite).
struct HistoryName {
  std::string schema;
  std::string table = "migrator_version";
};

struct OpenOptions {
  HistoryName history;
  bool create = false;    // SQLite: may make the file
  bool read_only = false; // the verb only reads
  std::string who;        // "user@host", shown to others that wait for the lock
  std::string run_id;
  std::optional<DatabaseUrl> direct_url;      // past a transaction pooler; used for everything when set
  std::chrono::milliseconds lock_wait{60000}; // SQLite: how long a read outside of units waits for another's lock
  std::function<bool()> stopped; // SQLite: asked while opening waits for another's lock; true ends it with Terminated
};

struct ServerInfo {
  std::string product;    // "SQLite", "PostgreSQL"
  std::string version;    // "15.18", "3.40.1"
  int version_number = 0; // 150018, 3040001
  std::string database;   // its name, or the file's path
  std::string user;       // the role; empty on SQLite
};

// Who holds a lock, for messages. Times are RFC 3339 UTC.
struct LockHolder {
  std::string who; // "anna@laptop (pid 4711)"
  std::string since;
  std::string run_id;
};

struct LockAttempt {
  bool acquired = false;
  std::optional<LockHolder> holder; // when not acquired, if it can be told
};

// Settings of one unit. lock_timeout zero means none; statement_timeout zero means none.
struct UnitSettings {
  std::chrono::milliseconds lock_timeout{3000};
  std::chrono::milliseconds statement_timeout{0};
  bool foreign_keys = false;      // SQLite: PRAGMA foreign_keys=ON for this unit
  bool check_foreign_keys = true; // SQLite: foreign_key_check before and after; a new violation fails finish_unit()
};

struct BatchKey {
  enum class Type : std::uint8_t { Integer, Uuid, Text } type = Type::Integer;
  std::string sql_type; // "bigint", for casts
  std::int64_t row_estimate = 0;
};

class Backups;      // backup.h
class DumpProver;   // backup.h
class SchemaReader; // schema_reader.h
struct Scratch;     // backup.h

// One connection of one run, and (PostgreSQL) a second one that holds the lock. Not thread-safe, but for interrupt().
// Order: open → (reads) → try_lock until acquired → end_stale_workers until none → units → release_lock.
class Database {
public:
  virtual ~Database() = default;

  virtual Dialect dialect() const noexcept = 0;
  virtual const ServerInfo &server() const noexcept = 0;

  // --- our own SQL -------------------------------------------------------------------------------------------------------
  // Runs one or several statements of ours (never a user's), in the open unit if there is one, else each by itself.
  // Gives the last one's rows.
  virtual Result<Rows> query(std::string_view sql) = 0;
  // Whether a table or view of this unqualified name exists in the history's schema.
  virtual Result<bool> has_relation(std::string_view name) = 0;
  // A quoted, schema-qualified name of a relation in the history's schema.
  virtual std::string qualified(std::string_view name) const = 0;
  // Several queries in one snapshot, outside a unit, and in one round trip where that can be: the rows of each, none for one that stands on what
  // is not there.
  virtual Result<std::vector<std::optional<Rows>>> read(const std::vector<HistoryQuery> &queries) = 0;

  // --- before anything changes ---------------------------------------------------------------------------------------------
  // Everything that would stop a writing run and can be told now: a read-only file, folder, standby or transaction
  // (NotWritable), no right to create or to write the history (NoPermission), history tables owned by another role (OwnedByAnother).
  virtual Status preflight() = 0;
  // Refuses (InvalidConfiguration, naming direct_url) if a connection pooler stands between: session state would not hold.
  virtual Status require_direct_connection() = 0;
  // PostgreSQL: revokes rights on our tables that others got by default privileges, and gives `grant_read` roles the view.
  // Gives notes of what was done, one sentence each. In the open unit.
  virtual Result<std::vector<std::string>> secure_history(const std::vector<std::string> &grant_read) = 0;

  // --- the lock, never blocking ------------------------------------------------------------------------------------------
  virtual Result<LockAttempt> try_lock() = 0;
  // With the lock held: keeps runs of other histories in this database out too, as a restore and a run behind the fence need. Never waits;
  // until it is acquired they go on. SQLite: the lock is of the file anyway.
  virtual Result<LockAttempt> try_widen_lock() = 0;
  virtual void release_lock() noexcept = 0;
  // Who holds it now, without taking it. nullopt: nobody.
  virtual Result<std::optional<LockHolder>> lock_holder() = 0;
  // Ends backends of killed runners that still work on this history; gives those that are still there. Call with the
  // lock held, until it gives none. SQLite: none ever.
  virtual Result<std::vector<LockHolder>> end_stale_workers() = 0;

  // --- units ---------------------------------------------------------------------------------------------------------------
  // Opens a transaction as the fence demands: session reset, settings applied, second key taken, version table locked. Gives
  // the heads as read behind the fence, sorted. LockTimeout if the version table or SQLite's write lock is not to be had in time.
  virtual Result<std::vector<std::string>> begin_unit(const UnitSettings &settings) = 0;
  // Resets the session again, runs `bookkeeping` (our SQL, qualified names), commits. CommitUnknown if the connection
  // went away during COMMIT. After any error the unit is rolled back.
  virtual Status finish_unit(std::string_view bookkeeping) = 0;
  virtual void rollback_unit() noexcept = 0;

  // Non-transactional work: takes the second key at session level, applies settings. No transaction is open afterwards. Units opened
  // between begin_bare() and end_bare() leave the session's settings to the section: they are reset by begin_bare() and end_bare() alone.
  virtual Status begin_bare(const UnitSettings &settings) = 0;
  virtual void end_bare() noexcept = 0;

  // --- the user's SQL -------------------------------------------------------------------------------------------------------
  // Runs one statement, inside the unit if one is open. Afterwards the transaction must be as it was, else SqlError.
  // `parameters` are bound to $1, $2 … (PostgreSQL) or ?1, ?2 … (SQLite). Gives the affected rows.
  // SqlError's line is the statement's line plus the position that the database gave.
  virtual Result<std::int64_t> run(const Statement &statement, const std::vector<Value> &parameters = {}) = 0;
  // Runs one query that may change nothing (a writing one is SqlError), with its rows.
  virtual Result<Rows> query_read_only(const Statement &statement) = 0;
  // After a kill: whether this bare statement has taken effect. LeftInvalid: an invalid index of that name and definition is there.
  virtual Result<StatementOutcome> probe(const Statement &statement) = 0;
  // Drops what a killed CREATE INDEX CONCURRENTLY left. Outside a unit.
  virtual Status drop_invalid(const Statement &statement) = 0;
  // Whether table.key can be walked in batches: unique, not null, integer, uuid or text under collation C; else SqlError with the reason.
  virtual Result<BatchKey> batch_key(const std::string &table, const std::string &key) = 0;

  // --- the whole database ----------------------------------------------------------------------------------------------------
  virtual Backups &backups() noexcept = 0;
  virtual SchemaReader &schema_reader() noexcept = 0;

  // Makes the running statement end soon with Terminated (the only member that another thread may call).
  virtual void interrupt() noexcept = 0;
};

// A kind of database. Stateless, lives as long as the program.
class Driver {
public:
  virtual ~Driver() = default;
  virtual const SqlDialect &sql() const noexcept = 0;
  // Checks the URL's parameters without connecting; unknown ones are InvalidConfiguration.
  virtual Status validate(const DatabaseUrl &url) const = 0;
  virtual Result<std::unique_ptr<Database>> open(const DatabaseUrl &url, const OpenOptions &options) const = 0;
  virtual const DumpProver &prover() const noexcept = 0;
  // An empty database of its own to load SQL in, like the one at `target` (encoding, locale), gone when it is closed. SQLite: a temporary file, and
  // `target` and `place` do not matter. PostgreSQL: on the server of `place`, beside its database; InvalidConfiguration, naming scratch_url, where
  // neither is set; NoPermission without CREATEDB there.
  virtual Result<std::unique_ptr<Database>> open_scratch(const DatabaseUrl &target, const Scratch &place,
                                                         const OpenOptions &options) const = 0;
};

} // namespace migrator::database
