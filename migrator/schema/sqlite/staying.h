// What views and triggers that stay demand of the change of a table. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::sqlite {

// A view or trigger: a text that names what it needs.
bool speaks(const Object &object);

// Whether a view or trigger of the wanted schema sees in which order the table's columns stand: by * or by an INSERT.
bool sees_order(const Schema &wanted, const ObjectId &table);

// What views and triggers that are there while tables are changed say, by their words alone.
struct StayingWords {
  bool all_known = true;       // whether SQLite can read each of them; rather no than yes
  std::set<std::string> names; // folded: all that they name
};

// Of `speakers`, views and triggers of `from` that are there while its tables become those of `to`.
StayingWords staying_words(const Schema &from, const Schema &to, const std::vector<const Object *> &speakers);

// Whether DROP COLUMN may run beside them: SQLite refuses it where any of them, of whatever table, names what is not there.
bool bear_drop_column(const StayingWords &staying, const std::vector<std::string> &columns);

// A column or table that an index or trigger of `from` names, and that `to` has no more, where its own table stays: made again, an index would stand
// on a text where the name is in double quotes, and a trigger would fail. Rather one too many: it goes by words alone.
std::optional<ObjectId> needed_and_going(const Object &part, const Schema &from, const Schema &to);

} // namespace migrator::schema::sqlite
