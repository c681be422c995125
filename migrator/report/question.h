// The question before something that cannot be taken back (docs/verbs.md). Asked on a terminal only: elsewhere the verb is the consent.
#pragma once

#include <cstdio>
#include <string_view>

#include "migrator/error/error.h"

namespace migrator::report {

// Ok: go on, because the answer was yes, `yes` was given, or there is no terminal on both streams to ask on. Usage: any other answer, or
// the input's end; nothing was done. `question` is printable and says what will happen, without a question mark.
Status confirm(std::string_view question, bool yes, std::FILE *in = stdin, std::FILE *err = stderr);

// The answer to a question with two ways to go on: `yes` if given, else what the person says; no where there is nobody to ask, and at the input's end.
bool ask(std::string_view question, bool yes, std::FILE *in = stdin, std::FILE *err = stderr);

// Whether confirm() has somebody to ask: a terminal on both streams.
bool can_ask(std::FILE *in = stdin, std::FILE *err = stderr);

// Whether an answer means yes: "y" or "yes" in any case, blanks around it aside. Pure.
bool means_yes(std::string_view answer);

} // namespace migrator::report
