// Catalog rows as objects: keeps which number of the catalog is which object, and what belongs to extensions or to our own histories and is
// left out. Rows must be given in the order of the members below.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/schema/object.h"

namespace migrator::database::postgresql {

class SchemaCatalog {
public:
  // `own`: schema and name of each relation of ours.
  explicit SchemaCatalog(std::set<std::pair<std::string, std::string>> own) : own_(std::move(own)) {}

  void take_extension_members(const Rows &dependencies);
  void take_namespaces(const Rows &rows);
  void take_extensions(const Rows &rows);
  void take_types(const Rows &rows);
  void take_relations(const Rows &rows);
  void take_columns(const Rows &rows);
  void take_sequences(const Rows &rows);
  void take_constraints(const Rows &rows);
  void take_indexes(const Rows &rows);
  void take_functions(const Rows &rows);
  void take_triggers(const Rows &rows);
  void take_comments(const Rows &rows);
  void take_dependencies(const Rows &rows);
  void take_unknown(const Rows &rows);

  // The whole, normalised. Once.
  schema::Schema finish();

private:
  using Row = std::vector<std::optional<std::string>>;
  using Key = std::uint64_t;

  static Key key(std::uint64_t catalog, const std::string &oid, std::uint64_t column = 0);
  bool is_member(Key key) const { return members_.contains(key); }
  schema::Object &add(Key key, schema::ObjectId id);
  schema::Object *at(Key key);
  schema::Object *relation(const std::string &oid);
  schema::Object *referred(const std::string &catalog, const std::string &oid, const std::string &column);
  void set_columns(schema::Object &object, const std::string &relation, const std::string &numbers);

  std::set<std::pair<std::string, std::string>> own_;
  std::unordered_map<std::string, std::pair<std::string, std::string>> own_numbers_; // by the catalog's numbers
  std::unordered_map<Key, Key> members_;                                             // of extensions: which
  std::unordered_map<Key, std::size_t> places_;
  std::unordered_map<Key, std::string> column_names_; // of views too
  std::vector<schema::Object> objects_;
  std::vector<std::string> unknown_;
};

} // namespace migrator::database::postgresql
