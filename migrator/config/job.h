// What the operator tells a runner besides settings: on whose behalf it runs, under which id, and in which version of their protocol. Given by the
// environment of the Job's pod (docs/configuration.md); values and their spelling. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migrator::config {

// NAMESPACE/NAME/UID: the Migration on whose behalf a run moves the history. All parts are filled.
struct Owner {
  std::string name_space;
  std::string name;
  std::string uid;
};

// nullopt: not three filled parts with a slash between each.
std::optional<Owner> owner_named(std::string_view text);

// The protocol between operator and runner that this version speaks; it grows, it never changes.
inline constexpr std::string_view kProtocol = "1.0";

// nullopt if this version can serve an operator that speaks `protocol`: the same major and any minor, for what a newer minor adds may be ignored.
// Else why not, as a sentence.
std::optional<std::string> why_not_served(std::string_view protocol);

// The environment's MIGRATOR_RUN_ID, MIGRATOR_OWNER and MIGRATOR_ADOPT; each flag of the same name comes first.
struct JobSettings {
  std::string run_id; // empty: not given
  std::optional<Owner> owner;
  std::string adopt; // empty: not given
};

} // namespace migrator::config
