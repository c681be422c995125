// Checksums of what a revision does to one database, so that an edit of an applied revision is seen and a change of line ends, indentation or
// comments is not. The canonical form is documented in docs/revision-format.md, "Checksums". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "migrator/script/script.h"

namespace migrator::script {

// "v1:" and 64 hex digits: SHA-256 of canonical_form(). Timeouts, `batch`, `allow` and the header are not in it. Needs a script that was read in full.
std::string checksum(const Script &script, Direction direction, Dialect dialect);

// What checksum() hashes.
std::string canonical_form(const Script &script, Direction direction, Dialect dialect);

// The same for one statement, as the journal of statements keeps it: a closing semicolon counts, so give it as the splitter does. `copy_data`: the lines of
// a COPY … FROM stdin.
std::string statement_checksum(std::string_view sql, Dialect dialect, std::optional<std::string_view> copy_data = std::nullopt);

} // namespace migrator::script
