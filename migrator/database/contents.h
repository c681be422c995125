// What a database holds, told so that two copies can be compared: definitions and rows as hashes, which do not depend on where a row lies.
// Adapters take it in one snapshot; manifests keep it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "migrator/database/database.h"

namespace migrator::database {

// One thing that is compared.
struct ContentEntry {
  std::string kind;      // "definition" or "rows"; a "definition" has no row count
  std::string name;      // "TABLE public.orders", "SEQUENCE public.orders_id_seq", "LARGE OBJECTS"; unique within its kind
  std::int64_t rows = 0; // of a table, a materialized view; large objects: how many
  std::string hash;      // lower-case hex
  bool ours = false;     // of a history: version table, journal, meta, view and what belongs to them
};

// Comparable between two databases of the same product that the same version of the migrator and of the client's tools looked at.
struct Contents {
  std::vector<ContentEntry> entries; // sorted by kind and name
};

// Where a history stood: what a restore compares with to see whether it moved.
struct HistoryMark {
  HistoryName name;
  std::vector<std::string> heads; // sorted
  std::int64_t last_entry = 0;    // the highest id of its journal; 0: an empty one, or none
};

// What differs, for people: "TABLE public.orders has 12 rows and not 14", "VIEW public.totals is missing", at most `limit` of them and then
// "and 3 more"; empty if nothing does. `without_ours` leaves the histories' own relations out.
std::vector<std::string> differences(const Contents &wanted, const Contents &found, bool without_ours, std::size_t limit = 5);

} // namespace migrator::database
