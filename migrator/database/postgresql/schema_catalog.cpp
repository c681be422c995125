// See schema_catalog.h. Numbers of catalogs are the server's fixed ones.
#include "migrator/database/postgresql/schema_catalog.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "migrator/database/postgresql/schema_queries.h"

namespace migrator::database::postgresql {

using schema::Attribute;
using schema::Kind;
using schema::Object;
using schema::ObjectId;

namespace {

enum CatalogNumber : std::uint64_t {
  kTypes = 1247,
  kFunctions = 1255,
  kRelations = 1259,
  kDefaults = 2604,
  kConstraints = 2606,
  kNamespaces = 2615,
  kRewrites = 2618,
  kTriggers = 2620,
  kExtensions = 3079,
};

std::uint64_t number_of(const std::string &digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::vector<std::string> cut(const std::string &text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const auto end = text.find(separator, from);
    parts.push_back(text.substr(from, end - from));
    if (end == std::string::npos) return parts;
    from = end + 1;
  }
}

void put(Object &object, Attribute attribute, const std::optional<std::string> &text) {
  if (text && !text->empty()) object.attributes[attribute] = {*text};
}

void put_list(Object &object, Attribute attribute, const std::optional<std::string> &list) {
  if (list && !list->empty()) object.attributes[attribute] = cut(*list, kListSeparator);
}

void put_flag(Object &object, Attribute attribute, const std::optional<std::string> &flag) {
  if (flag == "1") object.attributes[attribute] = {"true"};
}

} // namespace

SchemaCatalog::Key SchemaCatalog::key(std::uint64_t catalog, const std::string &oid, std::uint64_t column) {
  return number_of(oid) << 26 | catalog << 12 | column;
}

Object &SchemaCatalog::add(Key key, ObjectId id) {
  places_[key] = objects_.size();
  Object &object = objects_.emplace_back();
  object.id = std::move(id);
  return object;
}

Object *SchemaCatalog::at(Key key) {
  const auto found = places_.find(key);
  return found == places_.end() ? nullptr : &objects_[found->second];
}

Object *SchemaCatalog::relation(const std::string &oid) {
  return at(key(kRelations, oid));
}

void SchemaCatalog::take_extension_members(const Rows &dependencies) {
  for (const Row &row : dependencies.rows)
    if (row[6] == "e" && row[3] == "3079") members_[key(number_of(*row[0]), *row[1])] = key(kExtensions, *row[4]);
}

void SchemaCatalog::take_namespaces(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (is_member(key(kNamespaces, *row[0]))) continue;
    Object &object = add(key(kNamespaces, *row[0]), {Kind::Namespace, "", "", *row[1]});
    put(object, Attribute::Owner, row[2]);
    put_list(object, Attribute::Grants, row[3]);
  }
}

void SchemaCatalog::take_extensions(const Rows &rows) {
  for (const Row &row : rows.rows)
    put(add(key(kExtensions, *row[0]), {Kind::Extension, "", "", *row[1]}), Attribute::ExtensionSchema, row[2]);
}

void SchemaCatalog::take_types(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (is_member(key(kTypes, *row[0]))) continue;
    const bool is_enum = row[3] == "e";
    Object &object = add(key(kTypes, *row[0]), {is_enum ? Kind::Enum : Kind::Domain, *row[1], "", *row[2]});
    places_[key(kTypes, *row[6])] = objects_.size() - 1;
    put(object, Attribute::Owner, row[4]);
    put_list(object, Attribute::Grants, row[5]);
    if (is_enum) {
      put_list(object, Attribute::Labels, row[7]);
      continue;
    }
    put(object, Attribute::Type, row[8]);
    put_flag(object, Attribute::NotNull, row[9]);
    put(object, Attribute::Default, row[10]);
    put(object, Attribute::Collation, row[11]);
  }
}

