// From the sections of a revision to units: what is committed together (design: sections and units; docs/revision-format.md). Pure; the
// statements are split by the dialect that is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::plan {

// A section's own timeouts; none: the run's.
struct Timeouts {
  std::optional<std::chrono::milliseconds> lock;
  std::optional<std::chrono::milliseconds> statement;
  friend bool operator==(const Timeouts &, const Timeouts &) = default;
};

// What happens inside a unit, in order. Timeouts stands where a section with others begins inside one transaction.
using UnitItem = std::variant<database::Statement, script::Assert, Timeouts>;

enum class UnitKind : std::uint8_t {
  Transaction, // all items and the bookkeeping in one transaction
  Bare,        // one statement that cannot run in a transaction
  Batch,       // one data statement, a transaction a batch
  Check,       // asserts only, between other units
};

struct Unit {
  UnitKind kind = UnitKind::Transaction;
  std::vector<UnitItem> items; // Bare and Batch: exactly one Statement
  Timeouts timeouts;           // at the unit's start
  bool foreign_keys = false;
  bool check_foreign_keys = false; // SQLite: some statement could add a violation
  std::optional<script::DataBatch> data;
  // The transaction:false section that the unit stands in: its units share what the section sets for the session. Null: none. It lives as long
  // as the Script.
  const script::Section *session = nullptr;
  // What the section set before the place where a partial step goes on (SET, ATTACH, PRAGMA): run again first, for it went with the session.
  std::vector<database::Statement> replay;
  // Of a part of a transaction that was cut (cut.h): what its earlier parts set by SET LOCAL, run again first in this one.
  std::vector<database::Statement> again;

  int statement_count() const noexcept;
};

// One statement or assert of a step with what its section says, before it is put into units.
struct StepItem {
  std::variant<database::Statement, script::Assert> what;
  const script::Section *section = nullptr; // null for an assert before the first section; lives as long as the Script
  bool apart = false; // a transaction:false section without statements stands before it and ends the transaction
};

// The items of one direction for one dialect in file order, preconditions first when going up. InvalidRevisionFile with file and line for: a
// statement that no section may hold, one that cannot run in a transaction inside a transactional section (the message has the directive to
// write), a data section without exactly one UPDATE, DELETE or INSERT, an assert that is not one SELECT.
Result<std::vector<StepItem>> step_items(const script::Script &script, Direction direction, Dialect dialect,
                                         const database::SqlDialect &sql);

// Groups items into units, leaving out the first `statements_done` statements and the asserts before the last of them; with `begun` also the
// asserts before the next statement, for they held before it was begun. Never empty: a step with nothing to run is one empty transaction,
// which moves the version row.
std::vector<Unit> group(const std::vector<StepItem> &items, int statements_done = 0, bool begun = false);

// The SQL of each statement of a step in order, for plan documents.
std::vector<std::string> statement_texts(const std::vector<StepItem> &items);

} // namespace migrator::plan
