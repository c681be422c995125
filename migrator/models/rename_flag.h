// `--rename OLD:NEW` as it is typed: names with dots between them, in double quotes where one has a dot, a colon or a quote. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/schema/object.h"

namespace migrator::models {

struct RenameFlag {
  std::vector<std::string> old; // one to three names: the last is what is renamed, before it table and schema
  std::vector<std::string> now; // the same, as far as it is written; never more names than a whole path has
};

// Usage: not such a pair.
Result<RenameFlag> parsed_rename(const std::string &text);

// What parsed_rename() reads as this one; the schema is left out where it is empty or `own_schema`. In single quotes where a shell needs them.
std::string rename_text(const schema::ObjectId &from, const std::string &now, const std::string &own_schema);

} // namespace migrator::models
