// From a Command to a running process: the search in PATH, the environment, the pipes, fork and exec. child.h is what the rest of the
// program uses; only it looks in here.
#pragma once

#include <sys/types.h>

#include "migrator/process/child.h"
#include "migrator/process/descriptor.h"

namespace migrator::process {

struct Launched {
  pid_t id = -1;    // also of its process group
  Descriptor input; // our ends of its streams, non-blocking; closed if the command does not feed its input
  Descriptor output;
  Descriptor errors;
};

// Usage, Internal: as Child::start().
Result<Launched> launch(const Command &command);

} // namespace migrator::process
