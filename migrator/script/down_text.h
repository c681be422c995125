// The way back as text: what a database's journal keeps of a revision's down sections, so that going down works when the file is gone. Pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::script {

// The format of render_down()'s text; stored beside it.
inline constexpr int kDownFormat = 1;

// The down sections that apply to this dialect, as a revision file writes them, in order; `down irreversible` as that line; nothing if there is none.
std::string render_down(const Script &script, Dialect dialect);

// The inverse. `header` brings what the journal keeps in columns of its own: revision, down_revisions, depends_on, labels, message; `path` becomes "journal of
// REV". The answer has the same down checksum on the dialect that the text was rendered for. Irreversible: a format this version does not know.
// InvalidRevisionFile: the text was altered.
Result<Script> parse_down(std::string_view text, int format, Script header);

} // namespace migrator::script