void SchemaCatalog::take_relations(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (own_.contains({*row[1], *row[2]})) own_numbers_[*row[0]] = {*row[1], *row[2]};
    if (is_member(key(kRelations, *row[0])) || own_.contains({*row[1], *row[2]})) continue;
    const std::string name = *row[1] + "." + *row[2];
    if (!row[12]->empty()) {
      unknown_.push_back(*row[12] + " " + name);
      continue;
    }
    const char kind = row[3]->front();
    const Kind what = kind == 'r'   ? Kind::Table
                      : kind == 'S' ? Kind::Sequence
                      : kind == 'v' ? Kind::View
                                    : Kind::MaterializedView;
    Object &object = add(key(kRelations, *row[0]), {what, *row[1], "", *row[2]});
    const std::size_t place = objects_.size() - 1;
    if (row[8] != "0") places_[key(kTypes, *row[8])] = place;
    if (row[9] != "0") places_[key(kTypes, *row[9])] = place;
    if (row[11] != "0") places_[key(kRewrites, *row[11])] = place;
    if (row[4] == "u") object.attributes[Attribute::Persistence] = {"unlogged"};
    put(object, Attribute::Owner, row[5]);
    put_list(object, Attribute::Grants, row[6]);
    put_list(object, Attribute::Options, row[7]);
    put(object, Attribute::Definition, row[10]);
    put_list(object, Attribute::Rules, row[15]);
    if (row[13] == "1") unknown_.push_back("row security of " + name);
    if (row[14] == "1") unknown_.push_back("replica identity of " + name);
  }
}

void SchemaCatalog::take_columns(const Rows &rows) {
  for (const Row &row : rows.rows) {
    Object *const owner = relation(*row[0]);
    if (owner == nullptr) continue;
    column_names_[key(kRelations, *row[0], number_of(*row[1]))] = *row[2];
    if (owner->id.kind != Kind::Table) {
      auto &columns = owner->attributes[Attribute::Columns];
      columns.push_back(*row[2] + " " + *row[3]);
      if (row[15] && !row[15]->empty())
        for (const std::string &grant : cut(*row[15], kListSeparator))
          owner->attributes[Attribute::Grants].push_back(grant + " ON COLUMN " + *row[2]);
      continue;
    }
    Object &object = add(key(kRelations, *row[0], number_of(*row[1])), {Kind::Column, owner->id.schema, owner->id.name, *row[2]});
    object.attributes[Attribute::Position] = {*row[1]};
    put(object, Attribute::Type, row[3]);
    put_flag(object, Attribute::NotNull, row[4]);
    if (row[5] != "0") places_[key(kDefaults, *row[5])] = objects_.size() - 1;
    if (row[9]->empty()) {
      put(object, Attribute::Default, row[6]);
    } else {
      object.attributes[Attribute::Generated] = {row[9] == "s" ? "stored" : "virtual", row[6].value_or("")};
    }
    if (!row[7]->empty()) {
      auto &identity = object.attributes[Attribute::Identity];
      identity = {row[7] == "a" ? "always" : "by default"};
      if (row[8] && !row[8]->empty())
        for (const std::string &option : cut(*row[8], kListSeparator)) identity.push_back(option);
    }
    put(object, Attribute::Collation, row[10]);
    auto &storage = object.attributes[Attribute::Storage];
    if (row[11]) storage.push_back("STORAGE " + *row[11]);
    if (row[12]) storage.push_back("COMPRESSION " + *row[12]);
    if (row[13]) storage.push_back("STATISTICS " + *row[13]);
    if (storage.empty()) object.attributes.erase(Attribute::Storage);
    put_list(object, Attribute::Options, row[14]);
    put_list(object, Attribute::Grants, row[15]);
  }
}

void SchemaCatalog::take_sequences(const Rows &rows) {
  for (const Row &row : rows.rows) {
    Object *const sequence = relation(*row[0]);
    if (sequence == nullptr) continue;
    put(*sequence, Attribute::Type, row[1]);
    put_list(*sequence, Attribute::Options, row[2]);
  }
}

