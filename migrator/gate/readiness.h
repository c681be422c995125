// Whether a Migration has become what its spec wants, told from the object as the API server sent it: kstatus' Current, by the rules that Helm and
// Flux wait by. Reads no more than it must, so that a newer operator's Migrations are understood, too. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "migrator/gate/wanted.h"

namespace migrator::gate {

// Contained: the operator has seen this generation and says Ready. Being stalled is no end: somebody may mend what stopped it, and whoever stands
// behind the gate must not start before.
Verdict readiness(const nlohmann::json &migration);

} // namespace migrator::gate
