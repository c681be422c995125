#include "migrator/schema/sqlite/renames.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "migrator/schema/sqlite/staying.h"
#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>; // from, to

Pairs ordered(Pairs pairs) {
  Pairs done;
  while (!pairs.empty()) {
    const auto free = std::find_if(pairs.begin(), pairs.end(), [&pairs](const auto &pair) {
      return std::none_of(pairs.begin(), pairs.end(),
                          [&](const auto &other) { return folded(other.first) == folded(pair.second); });
    });
    if (free != pairs.end()) {
      done.push_back(*free);
      pairs.erase(free);
      continue;
    }
    const std::string between = "migrator_renamed_" + pairs.front().first;
    done.emplace_back(pairs.front().first, between);
    pairs.front().first = between;
  }
  return done;
}

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
  Pairs tables;
  std::map<std::string, std::string> old_names; // of tables, by the new one
  for (const Rename &rename : renames)
    if (rename.from.kind == Kind::Table) {
      tables.emplace_back(rename.from.name, rename.to);
      old_names[folded(rename.to)] = rename.from.name;
    }
  std::map<std::string, Pairs> columns; // by table
  for (const Rename &rename : renames) {
    if (rename.from.kind != Kind::Column) continue;
    const bool is_old = std::any_of(tables.begin(), tables.end(),
                                    [&](const auto &table) { return folded(table.first) == folded(rename.from.relation); });
    const auto renamed = old_names.find(folded(rename.from.relation));
    columns[!is_old && renamed != old_names.end() ? renamed->second : rename.from.relation].emplace_back(rename.from.name,
                                                                                                         rename.to);
  }
  std::vector<Piece> pieces;
  const auto add = [&pieces](std::string sql) {
    pieces.push_back({Piece::Place::Transaction, std::move(sql), "", std::nullopt, ""});
  };
  for (const auto &[table, pairs] : columns)
    for (const auto &[from, to] : ordered(pairs))
      add("ALTER TABLE " + quote_name(table) + " RENAME COLUMN " + quote_name(from) + " TO " + quote_name(to));
  for (const auto &[from, to] : ordered(tables)) add("ALTER TABLE " + quote_name(from) + " RENAME TO " + quote_name(to));
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