void SchemaCatalog::set_columns(Object &object, const std::string &relation, const std::string &numbers) {
  auto &columns = object.attributes[Attribute::Columns];
  for (const std::string &number : cut(numbers, ' ')) {
    const auto found = column_names_.find(key(kRelations, relation, number_of(number)));
    if (found != column_names_.end()) columns.push_back(found->second);
  }
  if (columns.empty()) object.attributes.erase(Attribute::Columns);
}

void SchemaCatalog::take_constraints(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (is_member(key(kConstraints, *row[0]))) continue;
    const Object *const of = row[4] == "0" ? relation(*row[3]) : at(key(kTypes, *row[4]));
    if (of == nullptr || (of->id.kind != Kind::Table && of->id.kind != Kind::Domain)) continue;
    Object &object = add(key(kConstraints, *row[0]), {Kind::Constraint, of->id.schema, of->id.name, *row[1]});
    const char kind = row[2]->front();
    object.attributes[Attribute::ConstraintType] = {kind == 'p'   ? "primary key"
                                                    : kind == 'u' ? "unique"
                                                    : kind == 'f' ? "foreign key"
                                                    : kind == 'c' ? "check"
                                                                  : "exclusion"};
    if (row[4] != "0") object.attributes[Attribute::ConstraintType].emplace_back("domain");
    put(object, Attribute::Definition, row[6]);
    if (row[5] != "0" && kind != 'f') places_[key(kRelations, *row[5])] = objects_.size() - 1;
    put_list(object, Attribute::Options, row[10]);
    put_list(object, Attribute::Storage, row[11]);
    if (row[7]) set_columns(object, *row[3], *row[7]);
    if (kind != 'f') continue;
    schema::Value references;
    if (const Object *const referenced = relation(*row[8])) references = {referenced->id.schema, referenced->id.name};
    for (const std::string &number : cut(row[9].value_or(""), ' ')) {
      const auto found = column_names_.find(key(kRelations, *row[8], number_of(number)));
      if (found != column_names_.end()) references.push_back(found->second);
    }
    objects_.back().attributes[Attribute::References] = references;
  }
}

void SchemaCatalog::take_indexes(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (is_member(key(kRelations, *row[0]))) continue;
    const Object *const of = relation(*row[1]);
    if (of == nullptr) continue;
    if (row[6] != "1") unknown_.push_back(fmt::format("invalid index {}.{}", of->id.schema, *row[2]));
    Object &object = add(key(kRelations, *row[0]), {Kind::Index, of->id.schema, of->id.name, *row[2]});
    put_flag(object, Attribute::Unique, row[3]);
    put(object, Attribute::Definition, row[4]);
    put_list(object, Attribute::Options, row[7]);
    put_list(object, Attribute::Storage, row[8]);
    set_columns(object, *row[1], *row[5]);
  }
}

void SchemaCatalog::take_functions(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (is_member(key(kFunctions, *row[0]))) continue;
    Object &object =
        add(key(kFunctions, *row[0]), {Kind::Function, *row[1], "", fmt::format("{}({})", *row[2], row[3].value_or(""))});
    object.attributes[Attribute::Type] = {row[4] == "p" ? "procedure" : "function", row[8].value_or(""), row[9].value_or("")};
    put(object, Attribute::Owner, row[5]);
    put_list(object, Attribute::Grants, row[6]);
    put(object, Attribute::Definition, row[7]);
  }
}

void SchemaCatalog::take_triggers(const Rows &rows) {
  for (const Row &row : rows.rows) {
    const Object *const of = relation(*row[1]);
    if (of == nullptr || is_member(key(kTriggers, *row[0]))) continue;
    Object &object = add(key(kTriggers, *row[0]), {Kind::Trigger, of->id.schema, of->id.name, *row[2]});
    put(object, Attribute::Definition, row[3]);
    if (row[4] != "O")
      object.attributes[Attribute::Enabled] = {row[4] == "D" ? "disabled" : row[4] == "R" ? "replica" : "always"};
  }
}

