#include "migrator/report/run_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/report/error_text.h"
#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostApplied = 100;
constexpr std::size_t kLongestMessage = 600;

double seconds(std::int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000.0;
}

std::string heads_text(const std::vector<std::string> &heads) {
  return heads.empty() ? "base" : fmt::format("{}", fmt::join(heads, ", "));
}

std::string dump(const ordered_json &document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Takes elements from one end of document[key] while the text is too long; counts them in document[key + "_cut"].
void cut(ordered_json &document, const char *key, bool from_front, std::size_t limit) {
  ordered_json &list = document[key];
  const std::string counter = std::string(key) + "_cut";
  std::size_t removed = 0;
  while (!list.empty() && dump(document).size() > limit) {
    // Several at a time: a dump costs as much as what is left.
    const std::size_t some = std::max<std::size_t>(1, list.size() / 16);
    const auto count = static_cast<ordered_json::difference_type>(some);
    list.erase(from_front ? list.begin() : list.end() - count, from_front ? list.begin() + count : list.end());
    removed += some;
    document[counter] = removed;
  }
}

} // namespace

nlohmann::ordered_json run_document(const execute::RunReport &run) {
  ordered_json steps = ordered_json::array();
  for (const execute::StepReport &step : run.steps)
    steps.push_back({{"revision", step.revision}, {"direction", name(step.direction)}, {"seconds", seconds(step.milliseconds)}});
  ordered_json out = {{"outcome", execute::name(run.outcome)},
                      {"exit_code", run.error ? exit_code(run.error->code) : 0},
                      {"run_id", run.run_id},
                      {"heads_before", run.heads_before},
                      {"heads_after", run.heads_after},
                      {"untouched", run.untouched},
                      {"steps", std::move(steps)},
                      {"plan_hash", run.plan_hash},
                      {"started_at", run.started_at},
                      {"seconds", seconds(run.milliseconds)},
                      {"notes", run.notes}};
  if (run.error) out["error"] = error_document(*run.error)["error"];
  return out;
}

std::string run_text(const execute::RunReport &run, const Style &style) {
  std::string out;
  switch (run.outcome) {
  case execute::RunOutcome::NothingToDo:
    out = fmt::format("nothing to do: the database is at {}\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Ahead:
    out = fmt::format("nothing to do: the database is ahead of these files, at {}\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Done:
    out = style.paint(Ink::Green, "done") + fmt::format(": {} step{}, from {} to {}, in {:.2f} s\n", run.steps.size(),
                                                        run.steps.size() == 1 ? "" : "s", heads_text(run.heads_before),
                                                        heads_text(run.heads_after), seconds(run.milliseconds));
    break;
  case execute::RunOutcome::Reverted:
    out = style.paint(Ink::Yellow, "reverted") + fmt::format(": the database is at {} again\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Failed:
    out = fmt::format("stopped: the database is at {}\n", heads_text(run.heads_after));
    break;
  }
  if (!run.untouched.empty()) out += fmt::format("left alone: {}\n", heads_text(run.untouched));
  return out;
}

std::string bounded_report(const execute::RunReport &run, const std::vector<std::string> &applied_newest_first,
                           std::size_t limit) {
  ordered_json document = {{"protocol", kProtocol}};
  document.update(run_document(run));
  std::vector<std::string> applied = applied_newest_first;
  if (applied.size() > kMostApplied) {
    document["applied_revisions_cut"] = applied.size() - kMostApplied;
    applied.resize(kMostApplied);
  }
  document["applied_revisions"] = std::move(applied);
  if (dump(document).size() <= limit) return dump(document);
  cut(document, "notes", true, limit);
  cut(document, "steps", true, limit);
  const std::size_t cut_before = document.value("applied_revisions_cut", std::size_t{0});
  cut(document, "applied_revisions", false, limit);
  if (cut_before > 0 && document["applied_revisions_cut"] != cut_before)
    document["applied_revisions_cut"] = document["applied_revisions_cut"].get<std::size_t>() + cut_before;
  cut(document, "untouched", true, limit);
  if (dump(document).size() > limit && document.contains("error")) {
    std::string message = document["error"].value("message", "");
    message.resize(std::min(message.size(), kLongestMessage));
    document["error"]["message"] = message + "…";
    document["error"]["subject"] = ordered_json::array();
  }
  cut(document, "heads_before", true, limit);
  cut(document, "heads_after", true, limit);
  return dump(document);
}

} // namespace migrator::report
