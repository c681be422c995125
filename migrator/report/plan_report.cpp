#include "migrator/report/plan_report.h"

#include <fmt/format.h>

#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

using database::Statement;

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

} // namespace

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