void SchemaCatalog::take_comments(const Rows &rows) {
  for (const Row &row : rows.rows) {
    const auto catalog = number_of(*row[0]);
    if (is_member(key(catalog, *row[1]))) continue;
    const auto column = number_of(*row[2]);
    if (Object *const object = at(key(catalog, *row[1], column))) {
      object->attributes[Attribute::Comment] = {row[3].value_or("")};
    } else if (Object *const of = at(key(catalog, *row[1])); of != nullptr && column != 0) {
      auto &comments = of->attributes[Attribute::ColumnComments];
      comments.push_back(column_names_[key(catalog, *row[1], column)]);
      comments.push_back(row[3].value_or(""));
    }
  }
}

// A column of a table is an object, one of a view is the view; what an extension brings is the extension.
Object *SchemaCatalog::referred(const std::string &catalog, const std::string &oid, const std::string &column) {
  const auto number = number_of(catalog);
  if (Object *const object = at(key(number, oid, number_of(column)))) return object;
  if (Object *const object = at(key(number, oid))) return object;
  const auto member = members_.find(key(number, oid));
  return member == members_.end() ? nullptr : at(member->second);
}

void SchemaCatalog::take_dependencies(const Rows &rows) {
  for (const Row &row : rows.rows) {
    if (row[6] == "e") continue;
    Object *const object = is_member(key(number_of(*row[0]), *row[1])) ? nullptr : referred(*row[0], *row[1], *row[2]);
    const Object *const needed = referred(*row[3], *row[4], *row[5]);
    if (object != nullptr && object->id.kind == Kind::Sequence && row[3] == "1259")
      if (const auto own = own_numbers_.find(*row[4]); own != own_numbers_.end())
        object->attributes[Attribute::OwnedBy] = {own->second.first, own->second.second, ""};
    if (object == nullptr || needed == nullptr || object == needed) continue;
    if (object->id.kind == Kind::Sequence) {
      if (row[6] == "a" && needed->id.kind == Kind::Column)
        object->attributes[Attribute::OwnedBy] = {needed->id.schema, needed->id.relation, needed->id.name};
      continue;
    }
    const bool own = !object->id.relation.empty() && needed->id.schema == object->id.schema && needed->id.relation.empty() &&
                     needed->id.name == object->id.relation && needed->id.kind != Kind::Function;
    if (!own) object->needs.push_back(needed->id);
  }
}

void SchemaCatalog::take_unknown(const Rows &rows) {
  for (const Row &row : rows.rows)
    if (!is_member(key(number_of(*row[0]), *row[1]))) unknown_.push_back(*row[2]);
}

schema::Schema SchemaCatalog::finish() {
  std::map<ObjectId, schema::Value> owners; // of sequences
  std::set<std::string> in_use;             // schemas that hold something
  for (const Object &object : objects_) {
    if (object.has(Attribute::OwnedBy)) owners[object.id] = object.value(Attribute::OwnedBy);
    in_use.insert(object.id.schema);
  }
  schema::Schema schema;
  schema.dialect = Dialect::Postgresql;
  for (Object &object : objects_) {
    const auto &owner = object.value(Attribute::OwnedBy);
    if (owner.size() == 3 && own_.contains({owner[0], owner[1]})) continue;
    const bool made_for_history =
        object.id.kind == Kind::Namespace && object.id.name != "public" && !in_use.contains(object.id.name) &&
        std::any_of(own_.begin(), own_.end(), [&](const auto &relation) { return relation.first == object.id.name; });
    if (made_for_history) continue;
    const bool draws =
        object.id.kind == Kind::Column && std::any_of(object.needs.begin(), object.needs.end(), [&](const ObjectId &needed) {
          const auto found = owners.find(needed);
          return found != owners.end() && found->second == schema::Value{object.id.schema, object.id.relation, object.id.name};
        });
    if (draws) object.attributes[Attribute::Serial] = {"true"};
    schema.objects.push_back(std::move(object));
  }
  schema.unknown = std::move(unknown_);
  schema::normalise(schema);
  return schema;
}

} // namespace migrator::database::postgresql
