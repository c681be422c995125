#include "migrator/execute/fence.h"

namespace migrator::execute {

Status Fence::raise(std::chrono::milliseconds wait) {
  Status raised = backups_.raise_fence(wait);
  up_ = raised.has_value();
  return raised;
}

Fence::~Fence() {
  if (!up_) return;
  if (Status lowered = backups_.lower_fence(); !lowered)
    observer_.note("others are still held out of the database, for the fence could not be lowered (" + lowered.error().text() +
                   "); the next run does it, `migrator ensure-version` is enough");
}

} // namespace migrator::execute
