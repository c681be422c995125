// Parts of the program that are loaded when they are asked for, so that nobody else pays for their libraries (docs/decisions/0003, 0016). The one
// place that loads code; knows no part.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"

namespace migrator::module {

// Finds `name` ("libmigrator-postgresql.so") beside the program, in ../lib/migrator from there, or in the installation's library folder, in this
// order and by absolute paths: never in the working folder and never along LD_LIBRARY_PATH, where another user could have put a library of theirs.
// Loads it, sees that `version` (a function of it) says this program's version, and gives the address of `entry`. Loaded once a name, kept for
// ever; thread-safe. Internal: it is not there, cannot be loaded, or belongs to another version.
Result<void *> entry_of(std::string_view name, const char *version, const char *entry);

// Loads a library that a module stands on, by the system's own search, as loading the module would; whatever fails, the module's error tells.
void load_ahead(const char *library) noexcept;

} // namespace migrator::module
