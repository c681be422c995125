#include "migrator/schema/renaming.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace migrator::schema {

namespace {

void append(std::vector<Piece> &pieces, std::vector<Piece> more) {
  for (Piece &piece : more) pieces.push_back(std::move(piece));
}

// Columns by their tables' old names first, then tables, then what is named by the tables' new names: so each finds what it names.
int turn(const Rename &rename) {
  return rename.from.kind == Kind::Column ? 0 : rename.from.kind == Kind::Table ? 1 : 2;
}

std::vector<Piece> rename_pieces(const Renderer &renderer, const std::vector<Rename> &renames) {
  std::vector<Piece> pieces;
  for (const int now : {0, 1, 2}) {
    std::vector<Rename> some;
    for (const Rename &rename : renames)
      if (turn(rename) == now) some.push_back(rename);
    if (!some.empty()) append(pieces, renderer.rename(some));
  }
  return pieces;
}

std::vector<Piece> rename_back(const Renderer &renderer, const std::vector<Rename> &renames) {
  std::vector<Piece> pieces;
  for (const int now : {2, 1, 0}) {
    std::vector<Rename> some;
    for (const Rename &rename : renames) {
      if (turn(rename) != now) continue;
      some.push_back({rename.from, rename.from.name});
      some.back().from.name = rename.to;
    }
    if (!some.empty()) append(pieces, renderer.rename(some));
  }
  return pieces;
}

// A constraint that is an index too has a name among those of relations.
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
    return type == "primary key" || type == "unique" || type == "exclusion";
  default:
    return false;
  }
}

bool can_be_renamed(const Object &object) {
  if (object.id.kind == Kind::Constraint) return object.value(Attribute::ConstraintType).size() == 1; // a domain's says so
  return object.id.kind == Kind::Index || (object.id.kind == Kind::Sequence && object.has(Attribute::OwnedBy));
}

bool alike(const Object &a, const Object &b) {
  const auto told = [](const Object &object) {
    auto attributes = object.attributes;
    attributes.erase(Attribute::Comment);
    return attributes;
  };
  return a.id.kind == b.id.kind && a.id.schema == b.id.schema && a.id.relation == b.id.relation && told(a) == told(b);
}

} // namespace

Result<Renaming> renaming(const Renderer &renderer, const std::vector<Rename> &renames, const Schema &ours, const Schema &all) {
  const Schema beside = renderer.beside_renames(renames, ours, all);
  Renaming made;
  made.clears = beside.objects.size() != ours.objects.size();
  made.down = rename_back(renderer, renames);
  if (made.clears) {
    Result<Rendered> clear = renderer.render(ours, beside, {});
    if (!clear) return fail(clear.error());
    Result<Rendered> again = renderer.render(beside, ours, {});
    if (!again) return fail(again.error());
    made.up = std::move(clear->pieces);
    append(made.down, std::move(again->pieces));
  }
  append(made.up, rename_pieces(renderer, renames));
  return made;
}

std::vector<Rename> renamed_parts(const Schema &from, const Schema &to) {
  std::vector<Rename> renames;
  if (from.dialect != Dialect::Postgresql) return renames;
  std::set<std::pair<std::string, std::string>> taken;
  for (const Object &object : from.objects)
    if (is_relation(object)) taken.emplace(object.id.schema, object.id.name);
  std::set<ObjectId> found;
  for (const Object &goes : from.objects) {
    if (!can_be_renamed(goes) || to.find(goes.id) != nullptr) continue;
    const auto comes = std::find_if(to.objects.begin(), to.objects.end(), [&](const Object &one) {
      return alike(goes, one) && from.find(one.id) == nullptr && !found.contains(one.id) &&
             !(is_relation(one) && taken.contains({one.id.schema, one.id.name}));
    });
    if (comes == to.objects.end()) continue;
    found.insert(comes->id);
    renames.push_back({goes.id, comes->id.name});
  }
  return renames;
}

} // namespace migrator::schema
