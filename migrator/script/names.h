// The rules for the names in a revision's header and sections: ids, labels, names of data batches, tables. Pure.
#pragma once

#include <string_view>

namespace migrator::script {

// `[A-Za-z0-9_]{1,32}`. Reserved words are shaped like ids, too.
bool is_id_shaped(std::string_view text) noexcept;

// none, base, head, heads, current: words of targets, never a revision id or a label.
bool is_reserved(std::string_view text) noexcept;

// Whether a text may be a revision id.
bool is_revision_id(std::string_view text) noexcept;

// Whether a text is shaped like a branch label: not empty, without blanks, control characters, commas and the characters of targets @ - + :
bool is_label_shaped(std::string_view text) noexcept;

// Whether a text may be a branch label.
bool is_label(std::string_view text) noexcept;

// `name`, `schema.name`, `"any name"`, `schema."any name"`: at most `parts` parts, plain or in double quotes.
bool is_qualified_name(std::string_view text, int parts) noexcept;

} // namespace migrator::script
