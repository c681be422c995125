#include "migrator/script/encoding.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace migrator::script {

namespace {

// The length of the UTF-8 sequence at `i`, 0 if there is none (cut off, overlong, a surrogate, past U+10FFFF).
std::size_t sequence_length(std::string_view s, std::size_t i) noexcept {
  const auto byte = [&](std::size_t k) { return i + k < s.size() ? static_cast<unsigned char>(s[i + k]) : 0U; };
  const auto continues = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    return first == 0xED && byte(1) >= 0xA0 ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    return first == 0xF4 && byte(1) >= 0x90 ? 0 : 4;
  }
  return 0;
}

// The first place that is not UTF-8, npos if there is none.
std::size_t first_invalid(std::string_view s) noexcept {
  std::size_t i = 0;
  while (i < s.size()) {
    if (i + 8 <= s.size()) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, s.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {
        i += 8;
        continue;
      }
    }
    const auto length = sequence_length(s, i);
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

int line_of(std::string_view s, std::size_t at) noexcept {
  return 1 + static_cast<int>(std::count(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

// In characters, from 1; the text before `at` is UTF-8.
std::size_t column_of(std::string_view s, std::size_t at) noexcept {
  const auto line_start = at == 0 ? 0 : s.rfind('\n', at - 1) + 1; // npos + 1 is 0
  const auto before = s.substr(line_start, at - line_start);
  return 1 + static_cast<std::size_t>(std::count_if(before.begin(), before.end(),
                                                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

tl::unexpected<Error> not_utf8(std::string_view s, std::size_t at, const std::string &path) {
  const unsigned byte = static_cast<unsigned char>(s[at]);
  std::string guess;
  if (byte >= 0xA0) {
    const char as_utf8[] = {static_cast<char>(0xC0U | (byte >> 6)), static_cast<char>(0x80U | (byte & 0x3FU)), '\0'};
    guess = fmt::format(" (in Latin-1 it would be {})", as_utf8);
  }
  return fail_at(
      path, line_of(s, at), ErrorCode::InvalidRevisionFile,
      fmt::format("column {}: byte 0x{:02X} is not UTF-8{}: save the file as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`",
                  column_of(s, at), byte, guess));
}

} // namespace

bool is_utf8(std::string_view bytes) noexcept {
  return first_invalid(bytes) == std::string_view::npos;
}

Result<std::string_view> decode(std::string_view bytes, const std::string &path, std::string &storage) {
  if (bytes.substr(0, 2) == "\xFF\xFE" || bytes.substr(0, 2) == "\xFE\xFF") {
    return fail_at(path, 1, ErrorCode::InvalidRevisionFile,
                   "the file is UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`");
  }
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  const auto nul = bytes.find('\0');
  const auto invalid = first_invalid(bytes.substr(0, nul));
  if (invalid != std::string_view::npos) return not_utf8(bytes, invalid, path);
  if (nul != std::string_view::npos) {
    return fail_at(
        path, line_of(bytes, nul), ErrorCode::InvalidRevisionFile,
        "a NUL byte: revision files are text in UTF-8; if this is a binary file, move it out of the migrations folder");
  }
  if (bytes.find("\r\n") == std::string_view::npos) return bytes;
  storage.clear();
  storage.reserve(bytes.size());
  std::size_t from = 0;
  for (auto at = bytes.find("\r\n"); at != std::string_view::npos; at = bytes.find("\r\n", from)) {
    storage.append(bytes, from, at - from);
    from = at + 1;
  }
  storage.append(bytes, from);
  return std::string_view(storage);
}

} // namespace migrator::script
