// Whether a database contains what a pod was built for, told from the readers' view alone (design: `wait`). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "migrator/ledger/read.h"

namespace migrator::gate {

struct Verdict {
  bool contained = false;
  std::string reason; // why not, as a clause for "waiting: …"; empty when contained
};

// What a wanted text is: an id of a file, or what a person typed, which may be the unique beginning of an id that the view has. With ids, a
// revision that is not there yet is never taken for another whose id begins like it.
enum class Wanted : std::uint8_t { Ids, Beginnings };

// Contained: every wanted revision is applied, and neither it nor anything it stands on is partial. A revision that was rolled back is named with by
// whom and when.
Verdict verdict(const std::vector<ledger::ViewRow> &rows, const std::vector<std::string> &wanted, Wanted as = Wanted::Beginnings);

} // namespace migrator::gate
