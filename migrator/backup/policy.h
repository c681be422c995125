// Whether a run takes a backup, and of which kind (the design's section 4; issue 4, "Policies"). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "migrator/config/settings.h"

namespace migrator::backup {

enum class Kind : std::uint8_t { None, Dump, External };

// What is known of a run that has something to do.
struct RunFacts {
  std::optional<bool> asked; // --backup, --no-backup
  bool is_migrate = false;   // the verb `migrate`, which takes one as soon as there is a folder
  bool destructive = false;  // goes down, or loses data for good
  bool must_restore = false; // --on-failure restore: a dump of our own, whatever the policy
};

Kind kind_for(const RunFacts &run, const config::BackupSettings &settings);

} // namespace migrator::backup
