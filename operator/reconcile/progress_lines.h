// How far a run is, from the last lines of its container's log. What a container prints is not trusted: only small whole numbers are taken. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "operator/api/migration.h"

namespace controller::reconcile {

// The migrator's JSON lines (docs/json.md, "Lines while a run goes on"); the last one that tells a step counts. nullopt: none does.
std::optional<api::Progress> read_progress(std::string_view log);

} // namespace controller::reconcile
