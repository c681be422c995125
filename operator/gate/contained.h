// Whether a database contains a revision or an image, by the last reported state in a Migration's status, and whether a run that is under way may take
// it away. Pure.
#pragma once

#include <string_view>

#include "operator/api/migration.h"

namespace controller::gate {

// status.appliedRevisions is no longer than this: what is not in a list of this length may be older than all of it.
inline constexpr std::size_t kMostApplied = 100;

// By its whole id.
bool contains_revision(const api::Status &status, std::string_view revision);

// Whether a run of this image, as written in the Migration, has succeeded and all heads of its files are still applied.
bool contains_image(const api::Status &status, std::string_view image);

// Whether the migrate run that is under way may take the revision away: it may go down, and its plan names the revision among its steps down, or the plan
// is not known whole. From the moment the run is written into the status until its report.
bool revision_may_go(const api::Status &status, std::string_view revision);

// The same for any head of the image's files.
bool image_may_go(const api::Status &status, std::string_view image);

} // namespace controller::gate
