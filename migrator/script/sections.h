// Which sections of a revision count on a database. Pure.
#pragma once

#include <vector>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::script {

// The sections of one direction that apply to a dialect, in file order (downs too). They point into `script`.
std::vector<const Section *> sections_for(const Script &script, Direction direction, Dialect dialect);

// Whether there is no way down on this dialect: `down irreversible`, or no down section that applies to it.
bool is_irreversible(const Script &script, Dialect dialect);

// InvalidRevisionFile, with the directive to write, if no up section applies to this dialect: an empty section would say that there is nothing to do.
Status require_up_section(const Script &script, Dialect dialect);

} // namespace migrator::script
