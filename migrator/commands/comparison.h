// Comparing two sides and saying what differs: what check, diff and status have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/commands/context.h"
#include "migrator/commands/schemas.h"
#include "migrator/schema/compare.h"

namespace migrator::commands {

struct Comparison {
  Side from, to;
  std::vector<schema::Change> changes;
  std::vector<std::string> pending;                   // revisions that the database has not yet
  std::optional<std::vector<schema::Change>> besides; // see report::Difference
};

schema::CompareOptions compare_options(const config::Settings &settings);

Comparison compared(const Context &context, Side from, Side to);

// An applied revision whose file is not here; none: all are.
std::optional<std::string> missing_file(const Standing &standing);

// What the applied revisions make with the database. MissingRevision: the file of one of them is not here.
Result<Comparison> drift(const Context &context, Schemas &schemas);

// "base" where there are none.
std::string listed_heads(const std::vector<std::string> &heads);

// A snapshot with the database, by catalog queries alone. InvalidConfiguration: it cannot be read, or is of other heads than the database's.
Result<Comparison> drift_from_snapshot(const Context &context, Schemas &schemas, const std::string &path);

// Warns of kinds that were not compared.
void warn_of_unknown(const Context &context, const std::vector<Comparison> &comparisons);
// Does so, too; gives text and document of each.
void say(const Context &context, const std::vector<Comparison> &comparisons, nlohmann::ordered_json document);

} // namespace migrator::commands
