// See numbering.h.
#include "migrator/schema/postgresql/numbering.h"

#include <fmt/format.h>

#include "migrator/schema/postgresql/names.h"
#include "migrator/schema/postgresql/sequences.h"

namespace migrator::schema::postgresql {

namespace {

std::string waiting_identity(const ObjectId &column) {
  return quote_name(beside(column.relation + "_" + column.name, "_before_migration"));
}

std::string place_of(const std::string &sequence) {
  return "SELECT last_value, is_called FROM " + sequence;
}

std::string name_meanwhile(const Plan &plan, const ObjectId &sequence) {
  return plan.late.contains(sequence) ? quote_name(sequence.schema) + "." + waiting_name(sequence) : qualified(sequence);
}

std::string followed_by(const Object &sequence, const std::string &old, const Object &column) {
  const Value &options = sequence.value(Attribute::Options);
  const std::string name = qualified(sequence.id);
  std::vector<std::string> places{place_of(name), place_of(old)};
  for (std::string &place : place_of_rows(column, options)) places.push_back(std::move(place));
  return "SELECT " + set_behind(literal(name), places, options, sequence.text(Attribute::Type));
}

} // namespace

const Object *drawn_from(const Schema &schema, const Object &column) {
  if (!column.has(Attribute::Default)) return nullptr;
  for (const ObjectId &needed : column.needs)
    if (needed.kind == Kind::Sequence) return schema.find(needed);
  return nullptr;
}

bool draws_elsewhere(const Plan &plan, const Object &from, const Object &to) {
  const Object *old = drawn_from(plan.from, from), *wanted = drawn_from(plan.to, to);
  if (from.has(Attribute::Identity)) return wanted != nullptr;
  return old != nullptr && (to.has(Attribute::Identity) || (wanted != nullptr && wanted->id != old->id));
}

std::vector<ObjectId> left_behind(const Plan &plan) {
  std::vector<ObjectId> sequences;
  for (const Object &column : plan.from.objects) {
    if (column.id.kind != Kind::Column || plan.goes(column.id) || plan.relation_goes(column.id)) continue;
    const Object *wanted = plan.to.find(column.id), *sequence = drawn_from(plan.from, column);
    if (sequence != nullptr && wanted != nullptr && plan.goes(sequence->id) && draws_elsewhere(plan, column, *wanted))
      sequences.push_back(sequence->id);
  }
  return sequences;
}

std::string waiting_name(const ObjectId &late) {
  return quote_name(beside(late.name, "_before_migration"));
}

std::string set_identity_aside(const ObjectId &column) {
  return "DO " + literal(fmt::format("BEGIN EXECUTE pg_catalog.format('ALTER SEQUENCE %s RENAME TO %s', {}, {}); END",
                                     sequence_of_identity(column), literal(waiting_identity(column))));
}

std::vector<std::string> leave_identity(const Plan &plan, const Object &from, const Object &to) {
  const Object *wanted = drawn_from(plan.to, to);
  if (!from.has(Attribute::Identity) || to.has(Attribute::Identity) || wanted == nullptr) return {};
  return {followed_by(*wanted, quote_name(from.id.schema) + "." + waiting_identity(from.id), from),
          fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", relation_of(from.id), quote_name(from.id.name))};
}

std::vector<std::string> follow_sequence(const Plan &plan, const Object &from, const Object &to) {
  const Object *old = drawn_from(plan.from, from), *wanted = drawn_from(plan.to, to);
  if (old == nullptr || wanted == nullptr || !draws_elsewhere(plan, from, to)) return {};
  return {followed_by(*wanted, name_meanwhile(plan, old->id), to)};
}

std::optional<std::string> left_place(const Plan &plan, const Object &from) {
  const Object *old = drawn_from(plan.from, from);
  if (old == nullptr) return std::nullopt;
  return place_of(name_meanwhile(plan, old->id));
}

} // namespace migrator::schema::postgresql
