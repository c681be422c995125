// The scripts by which shells complete verbs, flags and revisions, made from the table of verbs. Pure. Revisions come from
// `migrator completion revisions`, which reads the files and no database.
#pragma once

#include <string>

#include "migrator/cli/command.h"

namespace migrator::cli {

// The script for bash, zsh or fish; empty for CompletionSubject::Revisions, which is not a script.
std::string completion_script(CompletionSubject subject);

} // namespace migrator::cli
