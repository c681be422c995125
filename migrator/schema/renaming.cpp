#include "migrator/schema/renaming.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "migrator/schema/rename_order.h"

namespace migrator::schema {

namespace {

void append(std::vector<Piece> &pieces, std::vector<Piece> more) {
  for (Piece &piece : more) pieces.push_back(std::move(piece));
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
  Renaming made;
  std::vector<Rename> every = making_room(renames, ours, all);
  for (const Rename &rename : every)
    if (rename.from.kind == Kind::Table || rename.from.kind == Kind::Column) made.replaced.push_back(rename);
  every.insert(every.end(), renames.begin(), renames.end());
  const std::vector<Rename> steps = in_order(every, all);
  const Schema beside = renderer.beside_renames(every, ours, all);
  made.clears = beside.objects.size() != ours.objects.size();
  made.down = renderer.rename(backwards(steps));
  if (made.clears) {
    Result<Rendered> clear = renderer.render(ours, beside, {});
    if (!clear) return fail(clear.error());
    Result<Rendered> again = renderer.render(beside, ours, {});
    if (!again) return fail(again.error());
    made.up = std::move(clear->pieces);
    append(made.down, std::move(again->pieces));
  }
  append(made.up, renderer.rename(steps));
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
