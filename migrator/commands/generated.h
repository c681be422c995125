// From rendered pieces to the sections of a revision file. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/render.h"
#include "migrator/script/script.h"

namespace migrator::commands {

// What was rendered for one dialect.
struct GeneratedWay {
  Dialect dialect = Dialect::Sqlite;
  std::vector<schema::Piece> up, down;
  std::vector<std::string> losses; // of the way up
  std::string irreversible;        // why there is no way down; empty: there is one
};

struct GeneratedFile {
  std::vector<script::Section> sections;
  bool down_irreversible = false; // on every dialect
};

// A run of pieces of one place makes a section; data sections hold a piece each. Sections of two dialects that are all the same stand once, without a dialect; a
// dialect with nothing to do gets an empty section, which says so. A dialect without a way down has no down section.
GeneratedFile generated_sections(const std::vector<GeneratedWay> &ways);

} // namespace migrator::commands
