// One verb's arguments taken apart into flags with their values and what stands alone, all still text. The only file that knows
// the command line library. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/cli/verbs.h"
#include "migrator/error/error.h"

namespace migrator::cli {

struct Words {
  std::map<std::string_view, std::vector<std::string>> flags; // by long name; a switch holds one empty text a use
  std::vector<std::string> alone;                             // in the order they were given

  bool has(std::string_view flag) const { return flags.count(flag) != 0; }
  // The value of a flag that is given once at most; empty if it is not given.
  std::string value(std::string_view flag) const;
  std::vector<std::string> values(std::string_view flag) const;
};

// Reads `arguments` (without program and verb) by the flags of `verb` (null: the global ones alone). Flags and others may stand in
// any order; what starts with "-" and a digit is a relative target, not a flag; after "--" nothing is a flag.
// Usage: an unknown flag (with the near one), a flag without its value or with an empty one, a switch with a value, a flag twice that
// is not repeatable, a value outside the flag's choices. No message repeats a value that may hold a password.
Result<Words> read_words(const Verb *verb, const std::vector<std::string> &arguments);

} // namespace migrator::cli
