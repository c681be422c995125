#include "migrator/schema/sqlite/renames.h"

#include <algorithm>
#include <set>
#include <string>

#include "migrator/schema/sqlite/staying.h"
#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

namespace {

// By way of other views, too.
std::set<ObjectId> views_that_others_read(const Schema &ours, const Schema &all) {
  std::vector<const Object *> open;
  for (const Object &object : all.objects)
    if (speaks(object) && ours.find(object.id) == nullptr) open.push_back(&object);
  std::set<ObjectId> found;
  while (!open.empty()) {
    const Object &reader = *open.back();
    open.pop_back();
    const auto add = [&](const ObjectId &id) {
      const Object *view = id.kind == Kind::View ? all.find(id) : nullptr;
      if (view != nullptr && found.insert(id).second) open.push_back(view);
    };
    add({Kind::View, "", "", reader.id.relation});
    for (const ObjectId &need : reader.needs) add(need);
  }
  return found;
}

} // namespace

std::vector<Piece> rename_pieces(const std::vector<Rename> &renames) {
  std::vector<Piece> pieces;
  for (const Rename &rename : renames) {
    const bool column = rename.from.kind == Kind::Column;
    std::string sql = "ALTER TABLE " + quote_name(column ? rename.from.relation : rename.from.name) + " RENAME ";
    if (column) sql += "COLUMN " + quote_name(rename.from.name) + " ";
    pieces.push_back({Piece::Place::Transaction, sql + "TO " + quote_name(rename.to), "", std::nullopt, ""});
  }
  return pieces;
}

Schema beside_renames(const std::vector<Rename> &renames, const Schema &ours, const Schema &all) {
  std::set<std::string> wanted; // folded: new names of tables
  for (const Rename &rename : renames)
    if (rename.from.kind == Kind::Table) wanted.insert(folded(rename.to));
  const std::set<ObjectId> read = views_that_others_read(ours, all);
  Schema beside = ours;
  std::erase_if(beside.objects, [&](const Object &object) {
    if (object.id.kind == Kind::Index) return wanted.contains(folded(object.id.name));
    return speaks(object) && !read.contains(object.id);
  });
  return beside;
}

} // namespace migrator::schema::sqlite
