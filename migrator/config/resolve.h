// Lays the layers of configuration over each other: flag over environment over file over default, and turns the URLs into parsed
// ones. Pure.
#pragma once

#include <optional>

#include "migrator/config/environment.h"
#include "migrator/config/overrides.h"
#include "migrator/config/settings.h"
#include "migrator/error/error.h"

namespace migrator::config {

// `file` is nullopt when there is no migrator.yaml. SQLite paths of the file are relative to it, those of flags and environment to
// the working folder. URLs are looked at only when `use` says so.
// InvalidConfiguration: a URL that parse_url() refuses (the message starts with where it stands), no URL at all with
// DatabaseUse::Required.
Result<Settings> resolve(const Overrides &flags, const Overrides &environment, const std::optional<FileSettings> &file,
                         DatabaseUse use);

} // namespace migrator::config
