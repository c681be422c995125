// See election.h.
#include "operator/leader/election.h"

#include <utility>

#include <fmt/format.h>

#include "operator/watch/metadata.h"

namespace controller::leader {

namespace {

using std::chrono::system_clock;

// metav1.MicroTime.
std::string micro_time(system_clock::time_point time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600, seconds / 60 % 60,
                     seconds % 60, micros % 1'000'000);
}

std::string holder_of(const kube::Json &lease) {
  const auto spec = lease.find("spec");
  if (spec == lease.end() || !spec->is_object()) return {};
  const auto holder = spec->find("holderIdentity");
  return holder != spec->end() && holder->is_string() ? holder->get<std::string>() : std::string();
}

std::int64_t transitions_of(const kube::Json &lease) {
  const auto spec = lease.find("spec");
  if (spec == lease.end() || !spec->is_object()) return 0;
  const auto count = spec->find("leaseTransitions");
  return count != spec->end() && count->is_number_integer() ? count->get<std::int64_t>() : 0;
}

kube::Json fresh_lease(const kube::ObjectName &name, const std::string &identity, system_clock::time_point wall) {
  return {{"apiVersion", "coordination.k8s.io/v1"},
          {"kind", "Lease"},
          {"metadata", {{"namespace", name.name_space}, {"name", name.name}}},
          {"spec",
           {{"holderIdentity", identity},
            {"leaseDurationSeconds", kLeaseDuration.count()},
            {"acquireTime", micro_time(wall)},
            {"renewTime", micro_time(wall)},
            {"leaseTransitions", 0}}}};
}

kube::Json held_lease(const kube::Json &lease, const std::string &identity, system_clock::time_point wall) {
  kube::Json held = lease;
  const std::string before = holder_of(lease);
  if (!held.contains("spec") || !held["spec"].is_object()) held["spec"] = kube::Json::object();
  kube::Json &spec = held["spec"];
  spec["holderIdentity"] = identity;
  spec["leaseDurationSeconds"] = kLeaseDuration.count();
  spec["renewTime"] = micro_time(wall);
  if (before != identity) {
    spec["acquireTime"] = micro_time(wall);
    spec["leaseTransitions"] = transitions_of(lease) + 1;
  }
  return held;
}

bool deadline_passed(const State &state, Steady now) {
  return state.leading && now - state.renewed >= kRenewDeadline;
}

} // namespace

Step look(State state, const std::optional<kube::Json> &lease, const kube::ObjectName &name, Steady now,
          system_clock::time_point wall) {
  if (deadline_passed(state, now)) return {std::move(state), Move::Lost, {}};
  if (!lease) {
    kube::Json fresh = fresh_lease(name, state.identity, wall);
    return {std::move(state), Move::Create, std::move(fresh)};
  }
  const std::string version = watch::version_of(*lease);
  if (!state.seen_at || version != state.seen_version) {
    state.seen_version = version;
    state.seen_at = now;
  }
  const std::string holder = holder_of(*lease);
  const bool free = holder.empty() || holder == state.identity || now - *state.seen_at >= kLeaseDuration;
  if (state.leading && holder != state.identity)
    return {std::move(state), Move::Lost, {}}; // another took it while we could not renew
  if (!free) return {std::move(state), Move::Wait, {}};
  kube::Json held = held_lease(*lease, state.identity, wall);
  return {std::move(state), Move::Update, std::move(held)};
}

Step unanswered(State state, Steady now) {
  const Move move = deadline_passed(state, now) ? Move::Lost : Move::Wait;
  return {std::move(state), move, {}};
}

State written(State state, const kube::Json &lease, Steady now) {
  state.leading = true;
  state.renewed = now;
  state.seen_version = watch::version_of(lease);
  state.seen_at = now;
  return state;
}

std::optional<kube::Json> released(const State &state, const kube::Json &lease, system_clock::time_point wall) {
  if (!state.leading || holder_of(lease) != state.identity) return std::nullopt;
  kube::Json given_back = lease;
  given_back["spec"]["holderIdentity"] = "";
  given_back["spec"]["leaseDurationSeconds"] = 1;
  given_back["spec"]["renewTime"] = micro_time(wall);
  return given_back;
}

} // namespace controller::leader
