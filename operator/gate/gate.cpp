// See gate.h.
#include "operator/gate/gate.h"

#include <fmt/format.h>

#include "operator/api/bounded_text.h"
#include "operator/gate/contained.h"

namespace controller::gate {

namespace {

Verdict stays(std::string reason) {
  return Verdict{false, std::move(reason), std::nullopt};
}

Verdict stays_until_mended(std::string reason, std::string_view event, const std::string &advice) {
  reconcile::Note note;
  note.warning = true;
  note.reason = event;
  note.message = api::bounded_text(fmt::format("the gate {} stays: {}. {}", api::kGate, reason, advice), 1'000);
  note.key = reason;
  return Verdict{false, std::move(reason), std::move(note)};
}

// What the pod names, for messages.
std::string wanted(const PodGate &gate) {
  return gate.revision.empty() ? fmt::format("image {}", gate.image) : fmt::format("revision {}", gate.revision);
}

Verdict one(const PodGate &gate, const std::string &name, const std::optional<api::Migration> &migration) {
  if (!migration)
    return stays_until_mended(fmt::format("there is no Migration {} in namespace {}", name, gate.name_space), "MigrationNotFound",
                              fmt::format("Create it, or mend the pod template's annotation {}.", api::kWaitFor));
  const api::Status &status = migration->status;
  const bool contained = gate.revision.empty() ? contains_image(status, gate.image) : contains_revision(status, gate.revision);
  if (contained) {
    const bool goes = gate.revision.empty() ? image_may_go(status, gate.image) : revision_may_go(status, gate.revision);
    if (!goes) return Verdict{true, {}, std::nullopt};
    return stays(fmt::format("the run of {} that is under way may take {} away", name, wanted(gate)));
  }
  if (!gate.revision.empty() && status.applied_revisions.size() >= kMostApplied)
    return stays_until_mended(
        fmt::format("revision {} is not among the newest {} revisions of {}", gate.revision, status.applied_revisions.size(),
                    name),
        "RevisionNotListed",
        "If it is older than those, use the init container `migrator wait` instead of the gate: it asks the database itself.");
  return stays(fmt::format("{} does not have {} yet", name, wanted(gate)));
}

} // namespace

Verdict decide_gate(const PodGate &gate, const std::vector<std::optional<api::Migration>> &migrations) {
  if (gate.wait_for.empty())
    return stays_until_mended(
        "the pod names no Migration", "GateNamesNothing",
        fmt::format("Set the pod template's annotation {} to the names of Migrations, separated by commas.", api::kWaitFor));
  if (gate.revision.empty() && gate.image.empty())
    return stays_until_mended("the pod names neither a revision nor an image", "GateNamesNothing",
                              fmt::format("Set one of the pod template's annotations {} and {}.", api::kRevision, api::kImage));
  if (!gate.revision.empty() && !gate.image.empty())
    return stays_until_mended("the pod names both a revision and an image", "GateNamesNothing",
                              fmt::format("Keep one of the pod template's annotations {} and {}.", api::kRevision, api::kImage));
  // What somebody must mend is told before what only takes time.
  std::optional<Verdict> waits;
  for (std::size_t at = 0; at < gate.wait_for.size(); ++at) {
    Verdict verdict = one(gate, gate.wait_for[at], at < migrations.size() ? migrations[at] : std::nullopt);
    if (verdict.lift) continue;
    if (verdict.note) return verdict;
    if (!waits) waits = std::move(verdict);
  }
  return waits ? *waits : Verdict{true, {}, std::nullopt};
}

} // namespace controller::gate
