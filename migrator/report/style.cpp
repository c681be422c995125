// See style.h.
#include "migrator/report/style.h"

namespace migrator::report {

namespace {

std::string_view sequence(Ink ink) {
  switch (ink) {
  case Ink::Plain:
    return "";
  case Ink::Bold:
    return "\x1b[1m";
  case Ink::Dim:
    return "\x1b[2m";
  case Ink::Red:
    return "\x1b[31m";
  case Ink::Green:
    return "\x1b[32m";
  case Ink::Yellow:
    return "\x1b[33m";
  case Ink::Cyan:
    return "\x1b[36m";
  }
  return "";
}

} // namespace

std::string Style::paint(Ink ink, std::string_view text) const {
  if (!color || ink == Ink::Plain || text.empty()) return std::string(text);
  return std::string(sequence(ink)) + std::string(text) + "\x1b[0m";
}

} // namespace migrator::report
