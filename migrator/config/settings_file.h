// The text of migrator.yaml to values: strict, every complaint with file and line. Pure: the text is handed in; the exceptions of
// the YAML library end here.
#pragma once

#include <string>
#include <string_view>

#include "migrator/config/overrides.h"
#include "migrator/error/error.h"

namespace migrator::config {

// More than any real file; keeps a mistaken --config from being read to the end.
inline constexpr std::size_t kLargestSettingsFile = 1024 * 1024;

// Reads one YAML document (an empty one is fine). `path` is the file as the user would name it. All errors are InvalidConfiguration
// with file and line: no YAML, more than one document, an unknown key (with the near one), a key twice, a value of the wrong type,
// a duration or a name that cannot be one, a NUL, a text over kLargestSettingsFile. No message repeats a URL.
// The reference of the keys is docs/configuration.md.
Result<FileSettings> parse_settings_file(std::string_view text, const std::string &path);

} // namespace migrator::config
