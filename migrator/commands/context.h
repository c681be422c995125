// What every verb is given: settings, options, the way to talk, the clock. Made once by main; owns nothing.
#pragma once

#include <cstdint>
#include <functional>

#include "migrator/cli/command.h"
#include "migrator/config/settings.h"
#include "migrator/execute/clock.h"
#include "migrator/report/log.h"
#include "migrator/report/output.h"

namespace migrator::commands {

// All references outlive the verb.
struct Context {
  const config::Settings &settings;
  const cli::GlobalOptions &global;
  report::Output &output;
  report::Log &log;
  const execute::Clock &clock;
  std::function<std::uint64_t()> random; // 64 random bits a call, for new ids
};

} // namespace migrator::commands
