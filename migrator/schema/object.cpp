#include "migrator/schema/object.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace migrator::schema {

namespace {

constexpr std::array<std::string_view, kKinds> kKindNames = {
    "schema", "extension",  "enum",  "domain", "sequence",          "function", "table",
    "column", "constraint", "index", "view",   "materialized view", "trigger"};
constexpr std::array<std::string_view, 29> kAttributes = {
    "type",     "not null",   "default", "serial",        "identity",      "generated", "collation",       "storage",
    "labels",   "definition", "kind",    "columns",       "references",    "unique",    "options",         "persistence",
    "owned by", "enabled",    "strict",  "without rowid", "autoincrement", "comment",   "column comments", "in schema",
    "owner",    "grants",     "rules",   "position",      "text"};

// Moves each object once, for they are large.
void sort_objects(std::vector<Object> &objects) {
  std::vector<Object *> order;
  order.reserve(objects.size());
  for (Object &object : objects) order.push_back(&object);
  std::sort(order.begin(), order.end(), [](const Object *a, const Object *b) { return a->id < b->id; });
  std::vector<Object> sorted;
  sorted.reserve(objects.size());
  for (Object *const object : order) sorted.push_back(std::move(*object));
  objects = std::move(sorted);
}

} // namespace

std::string_view name(Kind kind) noexcept {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

std::string_view name(Attribute attribute) noexcept {
  return kAttributes.at(static_cast<std::size_t>(attribute));
}

std::string text(const ObjectId &id) {
  const std::string schema = id.schema.empty() || id.schema == "public" ? "" : id.schema + ".";
  if (id.relation.empty()) return fmt::format("{} {}{}", name(id.kind), schema, id.name);
  if (id.kind == Kind::Column) return fmt::format("column {}{}.{}", schema, id.relation, id.name);
  return fmt::format("{} {} on {}{}", name(id.kind), id.name, schema, id.relation);
}

const Value &Object::value(Attribute attribute) const {
  static const Value kNothing;
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? kNothing : found->second;
}

const std::string &Object::text(Attribute attribute) const {
  static const std::string kNothing;
  const Value &found = value(attribute);
  return found.empty() ? kNothing : found.front();
}

const Object *Schema::find(const ObjectId &id) const {
  const auto found = std::lower_bound(objects.begin(), objects.end(), id,
                                      [](const Object &object, const ObjectId &wanted) { return object.id < wanted; });
  return found != objects.end() && found->id == id ? &*found : nullptr;
}

void normalise(Schema &schema) {
  for (Object &object : schema.objects) {
    std::sort(object.needs.begin(), object.needs.end());
    object.needs.erase(std::unique(object.needs.begin(), object.needs.end()), object.needs.end());
  }
  const auto by_id = [](const Object &a, const Object &b) { return a.id < b.id; };
  if (!std::is_sorted(schema.objects.begin(), schema.objects.end(), by_id)) sort_objects(schema.objects); // what was kept is
  std::sort(schema.unknown.begin(), schema.unknown.end());
}

} // namespace migrator::schema
