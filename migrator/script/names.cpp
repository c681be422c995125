#include "migrator/script/names.h"

#include <algorithm>

namespace migrator::script {

namespace {

bool is_id_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The length of the plain or quoted name that `text` begins with; 0 if there is none.
std::size_t name_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  if (text.front() == '"') {
    std::size_t from = 1;
    for (;;) {
      const auto end = text.find('"', from);
      if (end == std::string_view::npos || end == 1) return 0;
      if (end + 1 >= text.size() || text[end + 1] != '"') return end + 1;
      from = end + 2;
    }
  }
  if (text.front() >= '0' && text.front() <= '9') return 0;
  std::size_t length = 0;
  while (length < text.size() && (is_id_character(text[length]) || (length > 0 && text[length] == '$') ||
                                  static_cast<unsigned char>(text[length]) >= 0x80)) {
    ++length;
  }
  return length;
}

} // namespace

bool is_id_shaped(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), is_id_character);
}

bool is_reserved(std::string_view text) noexcept {
  constexpr std::string_view kReserved[] = {"none", "base", "head", "heads", "current"};
  return std::find(std::begin(kReserved), std::end(kReserved), text) != std::end(kReserved);
}

bool is_revision_id(std::string_view text) noexcept {
  return is_id_shaped(text) && !is_reserved(text);
}

bool is_label_shaped(std::string_view text) noexcept {
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7F' || c == '@' || c == '-' || c == '+' || c == ':' || c == ',';
  };
  return !text.empty() && std::none_of(text.begin(), text.end(), forbidden);
}

bool is_label(std::string_view text) noexcept {
  return is_label_shaped(text) && !is_reserved(text);
}

bool is_qualified_name(std::string_view text, int parts) noexcept {
  for (; parts > 0; --parts) {
    const auto length = name_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
    if (text.empty()) return true;
    if (text.front() != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

} // namespace migrator::script
