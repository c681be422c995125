// A revision as it is written: header, sections, and what stands in them. Values only; the parser (parser.h) makes them
// from text, the planner reads them. The format is docs/revision-format.md. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace migrator {

enum class Dialect : std::uint8_t { Sqlite, Postgresql };
enum class Direction : std::uint8_t { Up, Down };

std::string_view name(Dialect dialect) noexcept;     // "sqlite", "postgresql"
std::string_view name(Direction direction) noexcept; // "up", "down"

namespace script {

// A run of SQL between two directives, verbatim (BOM gone, LF line ends), with the 1-based line it starts on.
struct SqlText {
  std::string text;
  int line = 0;
};

// `-- migrate:assert SELECT …`: one read-only query that must give one row of true or 1, at its place.
struct Assert {
  std::string query;
  int line = 0;
};

// `-- migrate:allow RULE because TEXT`: silences one lint rule in this section.
struct Allow {
  std::string rule;
  std::string reason;
  int line = 0;
};

// `-- migrate:data name:N table:T key:K batch:1000`. batch is in no checksum.
struct DataBatch {
  std::string name;
  std::string table; // as written, may be qualified
  std::string key;
  std::int64_t batch = 1000; // rows a transaction, at least 1
};

using SectionItem = std::variant<SqlText, Assert>;

struct Section {
  Direction direction = Direction::Up;
  std::optional<Dialect> dialect; // none: every dialect
  bool transaction = true;        // transaction:false
  bool foreign_keys = false;      // foreign_keys:on (SQLite)
  std::optional<std::chrono::milliseconds> lock_timeout;
  std::optional<std::chrono::milliseconds> statement_timeout;
  std::optional<DataBatch> data;  // set for a `data` section
  std::vector<SectionItem> items; // in file order
  std::vector<Allow> allows;
  int line = 0; // of the section's directive

  bool applies_to(Dialect wanted) const noexcept { return !dialect || *dialect == wanted; }
};

// One revision file. Ids are case-sensitive.
struct Script {
  std::string revision;
  std::string message;
  std::vector<std::string> down_revisions; // empty: a base
  bool down_revision_given = false;        // false: the directive is absent, which means none, with a warning
  std::vector<std::string> depends_on;     // ids or labels, as written
  std::vector<std::string> labels;
  std::string created;               // RFC 3339 as written, or empty
  std::vector<Assert> preconditions; // asserts before the first section: checked before the step up
  std::vector<Section> sections;     // file order, both directions
  bool down_irreversible = false;    // `down irreversible`
  std::string path;                  // as the user would name it; "journal of REV" for one read from a database
  std::vector<std::string> warnings; // "file:line: …"
};

} // namespace script
} // namespace migrator
