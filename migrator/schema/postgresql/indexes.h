// How indexes and keys of tables in use come and go: without keeping writers out, and a successor is there before what it replaces is gone. Pure.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "migrator/schema/postgresql/plan.h"
#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {

// The statistics of an index, or a constraint's; `from` is null for a new one, and for one that was made anew with the type of a column.
std::vector<std::string> index_statistics(const Object *from, const Object &to);

class IndexChanges {
public:
  explicit IndexChanges(const Plan &plan);

  // An index, or a primary key or unique constraint, that is replaced and may stay while its successor is built: see successor().
  bool has_successor(const Object &from) const;
  // The ways to drop an index that has none. Those that go last are best dropped when everything is made.
  bool goes_last(const Object &index) const;
  Piece drop(const Object &index) const;

  std::vector<Piece> build(const Object &index) const; // CREATE INDEX CONCURRENTLY
  std::vector<Piece> build_key(const Object &constraint) const;
  // Built under another name, then the old one goes, and the new one takes its name.
  std::vector<Piece> successor(const Object &from, const Object &to) const;

  // What indexes are to their tables beside indexes (CLUSTER ON, REPLICA IDENTITY USING INDEX), when all are there.
  std::vector<Piece> marks() const;

private:
  bool can_wait(const Object &object) const;

  const Plan &plan_;
  std::set<std::pair<std::string, std::string>> names_;      // of what is in `to` and shares its names with indexes
  std::set<std::pair<std::string, std::string>> referenced_; // tables that new foreign keys lead to
};

} // namespace migrator::schema::postgresql
