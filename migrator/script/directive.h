// One `-- migrate:` line, taken apart: which directive, and its arguments as words. What the arguments mean is header.h's and section_options.h's.
// Answers messages without a position: the parser knows the line. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace migrator::script {

// A value, or what is wrong with the line and what to write instead.
template <typename T> using Read = tl::expected<T, std::string>;

enum class DirectiveKind : std::uint8_t {
  Revision,
  Message,
  DownRevision,
  DependsOn,
  Labels,
  Created,
  Up,
  Down,
  Data,
  Assert,
  Allow
};

// `down_revision`, as it is written.
std::string_view name(DirectiveKind kind) noexcept;

// Whether it stands in the header only.
bool is_header(DirectiveKind kind) noexcept;

struct Directive {
  DirectiveKind kind = DirectiveKind::Revision;
  std::string_view arguments; // without the blanks around them
};

// What every directive's line begins with, in the line's first column.
inline constexpr std::string_view kDirectivePrefix = "-- migrate:";

// Reads a line (without its line end) that begins with kDirectivePrefix. An error: no or an unknown name, a control character.
Read<Directive> read_directive(std::string_view line);

// Whether a line that does not begin with kDirectivePrefix looks as if it was meant to (`--migrate:up`, `-- Migrate: down`, in the first column):
// the message to give. SQL that was meant to go down must not run on the way up because of a missing blank.
std::optional<std::string> near_miss(std::string_view line);

// The words of a directive's arguments, separated by blanks and tabs. A part in double quotes holds blanks: `table:"two words"` is one word.
std::vector<std::string_view> words(std::string_view arguments);

// Without blanks at both ends (space and tab).
std::string_view trimmed(std::string_view text) noexcept;

} // namespace migrator::script
