// Whether a database contains what a pod was built for, told from the readers' view alone (design: `wait`). Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/ledger/read.h"

namespace migrator::gate {

struct Verdict {
  bool contained = false;
  std::string reason; // why not, as a clause for "waiting: …"; empty when contained
};

// Contained: every wanted revision is applied, and neither it nor anything it stands on is partial. A revision that was rolled back is named with by
// whom and when. A wanted text may be the unique beginning of an id that the view has.
Verdict verdict(const std::vector<ledger::ViewRow> &rows, const std::vector<std::string> &wanted);

} // namespace migrator::gate
