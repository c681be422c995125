#include "migrator/execute/run.h"

namespace migrator::execute {

std::string_view name(RunOutcome outcome) noexcept {
  switch (outcome) {
  case RunOutcome::Done:
    return "Done";
  case RunOutcome::NothingToDo:
    return "NothingToDo";
  case RunOutcome::Ahead:
    return "Ahead";
  case RunOutcome::Failed:
    return "Failed";
  case RunOutcome::Reverted:
    return "Reverted";
  case RunOutcome::Restored:
    return "Restored";
  }
  return "";
}

} // namespace migrator::execute
