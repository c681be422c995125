// See guards.h.
#include "migrator/schema/postgresql/guards.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/schema/postgresql/names.h"

namespace migrator::schema::postgresql {

namespace {

// The labels that an enum, or the enum of a domain, loses.
std::vector<std::string> lost_labels(const Plan &plan, const ObjectId &type) {
  const Object *from = plan.from.find(type), *to = plan.to.find(type);
  if (from == nullptr || to == nullptr) return {};
  if (type.kind == Kind::Domain) {
    for (const ObjectId &needed : from->needs)
      if (needed.kind == Kind::Enum || needed.kind == Kind::Domain) return lost_labels(plan, needed);
    return {};
  }
  std::vector<std::string> lost;
  const Value &labels = to->value(Attribute::Labels);
  for (const std::string &label : from->value(Attribute::Labels))
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) lost.push_back(literal(label));
  return lost;
}

// Whether it is of this type, or an array of it, and stays so.
bool is_of(const Object &column, const Object &wanted, const ObjectId &type) {
  const std::string &text = column.text(Attribute::Type);
  const std::string name = qualified(type);
  return wanted.text(Attribute::Type) == text && (text == name || text == name + "[]");
}

// A directive is one line: what has a line break goes without a guard.
void add_guard(std::vector<Piece> &asserts, const ObjectId &column, const std::string &where, std::string note) {
  Piece piece;
  piece.assertion = true;
  piece.sql = fmt::format("SELECT NOT EXISTS (SELECT 1 FROM {} WHERE {})", relation_of(column), where);
  piece.note = std::move(note);
  if (piece.sql.find('\n') == std::string::npos) asserts.push_back(std::move(piece));
}

std::vector<Piece> given_values(const Plan &plan) {
  std::vector<Piece> asserts;
  for (const auto &[id, change] : plan.changes) {
    if (id.kind != Kind::Column || plan.goes(id) || plan.change(id, Attribute::NotNull) == nullptr) continue;
    const Object *from = plan.from.find(id), *to = plan.to.find(id);
    if (from == nullptr || to == nullptr || from->has(Attribute::NotNull) || !to->has(Attribute::NotNull)) continue;
    const std::string column = quote_name(id.name);
    add_guard(asserts, id, column + " IS NULL", fmt::format("{} must be given: rows without a value must get one first", column));
  }
  return asserts;
}

} // namespace

std::vector<Piece> guards(const Plan &plan) {
  std::vector<Piece> asserts = given_values(plan);
  for (const ObjectId &id : plan.retyped) {
    const Object *from = plan.from.find(id), *to = plan.to.find(id);
    if (id.kind != Kind::Column || from == nullptr || to == nullptr) continue;
    for (const ObjectId &type : from->needs) {
      if ((type.kind != Kind::Enum && type.kind != Kind::Domain) || !is_of(*from, *to, type)) continue;
      const std::vector<std::string> lost = lost_labels(plan, type);
      if (lost.empty()) continue;
      const bool list = from->text(Attribute::Type).back() == ']';
      const std::string column = quote_name(id.name), labels = joined(lost, ", ");
      add_guard(asserts, id,
                list ? fmt::format("{}::text[] && ARRAY[{}]", column, labels) : fmt::format("{}::text IN ({})", column, labels),
                fmt::format("{} has no {} any more: rows that hold it must get another value first", qualified(type), labels));
    }
  }
  return asserts;
}

} // namespace migrator::schema::postgresql
