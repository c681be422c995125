// See plan.h.
#include "migrator/schema/postgresql/plan.h"

#include <algorithm>

#include "migrator/schema/postgresql/numbering.h"

namespace migrator::schema::postgresql {

namespace {

bool is_type(Kind kind) {
  return kind == Kind::Enum || kind == Kind::Domain;
}

// Whether all old labels are there in their old order.
bool only_adds(const Value &from, const Value &to) {
  auto at = to.begin();
  for (const std::string &label : from) {
    at = std::find(at, to.end(), label);
    if (at == to.end()) return false;
    ++at;
  }
  return true;
}

bool begins_with(const Value &whole, const Value &start) {
  return whole.size() >= start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

Fate fate_of_change(const Change &change, const Object &from, const Object &to) {
  const auto has = [&](Attribute attribute) {
    return std::any_of(change.attributes.begin(), change.attributes.end(),
                       [attribute](const AttributeChange &one) { return one.attribute == attribute; });
  };
  switch (change.id.kind) {
  case Kind::Enum:
    return has(Attribute::Labels) && !only_adds(from.value(Attribute::Labels), to.value(Attribute::Labels)) ? Fate::Retype
                                                                                                            : Fate::Keep;
  case Kind::Domain:
    return has(Attribute::Type) || has(Attribute::Collation) ? Fate::Retype : Fate::Keep;
  case Kind::Function:
    return has(Attribute::Type) ? Fate::Replace : Fate::Keep;
  case Kind::Column:
    if (to.has(Attribute::Generated))
      return has(Attribute::Generated) || has(Attribute::Type) || has(Attribute::Collation) ? Fate::Replace : Fate::Keep;
    return Fate::Keep;
  case Kind::Constraint:
    return has(Attribute::Definition) ? Fate::Replace : Fate::Keep;
  case Kind::Index:
    return has(Attribute::Definition) || has(Attribute::Unique) ? Fate::Replace : Fate::Keep;
  case Kind::View:
    return begins_with(to.value(Attribute::Columns), from.value(Attribute::Columns)) ? Fate::Keep : Fate::Replace;
  case Kind::MaterializedView:
    return has(Attribute::Definition) || has(Attribute::Columns) ? Fate::Replace : Fate::Keep;
  case Kind::Trigger:
    return has(Attribute::Definition) ? Fate::Replace : Fate::Keep;
  case Kind::Namespace:
  case Kind::Extension:
  case Kind::Sequence:
  case Kind::Table:
    break;
  }
  return Fate::Keep;
}

std::vector<ObjectId> relations_of(const ObjectId &id) {
  std::vector<ObjectId> relations;
  if (!id.relation.empty())
    for (const Kind kind : {Kind::Table, Kind::Domain, Kind::View, Kind::MaterializedView})
      relations.push_back({kind, id.schema, "", id.relation});
  return relations;
}

} // namespace

Plan::Plan(const Schema &old, const Schema &wanted, const CompareOptions &options) : from(old), to(wanted) {
  for (const Object &object : from.objects) {
    for (const ObjectId &needed : object.needs) dependents_[needed].push_back(&object);
    for (const ObjectId &relation : relations_of(object.id))
      if (relation.kind != Kind::Table) dependents_[relation].push_back(&object);
  }
  for (Change &change : compare(from, to, options)) {
    decide(change);
    changes[change.id] = std::move(change);
  }
  // A foreign key keeps both its tables logged, or both unlogged.
  for (const Object &object : from.objects) {
    const Value &references = object.value(Attribute::References);
    if (references.size() < 2 || goes(object.id) || to.find(object.id) == nullptr) continue;
    if (Plan::change({Kind::Table, object.id.schema, "", object.id.relation}, Attribute::Persistence) != nullptr ||
        Plan::change({Kind::Table, references[0], "", references[1]}, Attribute::Persistence) != nullptr)
      replace(object.id);
  }
  follow();
  for (const Object &object : from.objects) {
    if (!is_type(object.id.kind) || !goes(object.id)) continue;
    const auto &users = dependents_[object.id];
    if (std::any_of(users.begin(), users.end(),
                    [&](const Object *user) {
                      return (user->id.kind == Kind::Column && !goes(user->id) && !relation_goes(user->id)) ||
                             (user->id.kind == Kind::Domain && fate(user->id) == Fate::Retype);
                    }) ||
        fate(object.id) == Fate::Retype)
      late.insert(object.id);
  }
  for (const ObjectId &sequence : left_behind(*this)) late.insert(sequence);
  // What a late type stands on is late too.
  for (bool more = true; more;) {
    more = false;
    for (const ObjectId &id : std::set<ObjectId>(late))
      for (const ObjectId &needed : from.find(id)->needs)
        if (is_type(needed.kind) && goes(needed)) more = late.insert(needed).second || more;
  }
}

std::optional<std::string> Plan::lost_with_a_view() const {
  for (const auto &[id, what] : fates) {
    if ((id.kind != Kind::View && id.kind != Kind::MaterializedView) || !goes(id) || !comes(id)) continue;
    const std::string of_it = " on " + id.schema + "." + id.name;
    for (const std::string &unknown : from.unknown)
      if (unknown.ends_with(of_it)) return unknown;
  }
  return std::nullopt;
}

Fate Plan::fate(const ObjectId &id) const {
  const auto found = fates.find(id);
  return found == fates.end() ? Fate::Keep : found->second;
}

bool Plan::goes(const ObjectId &id) const {
  const Fate what = fate(id);
  return what == Fate::Drop || what == Fate::Replace || what == Fate::Retype;
}

bool Plan::comes(const ObjectId &id) const {
  const Fate what = fate(id);
  return what == Fate::Create || what == Fate::Replace || what == Fate::Retype;
}

const AttributeChange *Plan::change(const ObjectId &id, Attribute attribute) const {
  const auto found = changes.find(id);
  if (found == changes.end()) return nullptr;
  for (const AttributeChange &one : found->second.attributes)
    if (one.attribute == attribute) return &one;
  return nullptr;
}

bool Plan::changes_type(const ObjectId &column) const {
  return retyped.contains(column) || change(column, Attribute::Type) != nullptr ||
         change(column, Attribute::Collation) != nullptr;
}

bool Plan::is_made_anew(const Object &index) const {
  return std::any_of(index.needs.begin(), index.needs.end(), [this](const ObjectId &needed) { return changes_type(needed); });
}

bool Plan::relation_comes(const ObjectId &id) const {
  const auto relations = relations_of(id);
  return std::any_of(relations.begin(), relations.end(), [this](const ObjectId &one) { return comes(one); });
}

bool Plan::relation_goes(const ObjectId &id) const {
  const auto relations = relations_of(id);
  return std::any_of(relations.begin(), relations.end(), [this](const ObjectId &one) { return goes(one); });
}

void Plan::decide(const Change &change) {
  Fate what = Fate::Create;
  if (change.what == Change::What::Removed) what = Fate::Drop;
  if (change.what == Change::What::Changed) what = fate_of_change(change, *from.find(change.id), *to.find(change.id));
  if (what != Fate::Keep) fates[change.id] = what;
  const bool moves = change.id.kind == Kind::Column && change.what == Change::What::Changed &&
                     std::any_of(change.attributes.begin(), change.attributes.end(), [](const AttributeChange &one) {
                       return one.attribute == Attribute::Type || one.attribute == Attribute::Collation;
                     });
  if (what == Fate::Drop || what == Fate::Replace || what == Fate::Retype || moves) open_.push_back(change.id);
}

void Plan::replace(const ObjectId &id) {
  if (goes(id)) return;
  fates[id] = Fate::Replace;
  open_.push_back(id);
}

void Plan::follow() {
  while (!open_.empty()) {
    const ObjectId id = open_.back();
    open_.pop_back();
    if (const auto found = dependents_.find(id); found != dependents_.end())
      for (const Object *dependent : found->second)
        if (!goes(dependent->id)) touch(*dependent, id);
  }
}

// `needed` goes, or is a column whose type changes.
void Plan::touch(const Object &dependent, const ObjectId &needed) {
  const ObjectId &id = dependent.id;
  const bool only_moves = needed.kind == Kind::Column && !goes(needed);
  switch (id.kind) {
  case Kind::View:
  case Kind::MaterializedView:
  case Kind::Trigger:
  case Kind::Function:
    return replace(id);
  case Kind::Index:
    // The server makes them anew itself, with the column.
    return only_moves ? void() : replace(id);
  case Kind::Constraint: {
    const std::string &type = dependent.text(Attribute::ConstraintType);
    return only_moves && type != "foreign key" ? void() : replace(id);
  }
  case Kind::Column:
    if (dependent.has(Attribute::Generated)) {
      if (const Object *wanted = to.find(id); wanted != nullptr && !wanted->has(Attribute::Generated)) return;
      return replace(id);
    }
    if (is_type(needed.kind) || needed.kind == Kind::Extension) {
      if (retyped.insert(id).second) open_.push_back(id);
    } else {
      lost_default.insert(id);
    }
    return;
  case Kind::Domain:
    if (is_type(needed.kind)) {
      if (goes(id)) return;
      fates[id] = Fate::Retype;
      open_.push_back(id);
    } else {
      lost_default.insert(id);
    }
    return;
  case Kind::Namespace:
  case Kind::Extension:
  case Kind::Enum:
  case Kind::Sequence:
  case Kind::Table:
    return;
  }
}

} // namespace migrator::schema::postgresql
