// See indexes.h.
#include "migrator/schema/postgresql/indexes.h"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "migrator/schema/postgresql/definitions.h"
#include "migrator/schema/postgresql/existing.h"
#include "migrator/schema/postgresql/names.h"

namespace migrator::schema::postgresql {

namespace {

bool is_key(const Object &object) {
  const std::string &type = object.text(Attribute::ConstraintType);
  return object.id.kind == Kind::Constraint && (type == "primary key" || type == "unique");
}

// The text behind "UNIQUE" or "PRIMARY KEY" as CREATE INDEX wants it, and what stays for the constraint.
struct KeyText {
  std::string index, constraint;
};

KeyText key_text(std::string definition) {
  constexpr std::string_view kDistinct = " NULLS NOT DISTINCT";
  KeyText text;
  std::string distinct;
  if (const auto at = definition.find(kDistinct); at != std::string::npos && at < definition.find('(')) {
    distinct = kDistinct;
    definition.erase(at, kDistinct.size());
  }
  const auto open = definition.find('(');
  std::string rest = definition.substr(open);
  for (const std::string_view word : {" DEFERRABLE", " INITIALLY DEFERRED"})
    if (const auto at = rest.rfind(word); at != std::string::npos) {
      text.constraint = std::string(word) + text.constraint;
      rest.erase(at, word.size());
    }
  if (text.constraint == " INITIALLY DEFERRED DEFERRABLE") text.constraint = " DEFERRABLE INITIALLY DEFERRED";
  const auto with = rest.rfind(" WITH (");
  text.index = with == std::string::npos ? rest + distinct : rest.substr(0, with) + distinct + rest.substr(with);
  return text;
}

Piece build_concurrently(const Object &index, const std::string &name) {
  Object named = index;
  named.id.name = name;
  const std::string sql = create(named);
  const std::string_view plain = index.has(Attribute::Unique) ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  return outside(std::string(plain) + "CONCURRENTLY " + sql.substr(plain.size()));
}

Piece build_of_key(const Object &constraint, const std::string &name) {
  return outside(fmt::format("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} {}", quote_name(name), relation_of(constraint.id),
                             key_text(constraint.text(Attribute::Definition)).index));
}

constexpr const char *kReplicaIdentity = "REPLICA IDENTITY USING INDEX";

Piece mark(const ObjectId &of, const std::string &how, const std::string &index) {
  return in_transaction(fmt::format("ALTER TABLE {} {} {}", relation_of(of), how, quote_name(index)));
}

// The constraint gives the index its name.
Piece add_by_index(const Object &constraint, const std::string &index) {
  const char *type = constraint.text(Attribute::ConstraintType) == "unique" ? "UNIQUE" : "PRIMARY KEY";
  return in_transaction(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}{}", relation_of(constraint.id),
                                    quote_name(constraint.id.name), type, quote_name(index),
                                    key_text(constraint.text(Attribute::Definition)).constraint));
}

} // namespace

std::vector<std::string> index_statistics(const Object *from, const Object &to) {
  const std::string alter = fmt::format("ALTER INDEX {}.{} ", quote_name(to.id.schema), quote_name(to.id.name));
  const Value old = from == nullptr ? Value() : from->value(Attribute::Storage);
  const Value &wanted = to.value(Attribute::Storage);
  const auto column_of = [](const std::string &setting) { return setting.substr(0, setting.find(" SET ")); };
  std::vector<std::string> statements;
  for (const std::string &setting : wanted)
    if (std::find(old.begin(), old.end(), setting) == old.end()) statements.push_back(alter + setting);
  for (const std::string &setting : old)
    if (std::none_of(wanted.begin(), wanted.end(),
                     [&](const std::string &other) { return column_of(other) == column_of(setting); }))
      statements.push_back(alter + column_of(setting) + " SET STATISTICS -1");
  return statements;
}

IndexChanges::IndexChanges(const Plan &plan) : plan_(plan) {
  for (const Object &object : plan.to.objects) {
    const Kind kind = object.id.kind;
    const bool relation = kind == Kind::Table || kind == Kind::Index || kind == Kind::Sequence || kind == Kind::View ||
                          kind == Kind::MaterializedView || kind == Kind::Constraint;
    if (relation) names_.emplace(object.id.schema, object.id.name);
    const Value &references = object.value(Attribute::References);
    if (references.size() > 1 && plan.comes(object.id)) referenced_.emplace(references[0], references[1]);
  }
}

