// What a CREATE TABLE of SQLite says, part by part: what the pragmas do not tell. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::schema::sqlite {

// Of the part's text, in its one spelling (words.h), without its name.
struct TableConstraint {
  std::string type;                 // "primary key", "unique", "foreign key", "check"
  std::string name;                 // as spelled; empty: unnamed
  std::vector<std::string> columns; // as spelled there; a foreign key's own
  std::string terms;                // primary key, unique: the columns with COLLATE and DESC; check: the expression
  std::string conflict;             // "on conflict ignore"; empty where it is the default
  std::string parent;               // foreign key: the table, as spelled
  std::vector<std::string> parent_columns;
  std::string actions;     // foreign key: "on delete cascade deferrable initially deferred"
  std::string column;      // the column that it was written behind; empty: behind the columns
  bool descending = false; // a primary key written behind its column with DESC: no alias of the rowid
};

struct TableColumn {
  std::string name;          // as spelled
  std::string type;          // in upper case
  std::string not_null;      // "true" or "ON CONFLICT …"; empty: it may be NULL
  std::string default_value; // without parentheses around it; empty: none, or NULL
  bool constant_default = true;
  std::string generated; // "virtual" or "stored"; empty: an ordinary one
  std::string expression;
  std::string collation; // in upper case; empty: BINARY
  std::string text;      // the whole of it, verbatim
};

struct TableText {
  std::string name;
  std::vector<TableColumn> columns;
  std::vector<TableConstraint> constraints;
  bool strict = false;
  bool without_rowid = false;
  bool autoincrement = false;

  const TableColumn *column(std::string_view name) const; // by SQLite's rules for names; null: none
  const TableConstraint *primary_key() const;             // null: none
  std::string rowid_alias() const;                        // the INTEGER PRIMARY KEY, as spelled; empty: none
};

// nullopt: it is not what SQLite keeps of a CREATE TABLE, or of a syntax newer than this.
std::optional<TableText> parse_table(std::string_view create);

// The statement for another name of the table, all else verbatim but for the table's name before columns ("t.a"), which goes.
std::string with_name(std::string_view create, std::string_view name);

} // namespace migrator::schema::sqlite
