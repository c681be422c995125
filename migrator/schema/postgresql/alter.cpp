// See alter.h.
#include "migrator/schema/postgresql/alter.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "migrator/schema/postgresql/definitions.h"
#include "migrator/schema/postgresql/existing.h"
#include "migrator/schema/postgresql/indexes.h"
#include "migrator/schema/postgresql/names.h"
#include "migrator/schema/postgresql/sequences.h"

namespace migrator::schema::postgresql {

namespace {

// Those of a table's toast table, or the others.
Value options_of(const Object &object, bool of_toast) {
  Value options = object.value(Attribute::Options);
  std::erase_if(options, [&](const std::string &option) { return (option.rfind("toast.", 0) == 0) != of_toast; });
  return options;
}

std::vector<Piece> alter_enum(const Object &from, const Object &to) {
  std::vector<Piece> pieces;
  const Value &labels = to.value(Attribute::Labels), &old = from.value(Attribute::Labels);
  std::set<std::string> there(old.begin(), old.end());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (there.contains(labels[i])) continue;
    std::string where;
    if (i > 0)
      where = " AFTER " + literal(labels[i - 1]);
    else if (!old.empty())
      where = " BEFORE " + literal(old.front());
    pieces.push_back(outside(fmt::format("ALTER TYPE {} ADD VALUE {}{}", qualified(to.id), literal(labels[i]), where)));
    there.insert(labels[i]);
  }
  return pieces;
}

std::vector<Piece> alter_domain(const Plan &plan, const Object &from, const Object &to) {
  std::vector<Piece> pieces;
  const std::string alter = "ALTER DOMAIN " + qualified(to.id) + " ";
  if (from.value(Attribute::Default) != to.value(Attribute::Default) || plan.lost_default.contains(to.id)) {
    if (to.has(Attribute::Default))
      pieces.push_back(in_transaction(alter + "SET DEFAULT " + to.text(Attribute::Default)));
    else if (!plan.lost_default.contains(to.id))
      pieces.push_back(in_transaction(alter + "DROP DEFAULT"));
  }
  if (from.value(Attribute::NotNull) != to.value(Attribute::NotNull))
    pieces.push_back(in_transaction(alter + (to.has(Attribute::NotNull) ? "SET NOT NULL" : "DROP NOT NULL")));
  return pieces;
}

// A column whose type changes has lost how it was stored.
std::vector<std::string> alter_settings(const Plan &plan, Object from, const Object &to) {
  if (const auto storage = from.attributes.find(Attribute::Storage); storage != from.attributes.end() && plan.changes_type(to.id))
    std::erase_if(storage->second, [](const std::string &setting) { return setting.rfind("STATISTICS ", 0) != 0; });
  return column_settings(&from, to);
}

} // namespace

std::vector<Piece> alter(const Plan &plan, const Object &from, const Object &to, bool owned) {
  std::vector<Piece> pieces;
  const auto add = [&](std::string sql, std::string note = {}) {
    pieces.push_back(in_transaction(std::move(sql), std::move(note)));
  };
  const auto add_all = [&](std::vector<std::string> statements) {
    for (std::string &sql : statements) add(std::move(sql));
  };
  const ObjectId &id = to.id;
  switch (id.kind) {
  case Kind::Extension:
    if (plan.change(id, Attribute::ExtensionSchema) != nullptr)
      add(fmt::format("ALTER EXTENSION {} SET SCHEMA {}", quote_name(id.name), quote_name(to.text(Attribute::ExtensionSchema))));
    break;
  case Kind::Enum:
    pieces = alter_enum(from, to);
    break;
  case Kind::Domain:
    pieces = alter_domain(plan, from, to);
    break;
  case Kind::Sequence:
    add_all(alter_sequence(from, to));
    break;
  case Kind::Function:
    if (plan.change(id, Attribute::Definition) != nullptr) add(create(to));
    break;
  case Kind::Table:
    if (plan.change(id, Attribute::Persistence) != nullptr)
      add(fmt::format("ALTER TABLE {} SET {}", qualified(id), to.has(Attribute::Persistence) ? "UNLOGGED" : "LOGGED"),
          "rewrites the table under a lock that keeps everybody out");
    [[fallthrough]];
  case Kind::MaterializedView:
    for (const std::string &change : options_changes(options_of(from, false), options_of(to, false)))
      add(fmt::format("ALTER {} {}", target(to), change));
    break;
  case Kind::Column:
    pieces = alter_column(plan, from, to);
    add_all(alter_settings(plan, from, to));
    break;
  case Kind::View: {
    const bool other = plan.change(id, Attribute::Definition) != nullptr || plan.change(id, Attribute::Columns) != nullptr ||
                       plan.change(id, Attribute::Options) != nullptr;
    if (other) add(replace_view(to));
    break;
  }
  case Kind::Trigger:
    if (plan.change(id, Attribute::Enabled) != nullptr) add(set_enabled(to));
    break;
  case Kind::Constraint:
  case Kind::Index:
    add_all(index_statistics(plan.is_made_anew(to) ? nullptr : &from, to));
    break;
  case Kind::Namespace:
    break;
  }
  add_all(comments(&from, to));
  if (owned) add_all(owner_and_grants(&from, to));
  return pieces;
}

std::vector<Piece> alter_toast(const Object &from, const Object &to) {
  std::vector<Piece> pieces;
  for (const std::string &change : options_changes(options_of(from, true), options_of(to, true)))
    pieces.push_back(in_transaction(fmt::format("ALTER TABLE {} {}", qualified(to.id), change)));
  return pieces;
}

} // namespace migrator::schema::postgresql