// Nothing that it stands on goes before it would, or changes under it.
bool IndexChanges::can_wait(const Object &object) const {
  if (plan_.relation_goes(object.id)) return false;
  return std::none_of(object.needs.begin(), object.needs.end(),
                      [&](const ObjectId &needed) { return plan_.goes(needed) || plan_.changes_type(needed); });
}

bool IndexChanges::has_successor(const Object &from) const {
  if (plan_.fate(from.id) != Fate::Replace || !can_wait(from)) return false;
  return from.id.kind == Kind::Index || (is_key(from) && is_key(*plan_.to.find(from.id)));
}

bool IndexChanges::goes_last(const Object &index) const {
  if (index.has(Attribute::Unique) && referenced_.contains({index.id.schema, index.id.relation})) return false;
  return can_wait(index) && !names_.contains({index.id.schema, index.id.name});
}

Piece IndexChanges::drop(const Object &index) const {
  if (!can_wait(index)) return in_transaction(postgresql::drop(index));
  return outside(fmt::format("DROP INDEX CONCURRENTLY {}.{}", quote_name(index.id.schema), quote_name(index.id.name)));
}

std::vector<Piece> IndexChanges::build(const Object &index) const {
  return {build_concurrently(index, index.id.name)};
}

std::vector<Piece> IndexChanges::build_key(const Object &constraint) const {
  return {build_of_key(constraint, constraint.id.name), add_by_index(constraint, constraint.id.name)};
}

// Rows of a published table cannot change while it has no replica identity.
std::vector<Piece> IndexChanges::successor(const Object &from, const Object &to) const {
  const std::string name = beside(to.id.name, "_successor");
  const Value &marked = to.value(Attribute::Options);
  std::vector<Piece> pieces{to.id.kind == Kind::Constraint ? build_of_key(to, name) : build_concurrently(to, name)};
  if (std::find(marked.begin(), marked.end(), kReplicaIdentity) != marked.end())
    pieces.push_back(mark(to.id, kReplicaIdentity, name));
  if (to.id.kind == Kind::Constraint) {
    pieces.push_back(in_transaction(postgresql::drop(from)));
    pieces.push_back(add_by_index(to, name));
  } else {
    pieces.push_back(drop(from));
    pieces.push_back(in_transaction(
        fmt::format("ALTER INDEX {}.{} RENAME TO {}", quote_name(to.id.schema), quote_name(name), quote_name(to.id.name))));
  }
  return pieces;
}

std::vector<Piece> IndexChanges::marks() const {
  using Marked = std::map<std::pair<std::pair<std::string, std::string>, std::string>, const Object *>;
  const auto marked_in = [](const Schema &schema) {
    Marked found;
    for (const Object &object : schema.objects)
      if (object.id.kind == Kind::Index || object.id.kind == Kind::Constraint)
        for (const std::string &text : object.value(Attribute::Options))
          found[{{object.id.schema, object.id.relation}, text}] = &object;
    return found;
  };
  const Marked before = marked_in(plan_.from), wanted = marked_in(plan_.to);
  std::vector<Piece> pieces;
  for (const auto &[key, object] : wanted)
    if (const auto old = before.find(key);
        old == before.end() || old->second->id != object->id || plan_.comes(object->id) || plan_.relation_comes(object->id))
      pieces.push_back(mark(object->id, key.second, object->id.name));
  for (const auto &[key, object] : before) {
    const ObjectId &id = object->id;
    const bool stays = plan_.to.find({Kind::Table, id.schema, "", id.relation}) != nullptr;
    if (wanted.contains(key) || !stays) continue;
    pieces.push_back(
        in_transaction(fmt::format("ALTER TABLE {} {}", relation_of(id),
                                   key.second == kReplicaIdentity ? "REPLICA IDENTITY DEFAULT" : "SET WITHOUT CLUSTER")));
  }
  return pieces;
}

} // namespace migrator::schema::postgresql
