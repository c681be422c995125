#include "migrator/schema/rename_order.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "migrator/text/ascii.h"

namespace migrator::schema {

namespace {

constexpr std::size_t kLongestName = 63; // bytes; PostgreSQL cuts longer ones

int turn(Kind kind) {
  return kind == Kind::Column ? 0 : kind == Kind::Table ? 1 : 2;
}

// Where a name must be the only one of its kind, and the name as the database compares it.
using Place = std::tuple<int, std::string, std::string, std::string>;

class Names {
public:
  explicit Names(const Schema &all) : folds_(all.dialect == Dialect::Sqlite) {
    for (const Object &object : all.objects) {
      if (object.id.kind == Kind::Column)
        taken_.insert(of_column(object.id, object.id.name));
      else if (is_relation(object))
        taken_.emplace(1, object.id.schema, "", told(object.id.name));
    }
  }

  Place place(const ObjectId &id, const std::string &name) const {
    if (id.kind == Kind::Column) return of_column(id, name);
    return {turn(id.kind), id.schema, id.kind == Kind::Table ? "" : told(id.relation), told(name)};
  }

  // Taken from now on.
  std::string free(const std::string &start, const ObjectId &id) {
    std::string name = start + id.name;
    ObjectId like = id;
    if (like.kind != Kind::Column) like.kind = Kind::Table; // one space of names for all relations
    for (int number = 1; name.size() > kLongestName || !taken_.insert(place(like, name)).second; ++number)
      name = start + std::to_string(number);
    return name;
  }

private:
  std::string told(const std::string &name) const { return folds_ ? text::lower(name) : name; }
  Place of_column(const ObjectId &id, const std::string &name) const { return {0, id.schema, told(id.relation), told(name)}; }

  const bool folds_;
  std::set<Place> taken_;
};

} // namespace

bool is_relation(const Object &object) {
  const std::string &type = object.text(Attribute::ConstraintType);
  switch (object.id.kind) {
  case Kind::Table:
  case Kind::Sequence:
  case Kind::Index:
  case Kind::View:
  case Kind::MaterializedView:
    return true;
  case Kind::Constraint:
    return !object.id.schema.empty() && (type == "primary key" || type == "unique" || type == "exclusion");
  default:
    return false;
  }
}

std::vector<Rename> making_room(const std::vector<Rename> &renames, const Schema &ours, const Schema &all) {
  Names names(all);
  std::set<Place> leave, taken;
  for (const Rename &rename : renames) {
    leave.insert(names.place(rename.from, rename.from.name));
    taken.insert(names.place(rename.from, rename.to));
  }
  std::vector<Rename> away;
  std::map<std::pair<std::string, std::string>, std::string> tables; // their new names
  for (const Object &object : ours.objects) {
    if (object.id.kind != Kind::Table && object.id.kind != Kind::Column) continue;
    const Place place = names.place(object.id, object.id.name);
    if (!taken.contains(place) || leave.contains(place)) continue;
    away.push_back({object.id, names.free("migrator_replaced_", object.id)});
    if (object.id.kind == Kind::Table) tables[{object.id.schema, object.id.name}] = away.back().to;
  }
  if (ours.dialect != Dialect::Postgresql || tables.empty()) return away;
  for (const Object &object : ours.objects) {
    if (!is_relation(object)) continue;
    const Value &owned = object.value(Attribute::OwnedBy);
    const bool is_owned = object.id.kind == Kind::Sequence && owned.size() > 1;
    const auto table = is_owned ? tables.find({owned[0], owned[1]}) : tables.find({object.id.schema, object.id.relation});
    if (table == tables.end()) continue;
    ObjectId id = object.id;
    const std::string name = names.free("migrator_replaced_", id);
    if (!is_owned) id.relation = table->second;
    away.push_back({id, name});
  }
  return away;
}

std::vector<Rename> in_order(const std::vector<Rename> &renames, const Schema &all) {
  Names names(all);
  std::vector<Rename> steps;
  for (const int now : {0, 1, 2}) {
    std::vector<Rename> open;
    std::map<Place, std::size_t> leaving; // what has a name that is wanted
    for (const Rename &rename : renames)
      if (turn(rename.from.kind) == now) {
        leaving.emplace(names.place(rename.from, rename.from.name), open.size());
        open.push_back(rename);
      }
    std::vector<bool> begun(open.size(), false);
    for (std::size_t first = 0; first < open.size(); ++first) {
      std::vector<std::size_t> waiting; // each for the next
      for (std::size_t at = first; !begun[at];) {
        begun[at] = true;
        waiting.push_back(at);
        const auto blocks = leaving.find(names.place(open[at].from, open[at].to));
        if (blocks == leaving.end()) break;
        at = blocks->second;
        if (at != first) continue;
        steps.push_back({open[first].from, names.free("migrator_renamed_", open[first].from)});
        open[first].from.name = steps.back().to;
      }
      for (auto at = waiting.rbegin(); at != waiting.rend(); ++at) steps.push_back(open[*at]);
    }
  }
  return steps;
}

std::vector<Rename> backwards(const std::vector<Rename> &steps) {
  std::vector<Rename> back;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    back.push_back({step->from, step->from.name});
    back.back().from.name = step->to;
  }
  return back;
}

} // namespace migrator::schema
