#include "migrator/report/plan_report.h"

#include <fmt/format.h>

#include "migrator/config/job.h"
#include "migrator/plan/danger.h"
#include "migrator/report/bounded.h"
#include "migrator/report/error_text.h"
#include "migrator/report/printable.h"
#include "migrator/script/passwords.h"

namespace migrator::report {

namespace {

using database::Statement;
using nlohmann::ordered_json;

std::string_view kind_name(plan::UnitKind kind) {
  switch (kind) {
  case plan::UnitKind::Transaction:
    return "transaction";
  case plan::UnitKind::Bare:
    return "bare";
  case plan::UnitKind::Batch:
    return "batch";
  case plan::UnitKind::Check:
    return "check";
  }
  return "";
}

std::string heads_text(const std::vector<std::string> &heads) {
  return printable(ledger::heads_text(heads));
}

std::string unit_line(const plan::Unit &unit) {
  switch (unit.kind) {
  case plan::UnitKind::Transaction:
    return "-- one transaction";
  case plan::UnitKind::Bare:
    return "-- outside a transaction";
  case plan::UnitKind::Batch:
    return fmt::format("-- {}: batches of {} by {}.{}, a transaction each", unit.data->name, unit.data->batch, unit.data->table,
                       unit.data->key);
  case plan::UnitKind::Check:
    return "-- checked first";
  }
  return "";
}

std::string item_text(const plan::UnitItem &item) {
  if (const auto *statement = std::get_if<Statement>(&item)) return statement->text + ";";
  if (const auto *assertion = std::get_if<script::Assert>(&item)) return "-- assert " + assertion->query;
  return "";
}

nlohmann::ordered_json unit_document(const plan::Unit &unit) {
  nlohmann::ordered_json out = {{"kind", kind_name(unit.kind)}, {"statements", unit.statement_count()}};
  if (unit.data) {
    out["name"] = unit.data->name;
    out["batch"] = unit.data->batch;
  }
  return out;
}

std::string step_text(const plan::Step &step, std::size_t number, std::size_t of, const Style &style) {
  const bool up = step.direction == Direction::Up;
  std::string out =
      style.paint(up ? Ink::Green : Ink::Yellow, fmt::format("{}/{} {} {}", number, of, name(step.direction), step.revision));
  out += "  " + printable(step.script->message);
  if (step.resumes)
    out += fmt::format("  (goes on after {} of {} statements)", step.resumes->statements_done, step.statements_total());
  if (step.from_journal) out += "  (its file is not here: the way down comes from the database's journal)";
  out += "\n";
  for (const plan::Unit &unit : step.units) {
    out += "    " + style.paint(Ink::Dim, unit_line(unit)) + "\n";
    for (const plan::UnitItem &item : unit.items) {
      std::string text = printable_lines(item_text(item));
      if (text.empty()) continue;
      for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5) text.replace(at, 1, "\n    ");
      out += "    " + text + "\n";
    }
  }
  return out;
}

ordered_json step_report(const plan::Step &step) {
  return {{"revision", step.revision}, {"direction", migrator::name(step.direction)}, {"transactional", step.transactional()}};
}

// Statement by statement in the order of the plan.
ordered_json shown_sql(const plan::Plan &plan) {
  ordered_json out = ordered_json::array();
  for (const plan::Step &step : plan.steps)
    for (const std::string &text : plan::statement_texts(step.items)) out.push_back(script::without_passwords(text, text));
  return out;
}

ordered_json whole_report(const PlanReport &report) {
  static const plan::Plan kNoPlan;
  const plan::Plan &plan = report.plan == nullptr ? kNoPlan : *report.plan;
  ordered_json steps = ordered_json::array();
  std::vector<std::string> down;
  for (const plan::Step &step : plan.steps) {
    steps.push_back(step_report(step));
    if (step.direction == Direction::Down) down.push_back(step.revision);
  }
  std::vector<std::string> findings = report.losses;
  findings.insert(findings.end(), plan.notes.begin(), plan.notes.end());
  ordered_json out = {{"protocol", config::kProtocol},
                      {"kind", "plan"},
                      {"outcome", report.error ? "Failed" : name(plan.outcome)},
                      {"exit_code", report.error ? exit_code(report.error->code) : 0},
                      {"run_id", report.run_id},
                      {"heads_before", report.plan == nullptr ? report.heads : plan.heads_before},
                      {"heads_after", report.plan == nullptr || report.error ? report.heads : plan.heads_after},
                      {"untouched", plan.untouched},
                      {"steps", std::move(steps)},
                      {"down_revisions", std::move(down)},
                      {"destructive", plan.goes_down() || !report.losses.empty()},
                      {"kinds", plan::kinds(plan, report.losses)},
                      {"findings", std::move(findings)},
                      {"plan_hash", plan.hash},
                      {"started_at", report.started_at},
                      {"seconds", static_cast<double>(report.milliseconds) / 1000.0}};
  add_bearings(out, report.bearings);
  if (report.sql) out["sql"] = shown_sql(plan);
  if (report.error) out["error"] = error_document(*report.error)["error"];
  return out;
}

} // namespace

