// A revision file's text to a Script: every rule of docs/revision-format.md about directives and where they stand. It runs nothing, reads no file and
// knows no parser of SQL. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::script {

// A revision file may have this many bytes: 32 MiB.
inline constexpr std::size_t kMaxFileBytes = std::size_t{32} * 1024 * 1024;

// Reads a whole revision file. `text` is the file's bytes; `path` is what errors name. Every error is InvalidRevisionFile with file and line, the first in the file:
// one at a time. Warnings, for example a missing down_revision, are in the Script.
Result<Script> parse(std::string_view text, std::string path);

// The same without the sections: all directives are checked, the SQL between them is neither kept nor looked at. For verbs that need the graph only.
// `sections` is empty: such a script has no checksum.
Result<Script> parse_header(std::string_view text, std::string path);

// The error for a file of too many bytes, for whoever knows the size before reading.
tl::unexpected<Error> too_large(std::string path, std::size_t bytes);

// Reads text as it stands in a database's journal (down_text.h): down sections without a header. `header` brings revision, parents, depends_on, labels and
// path; its sections are replaced.
Result<Script> parse_down_sections(std::string_view text, Script header);

} // namespace migrator::script
