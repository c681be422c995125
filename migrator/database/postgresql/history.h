// Where this run's version table, journal, meta table and view live, by their full names. Values only; pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/database/postgresql/quoting.h"

namespace migrator::database::postgresql {

struct History {
  std::string schema;
  std::string table;

  std::string journal() const { return table + "_journal"; }
  std::string meta() const { return table + "_meta"; }
  std::string view() const { return table + "_revisions"; }
  std::string qualified(std::string_view name) const { return quote_qualified(schema, name); }
};

} // namespace migrator::database::postgresql
