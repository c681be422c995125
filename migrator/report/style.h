// Colours of a terminal, or none. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace migrator::report {

enum class Ink : std::uint8_t { Plain, Bold, Dim, Red, Green, Yellow, Cyan };

// Which of a terminal's abilities a text may use.
struct Style {
  bool color = false;
  bool unicode = false; // the locale's encoding is UTF-8

  // The text in that ink, or as it is without colour. The text must be printable (printable.h).
  std::string paint(Ink ink, std::string_view text) const;
};

} // namespace migrator::report
