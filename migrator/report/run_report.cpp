#include "migrator/report/run_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/report/error_text.h"
#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostApplied = 100;

double seconds(std::int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000.0;
}

std::string heads_text(const std::vector<std::string> &heads) {
  return printable(ledger::heads_text(heads));
}

std::string dump(const ordered_json &document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Takes elements from one end of document[key] while the text is too long; counts them in document[key + "_cut"].
void cut(ordered_json &document, const char *key, bool from_front, std::size_t limit) {
  const std::string counter = std::string(key) + "_cut";
  std::size_t removed = document.value(counter, std::size_t{0});
  while (!document[key].empty() && dump(document).size() > limit) {
    // Several at a time: a dump costs as much as what is left.
    ordered_json &list = document[key]; // a new member may move the others
    const std::size_t some = std::max<std::size_t>(1, list.size() / 16);
    const auto count = static_cast<ordered_json::difference_type>(some);
    list.erase(from_front ? list.begin() : list.end() - count, from_front ? list.begin() + count : list.end());
    removed += some;
    document[counter] = removed;
  }
}

// A text with whole UTF-8 sequences alone: bytes that are none become U+FFFD.
std::string valid_utf8(const std::string &text) {
  const std::string quoted = ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return ordered_json::parse(quoted).get<std::string>();
}

// At most `bytes` of a valid UTF-8 text and "…", cut between characters.
std::string shortened(const std::string &text, std::size_t bytes) {
  const auto inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (bytes > 0 && inside(bytes)) --bytes;
  return text.substr(0, bytes) + "…";
}

// Shortens one text of the document as little as the limit wants, down to "…"; nothing if it is none.
void shorten(ordered_json &document, const ordered_json::json_pointer &where, std::size_t limit) {
  if (!document.contains(where) || dump(document).size() <= limit) return;
  const std::string text = valid_utf8(document[where].get<std::string>());
  if (text.size() <= std::string_view("…").size()) return;
  const auto fits = [&](std::size_t bytes) {
    document[where] = shortened(text, bytes);
    return dump(document).size() <= limit;
  };
  // Whatever is longer than the limit cannot fit, so the search costs a dump a bit of the limit.
  std::size_t fitting = 0;
  std::size_t beyond = std::min(text.size(), limit);
  while (fitting + 1 < beyond) {
    const std::size_t middle = fitting + (beyond - fitting) / 2;
    (fits(middle) ? fitting : beyond) = middle;
  }
  fits(fitting);
}

// The subject's least important end goes first, then the end of the message.
void cut_error(ordered_json &document, std::size_t limit) {
  ordered_json &subject = document["error"]["subject"];
  while (!subject.empty() && dump(document).size() > limit)
    subject.erase(subject.end() - static_cast<ordered_json::difference_type>(std::max<std::size_t>(1, subject.size() / 16)),
                  subject.end());
  shorten(document, ordered_json::json_pointer("/error/message"), limit);
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
  if (run.backup)
    out["backup"] = {
        {"id", run.backup->id}, {"bytes", run.backup->bytes}, {"sha256", run.backup->sha256}, {"verified", run.backup->verified}};
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
  case execute::RunOutcome::Restored:
    out = style.paint(Ink::Yellow, "restored") +
          fmt::format(": the database is at {} again, as its backup had it\n", heads_text(run.heads_after));
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
  cut(document, "applied_revisions", false, limit);
  cut(document, "untouched", true, limit);
  if (document.contains("error")) cut_error(document, limit);
  cut(document, "heads_before", true, limit);
  cut(document, "heads_after", true, limit);
  for (const char *text :
       {"/error/file", "/error/sqlstate", "/error/revision", "/started_at", "/plan_hash", "/backup/id", "/run_id"})
    shorten(document, ordered_json::json_pointer(text), limit);
  return dump(document);
}

} // namespace migrator::report
