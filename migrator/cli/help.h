// The texts of `migrator`, `migrator --help` and `migrator VERB --help`, made from the table of verbs. Pure.
#pragma once

#include <string>

#include "migrator/cli/verbs.h"

namespace migrator::cli {

// What the tool is and a line a verb.
std::string overview();
// One verb: usage, description, flags, examples and the exit codes concerned.
std::string help(const Verb &verb);

} // namespace migrator::cli
