// What a restore in place drops first, as SQL: everything of the user's, so that the dump finds what it would find in a new database. Extensions
// that the dump has too stay, with the schemas they are in, for making them again may need rights that nobody here has. Reads the catalog only.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "migrator/database/postgresql/dump_text.h"
#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

struct Clearing {
  std::vector<std::string> statements;    // each ended by a semicolon, in order
  std::vector<std::string> not_ours;      // what this role may not drop: "table public.orders of role anna"
  std::vector<std::string> subscriptions; // which no restore can put back
  std::set<std::string> kept_schemas;     // that the dump must not make again
  std::set<std::string> kept_extensions;
  std::vector<std::string> for_superusers; // what only a superuser can make again, and this role is none
  std::int64_t locks = 0;                  // that dropping takes, at most
};

// `list` is of the dump (dump_text.h).
Result<Clearing> plan_clearing(const Ask &ask, const std::vector<ListedEntry> &list, int server_version);

// Those of `list` that are to be restored over what a clearing keeps.
std::vector<ListedEntry> list_for(const std::vector<ListedEntry> &list, const Clearing &clearing);

// Locks that restoring the entries takes, at most.
std::int64_t locks_to_make(const std::vector<ListedEntry> &list);

// What a database holds of a user's, five of it: "table public.orders". Empty: nothing.
Result<std::vector<std::string>> objects_of_users(const Ask &ask);

} // namespace migrator::database::postgresql
