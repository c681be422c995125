// Comparing two sides and saying what differs: what check, diff and status have in common.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/commands/context.h"
#include "migrator/commands/schemas.h"
#include "migrator/schema/compare.h"

namespace migrator::commands {

struct Comparison {
  Side from, to;
  std::vector<schema::Change> changes;
  std::vector<std::string> pending; // revisions that the database has not yet
};

schema::CompareOptions compare_options(const config::Settings &settings);

Comparison compared(const Context &context, Side from, Side to);

// Warns of kinds that were not compared; gives text and document of each.
void say(const Context &context, const std::vector<Comparison> &comparisons, nlohmann::ordered_json document);

} // namespace migrator::commands
