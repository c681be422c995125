// A schema as values: every object with its identity, what is known of it and what it needs. One model for both databases, made by a
// SchemaReader (database/schema_reader.h) from the catalog, compared by compare.h and written as SQL by render.h. Pure. The rules are design
// section 6, told in docs/models.md.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/flat_map.hpp>

#include "migrator/script/script.h"

namespace migrator::schema {

// In the order in which objects of no other bond are made.
enum class Kind : std::uint8_t {
  Namespace, // PostgreSQL's schemas
  Extension,
  Enum,
  Domain,
  Sequence, // PostgreSQL; those of identity columns are attributes of the column
  Function, // PostgreSQL; also procedures
  Table,
  Column,     // of a table
  Constraint, // of a table or a domain
  Index,      // of a table or a materialized view; those behind a constraint are not listed
  View,
  MaterializedView,
  Trigger, // of a table or a view
};

inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::Trigger) + 1;

std::string_view name(Kind kind) noexcept; // "table", "materialized view": for messages and JSON

// What names an object within a database.
struct ObjectId {
  Kind kind = Kind::Table;
  std::string schema;   // PostgreSQL: always, but for a Namespace or an Extension; SQLite: empty
  std::string relation; // the table, view or domain that a column, constraint, index or trigger is of; else empty
  std::string name;     // unquoted; a function's with its argument types: "f(integer, text)"

  auto operator<=>(const ObjectId &) const = default;
};

// "table shop.customer", "column shop.customer.email", without the schema where it is the search path's ("public", or SQLite's).
std::string text(const ObjectId &id);

// What may be known of an object. A value is a list of texts; most have one. Texts of expressions and definitions are the database's own
// (PostgreSQL: pg_get_*() with an empty search_path; SQLite: the tokens of the CREATE statement, one blank between two), so that equal text means equal.
// An attribute that an object does not have is absent: {"false"} and absent are not two ways to say one thing.
enum class Attribute : std::uint8_t {
  Type, // column, domain, sequence; format_type(), or as declared; a function's: "function" or "procedure", its arguments, its result
  NotNull,   // column, domain: {"true"}; SQLite: or {"ON CONFLICT …"}
  Default,   // column, domain: an expression
  Serial,    // column: {"true"}: its default draws from a sequence that it owns
  Identity,  // column: {"always"} or {"by default"}, then the sequence's options where they are not the default ones
  Generated, // column: {"stored" or "virtual", expression}
  Collation, // column, domain: where it is not the type's own
  Storage, // column: where it is not the type's own; also compression and statistics, a text each; index: "ALTER COLUMN 1 SET STATISTICS 100"
  Labels,  // enum: in order
  Definition,      // constraint, index, view, function, trigger: the whole of it, less its own name where that is a part
  ConstraintType,  // "primary key", "unique", "foreign key", "check", "exclusion"; a domain's: and "domain"
  Columns,         // constraint, index: the columns concerned, in order; view: its columns, in order, each with its type
  References,      // foreign key: schema, table, then the columns
  Unique,          // index: {"true"}
  Options,         // table, index, view: reloptions; sequence: "INCREMENT 5" and its like, where they are not the default ones
  Persistence,     // table, sequence: {"unlogged"}
  OwnedBy,         // sequence: schema, table, column
  Enabled,         // trigger: {"disabled", "replica" or "always"}
  Strict,          // SQLite table: {"true"}
  WithoutRowid,    // SQLite table: {"true"}
  Autoincrement,   // SQLite table: {"true"}
  Comment,         // all, PostgreSQL; a view's columns': "column" and text in turn in ColumnComments
  ColumnComments,  // view: a column's name and its comment, in turn
  ExtensionSchema, // extension: where it was put
  Owner,           // PostgreSQL, where it is not the role that reads; compared only with `owned: manage`
  Grants, // PostgreSQL: what differs from a new object's: "GRANT SELECT TO app", "REVOKE EXECUTE FROM PUBLIC"; OWNER is the owner. A column's too; of a
          // view's columns "… ON COLUMN c". Compared only with `owned: manage`
  Rules,  // PostgreSQL table: those that rewrite an UPDATE, as ALTER TABLE says that they are on: "ENABLE RULE r"; never compared
  Position, // column: from 1; never compared
  Text,     // SQLite: the CREATE statement verbatim; never compared
};

std::string_view name(Attribute attribute) noexcept; // "type", "not null": for messages and JSON

using Value = std::vector<std::string>;

struct Object {
  ObjectId id;
  boost::container::flat_map<Attribute, Value> attributes; // few an object, and many objects: a table of five columns has ten
  std::vector<ObjectId>
      needs; // what must be there before it and goes after it, by the database's word; sorted; not its own relation

  bool has(Attribute attribute) const { return attributes.contains(attribute); }
  // The first text of an attribute; empty if it is absent.
  const std::string &text(Attribute attribute) const;
  const Value &value(Attribute attribute) const; // empty if absent

  bool operator==(const Object &) const = default;
};

struct Schema {
  Dialect dialect = Dialect::Sqlite;
  std::vector<Object> objects;      // sorted by id, each id once
  std::vector<std::string> unknown; // objects of kinds that are not in the model, as "policy p on shop.customer"; sorted

  const Object *find(const ObjectId &id) const; // null: none
  bool operator==(const Schema &) const = default;
};

// Sorts objects, needs and unknown as they must be.
void normalise(Schema &schema);

} // namespace migrator::schema
