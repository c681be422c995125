// Cuts a run of SQL into statements, as PostgreSQL would: by libpg_query, PostgreSQL's own parser, and for syntax that is newer than that
// library by our tokenizer and a few rules. First step of a section's way to the database; knows no connection. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::database::postgresql {

// One statement: text[begin, end), without the closing semicolon, blanks and comments around it (a hint, `/*+ … */`, before it stays).
struct Cut {
  std::size_t begin = 0;
  std::size_t end = 0;
  int line = 0; // 1-based, in the file, of `begin`
  std::optional<std::string_view>
      copy_data; // the lines after COPY … FROM stdin, verbatim, each with its line end; points into the text
};

// How the statements of a run of SQL were found. Both give the same cuts for all that the parser can read.
enum class CutBy {
  Parser,    // libpg_query where it can read the text, else our rules
  Tokenizer, // our rules alone: semicolons outside literals, comments, parentheses and BEGIN ATOMIC … END
};

// Cuts `text`, which must outlive the result. `\restrict` and `\unrestrict` lines are dropped. InvalidRevisionFile, with file and line: another
// psql command; a literal or comment that is not closed; a parenthesis or BEGIN ATOMIC that is not closed in text that libpg_query cannot
// read; COPY … FROM stdin without the line `\.`, or with more SQL on its own line. Thread-safe; time is linear in the text.
Result<std::vector<Cut>> cut_statements(const script::SqlText &text, const std::string &file, CutBy how = CutBy::Parser);

} // namespace migrator::database::postgresql
