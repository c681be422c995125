#include "migrator/script/file_name.h"

#include <cstddef>

#include "migrator/script/timestamp.h"

namespace migrator::script {

namespace {

constexpr std::size_t kLongestSlug = 40;

// Takes one character of UTF-8 off the front; a byte that is none counts as a blank.
char32_t take_character(std::string_view &text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  const auto continues = [&](std::size_t i) { return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U; };
  bool whole = first < 0x80 || length > 1;
  for (std::size_t i = 1; i < length; ++i) whole = whole && continues(i);
  if (!whole) {
    text.remove_prefix(1);
    return U' ';
  }
  char32_t character = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) character = (character << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return character;
}

// Without a locale: ASCII exactly; beyond it all but the blocks of punctuation and symbols count as letters.
bool is_word_character(char32_t c) noexcept {
  if (c < 0x80) return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') || c == U'_';
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7) return false;
  const bool symbols = (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
                       (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF01 && c <= 0xFF0F) || (c >= 0xE000 && c <= 0xF8FF) ||
                       c >= 0x1F000;
  return !symbols;
}

// Latin, Greek and Cyrillic.
char32_t lower(char32_t c) noexcept {
  if ((c >= U'A' && c <= U'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
      (c >= 0x410 && c <= 0x42F))
    return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  const bool even_is_upper =
      (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x460 && c <= 0x481);
  if (even_is_upper) return c | 1U;
  const bool odd_is_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
  if (odd_is_upper) return c + (c & 1U);
  return c;
}

void append_character(std::string &out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr unsigned kFirst[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kFirst[more] | (c >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80U | ((c >> (6 * i)) & 0x3FU));
}

} // namespace

std::string slug(std::string_view message) {
  std::string out;
  std::size_t characters = 0;
  while (!message.empty() && characters < kLongestSlug) {
    const char32_t c = take_character(message);
    if (is_word_character(c) && c != U'_') {
      append_character(out, lower(c));
      ++characters;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
      ++characters;
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

std::string file_name(std::chrono::sys_seconds created, std::string_view revision, std::string_view message) {
  std::string name = compact_minutes(created);
  name += '_';
  name += revision;
  if (const auto tail = slug(message); !tail.empty()) name += "_" + tail;
  return name + ".sql";
}

} // namespace migrator::script
