// The configuration's door to the world: finds migrator.yaml, reads the files, and hands their text to the pure parts. Knows no key.
#pragma once

#include <optional>
#include <string>

#include "migrator/config/environment.h"
#include "migrator/config/overrides.h"
#include "migrator/config/settings.h"
#include "migrator/error/error.h"

namespace migrator::config {

struct LoadRequest {
  Overrides flags;
  std::optional<std::string> config_path; // --config, else MIGRATOR_CONFIG, else migrator.yaml found upward
  DatabaseUse use = DatabaseUse::None;
};

// The path of the nearest migrator.yaml in the working folder or a folder above it, relative ("../migrator.yaml"); empty if none.
std::string find_settings_file();

// A small text file. InvalidConfiguration (file set): not there, not readable, a folder, over kLargestSettingsFile.
Result<std::string> read_settings_text(const std::string &path);

// The process's environment.
Environment process_environment();

// Everything together. Errors: those of read_settings_text(), parse_settings_file(), read_environment() and resolve().
Result<Settings> load(const LoadRequest &request, const Environment &environment = process_environment());

} // namespace migrator::config
