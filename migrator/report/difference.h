// What two schemas differ in, as text and as documents (docs/json.md). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/schema/compare.h"
#include "migrator/schema/object.h"

namespace migrator::report {

// One side: what it is and from where ("what", "of", "server", "objects").
struct Compared {
  std::string what;
  std::vector<std::string> of;
  std::string server;
  std::string text; // "the models (schema.sql)"
  const schema::Schema *schema = nullptr;
};

struct Difference {
  Dialect dialect = Dialect::Sqlite;
  Compared from, to;
  std::vector<schema::Change> changes;
  std::vector<std::string> pending; // revisions that the database has not yet; of a comparison with a database
  std::optional<std::vector<schema::Change>>
      besides; // what of `changes` these do not make; none: not known, or nothing is pending
};

// The changes that a person wants to read: what comes or goes with its table is counted there and not listed.
std::vector<schema::Change> without_parts(const std::vector<schema::Change> &changes);

// Ends with a line end; printable.
std::string difference_text(const Difference &difference);
nlohmann::ordered_json difference_document(const Difference &difference);

} // namespace migrator::report
