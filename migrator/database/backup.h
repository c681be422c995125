// The door to whole databases: dumps of them, proofs of dumps, restores and the fence that holds writers out meanwhile. Here is only what
// differs between SQLite and PostgreSQL; folders, manifests and retention are backup/'s. The rules: the design's section 4, issue 4,
// docs/backups.md. Every failure that leaves the database as it was is BackupFailed (23) unless a member says otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/database/contents.h"
#include "migrator/database/database.h"

namespace migrator::database {

// How far a backup is proven. Archive: the file is read through and checked by what it is (SQLite: opened, integrity_check,
// foreign_key_check, contents compared; PostgreSQL: pg_restore reads all of it). Restore: loaded into a scratch database and the contents compared.
enum class Proof : std::uint8_t { None, Archive, Restore };

enum class BackupPhase : std::uint8_t { Dump, Prove, Hash, Restore, Compare };

// Hears of long work. Called from the thread that called the member. `of` is 0 when unknown; both are bytes, or rows in Compare.
class BackupObserver {
public:
  virtual ~BackupObserver() = default;
  virtual void progressed(BackupPhase phase, std::int64_t done, std::int64_t of) = 0;
  virtual void note(const std::string &sentence) = 0;
};

// Which database a backup is of, across restarts and renamed hosts.
struct DatabaseIdentity {
  std::string product; // "SQLite", "PostgreSQL"
  std::string name;    // the file's absolute path with symbolic links resolved; the database's name
  std::string server;  // PostgreSQL: the system identifier of its cluster, empty if it may not be read; SQLite: empty

  bool operator==(const DatabaseIdentity &) const = default;
};

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// Where a dump may be loaded to be proven (`scratch_url`, `scratch: same-server`). SQLite needs neither.
struct Scratch {
  std::optional<DatabaseUrl> url;         // of a server, with a database to connect to; scratch databases are made beside it
  std::optional<DatabaseUrl> same_server; // the database's own URL
};

struct BackupCheck {
  Proof proof = Proof::Archive;
  Scratch scratch;
};

// What is known before a dump is taken.
struct BackupNeeds {
  std::int64_t least_bytes = 0; // what the dump will surely take; less free space than this is refused
  std::int64_t database_bytes = 0;
};

struct DumpRequest {
  std::string folder;         // there, empty; files are made with mode 0600
  bool with_contents = true;  // contents cost a read of every row
  std::int64_t max_bytes = 0; // the dump may not grow beyond it; 0: no limit
  Deadline deadline;          // BackupFailed once it has passed
};

// A dump and what was true in its snapshot.
struct Dumped {
  std::string file; // its name in the folder: "database.sqlite", "database.dump"
  DatabaseIdentity identity;
  std::map<std::string, std::string> versions; // "server", "pg_dump", "sqlite", …
  std::optional<Contents> contents;
  std::vector<HistoryMark> histories; // every history in the database, sorted by schema and table
};

struct RestoreRequest {
  std::string folder; // of a finished backup whose bytes have been checked
  Dumped dumped;      // as its manifest tells
  // Our own SQL, run in the restored database before anybody else sees it and in the same transaction: journal rows that survive.
  std::string bookkeeping;
  bool swap = false;        // PostgreSQL: into a new database that then takes the old one's name, instead of in place
  std::string swap_journal; // PostgreSQL with swap: a file for the steps of it, so that a killed swap can be finished
  Deadline deadline;
};

// Of one open connection; lives as long as its Database, and Database::interrupt() ends its work with Terminated. Not thread-safe. No unit
// and no bare stretch may be open.
class Backups {
public:
  virtual ~Backups() = default;

  // Everything that would make a dump or its proof fail and can be told now: no pg_dump or pg_restore, or older than the server; no right to
  // read a table; no scratch database to be had for Proof::Restore.
  virtual Result<BackupNeeds> check(const BackupCheck &check) = 0;
  // One consistent state, while others go on writing. With the fence up: the state that nobody can change.
  virtual Result<Dumped> dump(const DumpRequest &request, BackupObserver &observer) = 0;
  // What stands in the database now, in one snapshot.
  virtual Result<std::vector<HistoryMark>> histories() = 0;
  virtual DatabaseIdentity identity() = 0;

  // Holds everybody else out until lower_fence(), for at most `wait` of waiting for those who are in. The history must have been made (its meta
  // table keeps what PostgreSQL must put back) and the lock be held and widened. NoPermission (26): writers cannot be held out, the
  // message says who and what to do. LockTimeout (10): someone would not leave in time.
  virtual Status raise_fence(std::chrono::milliseconds wait) = 0;
  virtual Status lower_fence() = 0;
  // Puts back what the fence of a killed run left. Call with the lock held. true: there was one.
  virtual Result<bool> lower_stale_fence() = 0;

  // Everything that would stop a restore and can be told now, 26: rights, locks that will not suffice (the message names --swap), a page size
  // that cannot change. Changes nothing.
  virtual Status check_restore(const RestoreRequest &request) = 0;
  // Replaces all that the database holds, with the fence up: all or nothing, whenever it is killed. Compares the contents before the change
  // can be seen (PostgreSQL: definitions after it). The connection stays usable; the fence stays up.
  virtual Status restore(const RestoreRequest &request, BackupObserver &observer) = 0;
  // Fills a database that holds nothing; InvalidConfiguration if it holds something. Needs no fence. Compares afterwards.
  virtual Status restore_into_empty(const RestoreRequest &request, BackupObserver &observer) = 0;
};

// Of a driver: what needs no connection to the database that a dump was taken from. Thread-safe; stateless.
class DumpProver {
public:
  virtual ~DumpProver() = default;
  // BackupFailed, with what is wrong, if the dump in `folder` is not what `dumped` tells. `interrupted` is asked every so often: true ends it
  // with Terminated.
  virtual Status prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &scratch, Deadline deadline,
                       const std::function<bool()> &interrupted, BackupObserver &observer) const = 0;
};

} // namespace migrator::database
