// The name of a new revision's file. The order of revisions never comes from it. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace migrator::script {

// The message in lower case, everything but letters, digits and _ as single underscores, at most 40 characters, no underscore at its ends. Letters of other
// alphabets stay. May be empty.
std::string slug(std::string_view message);

// `<utc yyyymmddHHMM>_<revision>_<slug>.sql`, without `_<slug>` if that is empty.
std::string file_name(std::chrono::sys_seconds created, std::string_view revision, std::string_view message);

} // namespace migrator::script
