// The schema of a database, read from its catalog.
#pragma once

#include "migrator/error/error.h"
#include "migrator/schema/object.h"

namespace migrator::database {

class SchemaReader {
public:
  virtual ~SchemaReader() = default;
  // Everything of design section 6 but our own history tables and what an extension owns, in one snapshot, by a fixed number of queries, whatever
  // the number of objects. Kinds outside the model are named in `unknown`. Outside a unit.
  virtual Result<schema::Schema> read() = 0;
};

} // namespace migrator::database