std::string bounded_plan_report(const PlanReport &report, std::size_t limit) {
  BoundedDocument document(whole_report(report), limit);
  for (const char *list : {"sql", "findings", "steps", "applied_revisions", "untouched", "down_revisions"})
    document.cut(list, CutFrom::Back);
  document.cut_error();
  for (const char *heads : {"file_heads", "target_heads", "heads_before", "heads_after"}) document.cut(heads, CutFrom::Back);
  for (const char *text : {"/error/file", "/error/sqlstate", "/error/revision", "/started_at", "/plan_hash", "/run_id"})
    document.shorten(text);
  return document.text();
}

std::string_view name(graph::WalkOutcome outcome) noexcept {
  switch (outcome) {
  case graph::WalkOutcome::Moves:
    return "Moves";
  case graph::WalkOutcome::NothingToDo:
    return "NothingToDo";
  case graph::WalkOutcome::Ahead:
    return "Ahead";
  }
  return "";
}

nlohmann::ordered_json plan_document(const plan::Plan &plan) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const plan::Step &step : plan.steps) {
    nlohmann::ordered_json units = nlohmann::ordered_json::array();
    for (const plan::Unit &unit : step.units) units.push_back(unit_document(unit));
    steps.push_back({{"revision", step.revision},
                     {"direction", migrator::name(step.direction)},
                     {"message", step.script->message},
                     {"transactional", step.transactional()},
                     {"from_journal", step.from_journal},
                     {"resumes", step.resumes.has_value()},
                     {"checksum", step.checksum},
                     {"sql", plan::statement_texts(step.items)},
                     {"units", std::move(units)}});
  }
  return {{"steps", std::move(steps)},   {"heads_before", plan.heads_before}, {"heads_after", plan.heads_after},
          {"untouched", plan.untouched}, {"outcome", name(plan.outcome)},     {"hash", plan.hash},
          {"notes", plan.notes}};
}

std::string plan_text(const plan::Plan &plan, const Style &style) {
  std::string out = fmt::format("from {} to {}: {} step{}\n", heads_text(plan.heads_before), heads_text(plan.heads_after),
                                plan.steps.size(), plan.steps.size() == 1 ? "" : "s");
  for (std::size_t at = 0; at < plan.steps.size(); ++at)
    out += "\n" + step_text(plan.steps[at], at + 1, plan.steps.size(), style);
  if (!plan.untouched.empty()) out += fmt::format("\nleft alone: {}\n", heads_text(plan.untouched));
  for (const std::string &note : plan.notes) out += "note: " + printable(note) + "\n";
  out += fmt::format("\nplan {}\n", plan.hash);
  return out;
}

} // namespace migrator::report
