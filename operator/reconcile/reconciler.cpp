// See reconciler.h.
#include "operator/reconcile/reconciler.h"

#include "operator/reconcile/decide.h"

namespace controller::reconcile {

namespace {

using std::chrono::milliseconds;

// A run's writes follow each other without waiting for the watch; more than these at one look would be a decision that contradicts itself.
constexpr int kMostLooks = 4;
// Somebody who writes the same Migration often wins the race for it against a look of several requests, but hardly this often against one of two.
constexpr int kMostRaces = 5;

bool lost_a_race(const kube::Result<Applied> &applied) {
  return !applied && applied.error().kind == kube::ErrorKind::Conflict;
}

milliseconds wait_for(const Observed &observed, const Decision &decision) {
  const bool runs = observed.job && observed.job->end == JobEnd::None;
  if (!observed.settings.progress || !runs) return decision.look_again;
  const milliseconds progress = kProgressPeriod;
  return decision.look_again == milliseconds(0) ? progress : std::min(progress, decision.look_again);
}

} // namespace

kube::Result<milliseconds> Reconciler::reconcile(const kube::ObjectName &name) {
  if (const std::optional<Gathered> cached = gatherer_.cached(name)) {
    if (std::holds_alternative<Absent>(*cached)) {
      gatherer_.forget(name);
      return milliseconds(0);
    }
    if (const auto *observed = std::get_if<Observed>(&*cached)) {
      if (!observed->migration.status.run) slots_.release(name);
      const Decision decision = decide(*observed);
      if (!would_write(*observed, decision)) return wait_for(*observed, decision);
    }
  }
  for (int looks = 0; looks < kMostLooks; ++looks) {
    const kube::Result<Look> look = look_live(name);
    if (!look) return tl::unexpected(look.error());
    if (!look->again) return look->look_again;
  }
  return milliseconds(1000);
}

kube::Result<Reconciler::Look> Reconciler::look_live(const kube::ObjectName &name) {
  kube::Result<Gathered> gathered = gatherer_.live(name);
  if (!gathered) return tl::unexpected(gathered.error());
  if (std::holds_alternative<Absent>(*gathered)) {
    gatherer_.forget(name);
    return Look{};
  }
  if (const auto *unreadable = std::get_if<Unreadable>(&*gathered)) {
    const auto told = applier_.tell_unreadable(*unreadable, std::chrono::floor<std::chrono::seconds>(clock_.wall()));
    if (!told) return tl::unexpected(told.error());
    return Look{};
  }
  Observed &observed = std::get<Observed>(*gathered);
  Decision decision = decide(observed);
  kube::Result<Applied> applied = applier_.apply(observed, decision);
  for (int races = 0; lost_a_race(applied) && races < kMostRaces; ++races) {
    const kube::Result<bool> same = gatherer_.read_again(observed);
    if (!same || !*same) break;
    decision = decide(observed);
    applied = applier_.apply(observed, decision);
  }
  // A slot that this look reserved is kept by a created Job alone; that of a Job that is there already is the cache's matter.
  if (applied && applied->job_created) {
    slots_.created(name, decision.status.run->job);
  } else if (!observed.job) {
    slots_.release(name);
  }
  if (!applied) return tl::unexpected(applied.error());
  return Look{applied->wrote, applied->job_refused ? milliseconds(kRefusalPeriod) : wait_for(observed, decision)};
}

} // namespace controller::reconcile
