// The loop of the verb wait, whatever it waits for: looks again and again, says every so often why it still waits, and ends in time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "migrator/commands/context.h"
#include "migrator/execute/signals.h"
#include "migrator/gate/wanted.h"

namespace migrator::commands {

struct Waiting {
  std::chrono::milliseconds timeout{0};
  std::chrono::milliseconds poll{1'000}; // between two looks, give or take a half
  std::string advice;                    // what to do when it has waited in vain: "see … with `migrator status`"
  std::vector<std::string> subject;      // of the error then
};

// Gives the seconds that it took. WaitTimeout; Terminated; the error of a look, which waiting cannot mend. A look may last until `stop` ends it.
Result<double> wait_until(const Context &context, const Waiting &waiting, execute::Stop &stop,
                          const std::function<Result<gate::Verdict>()> &look);

} // namespace migrator::commands
