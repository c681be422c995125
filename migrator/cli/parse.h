// The command line to an Invocation: the first thing a run does. Pure: nothing is printed, read or looked up here.
#pragma once

#include <string>
#include <vector>

#include "migrator/cli/command.h"
#include "migrator/error/error.h"

namespace migrator::cli {

// `arguments` are those after the program's name. None at all gives the overview. Flags stand before or after the verb's arguments,
// global flags also before the verb; `downgrade -1`, `upgrade +1`, `downgrade label@-1` and `history -r -3:current` work as typed.
// All errors are Usage and say what to type instead; none repeats a value that may hold a password.
Result<Invocation> parse(const std::vector<std::string> &arguments);

// What --output asks for, as far as it can be told from arguments that parse() may have refused: how to render that error.
report::OutputFormat requested_output(const std::vector<std::string> &arguments);

// What a moving verb was asked to report and where, told in the same way: a run that is refused before it begins is reported, too.
struct RequestedReport {
  std::string file;   // --report; empty: none, or the verb takes no report
  std::string run_id; // --run-id; empty: not given
  bool dry_run = false;
};
RequestedReport requested_report(const std::vector<std::string> &arguments);

} // namespace migrator::cli
