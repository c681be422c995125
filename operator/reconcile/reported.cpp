// See reported.h.
#include "operator/reconcile/reported.h"

#include <algorithm>

#include "operator/api/limits.h"
#include "operator/job/job.h"

namespace controller::reconcile {

namespace {

bool has(const std::vector<std::string> &list, const std::string &wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

void bound(std::vector<std::string> &list, std::size_t most) {
  if (list.size() > most) list.resize(most);
}

// A report's list that was cut, filled up with what was known before; only where nothing can have gone meanwhile.
void take_applied(api::Status &status, const api::RunnerReport &report, bool may_have_gone_down) {
  std::vector<std::string> applied = report.applied_revisions;
  if (report.applied_revisions_cut > 0 && !may_have_gone_down)
    for (const std::string &known : status.applied_revisions)
      if (!has(applied, known)) applied.push_back(known);
  bound(applied, api::kMostApplied);
  status.applied_revisions = std::move(applied);
}

void take_images(api::Status &status, const api::RunnerReport &report, const std::string &image, bool may_have_gone_down) {
  const bool cut = report.applied_revisions_cut > 0 || status.applied_revisions.size() >= api::kMostApplied;
  const bool older_ones_stay = cut && !may_have_gone_down;
  const auto is_there = [&](const std::string &head) {
    return has(status.applied_revisions, head) || has(status.current_revisions, head);
  };
  if (!older_ones_stay)
    std::erase_if(status.applied_images, [&](const api::AppliedImage &applied) {
      return !std::all_of(applied.heads.begin(), applied.heads.end(), is_there);
    });
  if (image.empty() || report.file_heads.empty()) return;
  // With an explicit target the files may hold more than what was applied.
  if (!std::all_of(report.file_heads.begin(), report.file_heads.end(), is_there)) return;
  std::erase_if(status.applied_images, [&](const api::AppliedImage &applied) { return applied.image == image; });
  status.applied_images.insert(status.applied_images.begin(), {image, report.file_heads});
  if (status.applied_images.size() > api::kMostImages) status.applied_images.resize(api::kMostImages);
}

} // namespace

void take_over(api::Status &status, const api::RunnerReport &report, const std::string &image, api::Time now) {
  if (report.backup) {
    status.last_backup = report.backup;
    if (status.last_backup->time == api::Time{}) status.last_backup->time = now;
  }
  if (!report.heads_known) return;
  const bool moved = status.run && status.run->kind == api::RunKind::Migrate;
  const bool may_have_gone_down = moved && status.run->allow_down;
  status.current_revisions = moved ? report.heads_after : report.heads_before;
  bound(status.current_revisions, api::kMostHeads);
  if (report.exit_code == 0 || !report.target_heads.empty()) status.target_revisions = report.target_heads;
  bound(status.target_revisions, api::kMostHeads);
  if (report.pending) status.pending_revisions = report.pending;
  take_applied(status, report, may_have_gone_down);
  take_images(status, report, image, may_have_gone_down);
}

std::string image_of_files(const Observed &observed, const std::string &ran) {
  const api::Spec &spec = observed.migration.spec;
  if (spec.source.type == api::SourceType::Runner) {
    const bool same = observed.migration.status.run->input_hash == job::input_hash(spec);
    const std::string &written = spec.runner.image.empty() ? observed.settings.stock_image : spec.runner.image;
    return same ? written : ran;
  }
  const bool same = observed.migration.status.run->input_hash == job::input_hash(spec);
  return same && spec.source.type == api::SourceType::ImageVolume ? spec.source.image : std::string();
}

void forget_what_may_be_gone(api::Status &status) {
  if (!status.run || !status.run->allow_down || !status.plan) return;
  const auto goes = [&](const std::string &revision) {
    return std::any_of(status.plan->steps.begin(), status.plan->steps.end(),
                       [&](const api::PlanStep &step) { return step.direction == "down" && step.revision == revision; });
  };
  std::erase_if(status.applied_revisions, goes);
  std::erase_if(status.current_revisions, goes);
  std::erase_if(status.applied_images,
                [&](const api::AppliedImage &applied) { return std::any_of(applied.heads.begin(), applied.heads.end(), goes); });
}

void remember(api::Status &status, const api::FinishedRun &run) {
  std::erase_if(status.history, [&](const api::FinishedRun &old) {
    return old.sequence == run.sequence || (run.kind == api::RunKind::Verify && old.kind == api::RunKind::Verify);
  });
  status.history.insert(status.history.begin(), run);
  if (status.history.size() > api::kMostRuns) status.history.resize(api::kMostRuns);
}

} // namespace controller::reconcile
