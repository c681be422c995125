#include "migrator/execute/run.h"

namespace migrator::execute {

std::string_view name(RunOutcome outcome) noexcept {
  switch (outcome) {
  case RunOutcome::Done:
    return "done";
  case RunOutcome::NothingToDo:
    return "nothing_to_do";
  case RunOutcome::Ahead:
    return "ahead";
  case RunOutcome::Failed:
    return "failed";
  case RunOutcome::Reverted:
    return "reverted";
  }
  return "";
}

} // namespace migrator::execute
