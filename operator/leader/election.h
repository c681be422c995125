// Who leads, by the rules of client-go's leader election: a Lease that the leader renews. Pure; elector.h runs it. It compares only local times since the
// Lease last changed, never the Lease's own timestamps: clocks of nodes differ. It is no fence: the database's lock is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "operator/kube/client.h"

namespace controller::leader {

using Steady = std::chrono::steady_clock::time_point;

inline constexpr std::chrono::seconds kLeaseDuration{15}; // a Lease that did not change for so long may be taken
inline constexpr std::chrono::seconds kRenewDeadline{10}; // a leader that could not renew for so long has lost
inline constexpr std::chrono::seconds kRetryPeriod{2};

struct State {
  std::string identity; // ours
  bool leading = false;
  Steady renewed{};              // our last write that was accepted
  std::string seen_version;      // the Lease's resourceVersion when it last changed
  std::optional<Steady> seen_at; // when that was
};

enum class Move : std::uint8_t {
  Wait,   // another leads, or nothing is known; look again after kRetryPeriod
  Create, // there is no Lease: make `lease`
  Update, // write `lease`: take it, or renew it
  Lost,   // leading is over: end the process
};

struct Step {
  State state;
  Move move = Move::Wait;
  kube::Json lease; // of Create and Update
};

// `lease`: as read just now; nullopt: there is none. `wall`: for the Lease's timestamps only.
Step look(State state, const std::optional<kube::Json> &lease, const kube::ObjectName &name, Steady now,
          std::chrono::system_clock::time_point wall);
// Neither read nor write came through. Lost if that has lasted too long.
Step unanswered(State state, Steady now);
// Our write was accepted.
State written(State state, const kube::Json &lease, Steady now);
// The Lease given back: without a holder, so that the next one need not wait. nullopt: it is not ours.
std::optional<kube::Json> released(const State &state, const kube::Json &lease, std::chrono::system_clock::time_point wall);

} // namespace controller::leader
