// The order in which objects of a schema can be made: what is needed first. Dropped in the reverse. Pure.
#pragma once

#include <set>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

// The objects of `schema` that `wanted` names, each after those of them that it needs: by `needs`, its relation, its schema; a table after what
// its columns need, a relation after what those of its objects need that `within_relation` names. Foreign keys last, else by kind and id. Functions are put after what
// their texts mention, where no need speaks against it. A cycle is cut at its first object.
std::vector<const Object *> in_order(const Schema &schema, const std::set<ObjectId> &wanted,
                                     const std::set<ObjectId> &within_relation);

} // namespace migrator::schema::postgresql
