// The grammar of targets; see target.h.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "migrator/graph/target.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

constexpr std::size_t kMostDigits = 18; // fits an int64 with room to spare

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

bool is_word(char character) {
  return is_digit(character) || (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         character == '_';
}

// Labels are matched as written, so all that could be one passes; blanks and the grammar's own signs cannot.
bool is_label(char character) {
  return static_cast<unsigned char>(character) > 0x20 && character != 0x7F && character != '@' && character != ':' &&
         character != ',';
}

tl::unexpected<Error> malformed(std::string_view text) {
  return fail(ErrorCode::InvalidTarget,
              fmt::format("{} is not a target; write head, heads, base, an id or its beginning, or a label, with +N or -N after "
                          "it or LABEL@ before it if need be: head, ae10+2, -1, billing@head",
                          in_quotes(text)),
              {std::string(text)});
}

} // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  target.text = std::string(text);
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    const std::string_view label = rest.substr(0, at);
    if (label.empty() || !std::all_of(label.begin(), label.end(), is_label)) return malformed(text);
    target.label = std::string(label);
    rest.remove_prefix(at + 1);
  }
  const auto symbol_end = std::find_if_not(rest.begin(), rest.end(), is_word);
  if (symbol_end != rest.begin()) target.symbol = std::string(rest.begin(), symbol_end);
  rest.remove_prefix(static_cast<std::size_t>(symbol_end - rest.begin()));
  if (rest.empty()) {
    if (!target.symbol) return malformed(text);
    return target;
  }

  const std::string_view digits = rest.substr(1);
  if ((rest.front() != '+' && rest.front() != '-') || digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
    return malformed(text);
  if (digits.size() > kMostDigits)
    return fail(ErrorCode::InvalidTarget,
                fmt::format("the count in {} is too large; use head or base to go all the way", in_quotes(text)),
                {std::string(text)});
  std::int64_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  target.offset = rest.front() == '-' ? -count : count;
  return target;
}

} // namespace migrator::graph
