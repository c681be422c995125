// The wanted schema as it is written down: texts of models, made into SQL of one dialect. Values and the pure part; load.h reads the files.
// The reference is docs/models.md.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/schema/object.h"
#include "migrator/script/script.h"

namespace migrator::models {

// One source as it was read: a file, or what a command printed.
struct Source {
  enum class Form : std::uint8_t { Sql, Yaml } form = Form::Sql;
  std::string path; // as the user would name it
  std::string text; // UTF-8, LF line ends
};

// A table or column that the models say was called otherwise before.
struct RenameNote {
  std::string path;
  int line = 0;
  std::string schema; // as written; empty: not given
  std::string table;  // the table's name now
  std::string column; // the column's name now; empty: the table itself was renamed
  std::string old;    // the name before
};

// Where a statement that was made from YAML comes from.
struct Origin {
  int sql_line = 1; // where it begins in the SQL
  std::string path;
  int line = 0;
};

// SQL to be run in order; each part with the file that its line numbers are of.
struct Part {
  std::string path; // of YAML: all files, for messages
  std::string sql;
  std::vector<Origin> origins; // of YAML: of each statement, in order; of SQL: none
};

// A foreign key of a YAML model.
struct Reference {
  std::string path;
  int line = 0;
  std::string table; // as written
};

struct Models {
  Dialect dialect = Dialect::Sqlite;
  std::vector<Part> parts;
  std::vector<RenameNote> renames;
  std::vector<Reference> references;
  std::vector<std::string> yaml_tables;
};

// An error that names a line of a part's SQL, about the line that the user wrote.
Error located(Error error, const std::vector<Part> &parts);

// What to do about a statement that runs outside a transaction only, as none does where models are loaded. `keyword`: "CREATE INDEX CONCURRENTLY".
std::string not_for_models(const std::string &keyword);

// SQL sources stay as they are but for their notes of renames; all YAML sources together make one part, at the place of the first of them. InvalidConfiguration with file and line: a
// YAML model that breaks the format, a `-- migrate:` comment other than renamed_from or one that stands above neither a table nor a column.
Result<Models> compile(const std::vector<Source> &sources, Dialect dialect);

} // namespace migrator::models
