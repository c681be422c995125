// What the journal holds, as values: one entry a step (docs/history-tables.md). The executor fills them, write.h turns them into
// SQL, read.h gets them back. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/error/error.h"

namespace migrator::ledger {

// Why a row is there.
enum class Motion : std::uint8_t {
  Up,
  Down,
  Stamp, // set by hand: nothing ran
  Adopt, // found applied without a row; parents and checksums were taken from the file
};

enum class Outcome : std::uint8_t {
  Done,
  Partial,   // some units are committed, not all: `progress` and `statements_done` say how far
  Failed,    // rolled back whole; kept as evidence only
  Abandoned, // was partial, then stamped over
  Restored,  // had come after the backup that the database was restored from: evidence only
};

std::string_view name(Motion motion) noexcept;
std::string_view name(Outcome outcome) noexcept;

// Where a partial step stands beyond its count of statements: inside a data section, or at a bare statement that may or may not have run.
struct Progress {
  std::string begun_checksum;           // of the statement begun and not known to be done; empty: none
  std::string begun_keyword;            // "CREATE INDEX CONCURRENTLY"
  std::string batch_name;               // the data section under way; empty: the statement begun is a bare one
  std::optional<std::string> last_key;  // of the last committed batch; none: nothing committed yet
  std::optional<std::string> upper_key; // fixed when the data section began; none: the table was empty
  std::int64_t rows = 0;                // changed so far

  bool operator==(const Progress &) const = default;
};

// "a, b", or "base" for none: how messages name where a history stands.
std::string heads_text(const std::vector<std::string> &heads);

std::string to_json(const Progress &progress); // one line
Progress progress_from_json(std::string_view json);

// One row of the journal. Ids and labels as resolved; times RFC 3339 UTC with milliseconds.
struct Entry {
  std::int64_t id = 0; // 0: not written yet
  std::string revision;
  Motion motion = Motion::Up;
  Outcome outcome = Outcome::Done;
  std::vector<std::string> parents;
  std::vector<std::string> depends_on;
  std::vector<std::string> labels;
  std::string message;
  std::optional<std::string> up_checksum;
  std::optional<std::string> down_checksum;
  std::optional<std::string> down_sections; // text of the way back (script::render_down); none: irreversible
  bool has_down_sections = false;           // set on reading, where the text itself is left out
  int statements_done = 0;
  int statements_total = 0;
  std::vector<std::string> statement_checksums; // of the statements done
  Progress progress;
  std::string error; // "SQLSTATE message", for failed and partial rows
  std::string run_id;
  std::string plan_hash;
  std::string backup_id; // of the backup that the run took first; empty: none
  std::string who;
  std::string host;
  std::string tool_version;
  std::string started_at;
  std::int64_t duration_ms = 0;

  bool operator==(const Entry &) const = default;
};

// Rows of the version table that a step takes away and adds (the graph's head change).
struct VersionChange {
  std::vector<std::string> removed;
  std::vector<std::string> added;
};

// Everything a verb needs to know of a database's history, read in one snapshot.
struct State {
  bool has_version_table = false;
  bool has_journal = false;
  std::vector<std::string> heads;      // the version table's rows, sorted
  std::map<std::string, Entry> latest; // newest row a revision that is neither `failed` nor `restored`, down_sections left out
  std::optional<Entry> partial;        // the one step that is not whole
  std::optional<Entry> last;           // the newest row of all
  std::map<std::string, std::string> meta;

  bool empty() const noexcept { return heads.empty() && latest.empty(); }
  bool operator==(const State &) const = default;
};

} // namespace migrator::ledger
