// Sections back to the text of a revision file: the inverse of the parser, for what the journal keeps and for new revisions. Pure.
#pragma once

#include <string>

#include "migrator/script/script.h"

namespace migrator::script {

// Appends the section with its directive, options, allows (first) and items, every line ended. Parsed again it is the same section but for line numbers.
void append_section(std::string &out, const Section &section);

} // namespace migrator::script
