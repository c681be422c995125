// Reads the models that the settings name: the door of this room to files and commands.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "migrator/config/settings.h"
#include "migrator/models/models.h"

namespace migrator::models {

// The sources for a dialect: `paths` (a folder's *.sql, *.yaml and *.yml by name; a folder inside it that is called as a dialect counts for that dialect alone,
// after the files), then what is for the dialect alone, then what `exec` prints. `folder` is where the command runs; empty: here. It does not get the
// variables that hold the database's secrets, and gets MIGRATOR_DIALECT. `must_end` ends it. InvalidConfiguration: nothing of that name, no file in a folder, not
// UTF-8, a command that fails, with what it said.
Result<std::vector<Source>> load(const config::ModelsSettings &settings, Dialect dialect, const std::string &folder,
                                 const std::function<bool()> &must_end);

} // namespace migrator::models
