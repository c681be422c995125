// The change of a table that ALTER TABLE cannot make: made anew under another name, filled, and put in the old one's place
// (sqlite.org/lang_altertable.html, section 7). Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/render.h"
#include "migrator/schema/sqlite/table_text.h"

namespace migrator::schema::sqlite {

struct Rebuild {
  const Object *from = nullptr; // the tables
  const Object *to = nullptr;
  std::vector<TableColumn> old_columns, new_columns; // in order
  TableText old_text, new_text;                      // columns and constraints; empty ones where the text is not understood
  bool rowids = true;                                // whether both texts are understood, so that rowids can be kept
  std::vector<std::vector<std::string>> uniques;     // columns of each primary key, unique constraint and unique index of `to`
  std::string new_name;                              // a name that nothing has
};

// CREATE TABLE, INSERT … SELECT, the AUTOINCREMENT counter, DROP TABLE and RENAME; without the indexes and triggers, which went with the old
// table. To be run with foreign keys off and legacy_alter_table on, so that no other object's text follows the rename. Appends to `rendered`.
void rebuild(const Rebuild &work, Rendered &rendered);

} // namespace migrator::schema::sqlite
