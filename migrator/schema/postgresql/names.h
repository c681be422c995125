// Names and texts of the model as PostgreSQL's SQL. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

// In double quotes where it must be: not lower case, or a word that SQL keeps for itself.
std::string quote_name(std::string_view name);
std::string literal(std::string_view text);
// schema.name of what is in a schema; of a function with its argument types.
std::string qualified(const ObjectId &id);
// schema.relation of what is of a relation.
std::string relation_of(const ObjectId &id);
// A name for what stands beside `name` for a while: with `suffix` (ASCII), at most 63 bytes, cut between characters; other names give others.
std::string beside(std::string_view name, std::string_view suffix);
// Eight hexadecimal digits that tell texts apart.
std::string fingerprint(std::string_view text);
std::string joined(const std::vector<std::string> &parts, std::string_view between);
std::string quoted_list(const std::vector<std::string> &names);

} // namespace migrator::schema::postgresql
