// What the planner's tests share: revisions written as text, a history in memory, and plans as short lines to compare.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "migrator/plan/planner.h"
#include "migrator/script/checksum.h"
#include "migrator/script/down_text.h"
#include "migrator/script/parser.h"
#include "tests/support/line_dialect.h"

namespace migrator::plan {

inline script::Script parsed(const std::string &text, const std::string &path = "m/r.sql") {
  Result<script::Script> script = script::parse(text, path);
  if (script) return std::move(*script);
  ADD_FAILURE() << script.error().text();
  return {};
}

// A revision with its header; `down_revision` as the directive has it ("none", "a b").
inline script::Script revision(const std::string &id, const std::string &down_revision, const std::string &sections,
                               const std::string &depends_on = "") {
  std::string text =
      "-- migrate:revision " + id + "\n-- migrate:message make " + id + "\n-- migrate:down_revision " + down_revision + "\n";
  if (!depends_on.empty()) text += "-- migrate:depends_on " + depends_on + "\n";
  return parsed(text + sections, "m/" + id + ".sql");
}

// One table up, the same down: enough for every question that is not about SQL.
inline script::Script table(const std::string &id, const std::string &down_revision, const std::string &depends_on = "") {
  return revision(id, down_revision, fmt::format("-- migrate:up\nCREATE TABLE {0};\n-- migrate:down\nDROP TABLE {0};\n", id),
                  depends_on);
}

// The journal's row of a revision that ran whole as its file says.
inline ledger::Entry applied_row(const script::Script &script, Dialect dialect = Dialect::Sqlite) {
  ledger::Entry row;
  row.revision = script.revision;
  row.parents = script.down_revisions;
  row.depends_on = script.depends_on;
  row.labels = script.labels;
  row.message = script.message;
  row.up_checksum = script::checksum(script, Direction::Up, dialect);
  const std::string down = script::render_down(script, dialect);
  if (!down.empty() && !script.down_irreversible) row.down_checksum = script::checksum(script, Direction::Down, dialect);
  row.has_down_sections = row.down_checksum.has_value();
  row.who = "anna";
  row.started_at = "2026-01-02T03:04:05.678Z";
  return row;
}

// A row that an earlier run left partial after `done` statements of the file.
inline ledger::Entry partial_row(const script::Script &script, Direction direction, int done, bool begun = false,
                                 const std::string &batch = "") {
  ledger::Entry row = applied_row(script);
  row.motion = direction == Direction::Up ? ledger::Motion::Up : ledger::Motion::Down;
  row.outcome = ledger::Outcome::Partial;
  const LineDialect sql;
  std::vector<std::string> checksums;
  for (const std::string &text : statement_texts(*step_items(script, direction, Dialect::Sqlite, sql)))
    checksums.push_back(script::statement_checksum(text, Dialect::Sqlite));
  row.statements_done = done;
  row.statements_total = static_cast<int>(checksums.size());
  row.statement_checksums.assign(checksums.begin(), checksums.begin() + done);
  if (begun) {
    row.progress.begun_checksum = checksums.at(static_cast<std::size_t>(done));
    row.progress.begun_keyword = "VACUUM";
    row.progress.batch_name = batch;
  }
  return row;
}

// A folder of files and a database's history; plans are made from both as a verb would.
struct History {
  std::vector<script::Script> files;
  ledger::State state;
  Scripts stored_downs;

  void apply(const script::Script &script) { state.latest[script.revision] = applied_row(script); }

  Result<graph::RevisionMap> map() const { return combine(nodes(files), state); }

  Result<Route> route(const Request &request) const {
    Result<graph::RevisionMap> graph = map();
    if (!graph) return fail(graph.error());
    return plan::route(*graph, by_revision(files), state, request);
  }

  Result<Plan> plan(const Request &request) const {
    Result<graph::RevisionMap> graph = map();
    if (!graph) return fail(graph.error());
    const Scripts scripts = by_revision(files);
    Result<Route> way = plan::route(*graph, scripts, state, request);
    if (!way) return fail(way.error());
    return build_plan(*graph, scripts, stored_downs, state, *way, Dialect::Sqlite, LineDialect());
  }
};

inline Request upgrade_to(const std::string &target) {
  return Request{Request::Verb::Upgrade, {target}, {}};
}

inline Request downgrade_to(const std::string &target) {
  return Request{Request::Verb::Downgrade, {target}, {}};
}

inline std::string described(const Timeouts &timeouts) {
  std::string out;
  if (timeouts.lock) out += fmt::format(" lock {}", timeouts.lock->count());
  if (timeouts.statement) out += fmt::format(" statement {}", timeouts.statement->count());
  return out;
}

// "transaction [fk lock 2000]: CREATE TABLE a; assert SELECT 1; < lock 5>; b"
inline std::string described(const Unit &unit) {
  static constexpr const char *kKinds[] = {"transaction", "bare", "batch", "check"};
  std::string flags = (unit.foreign_keys ? " fk" : "") + described(unit.timeouts);
  std::vector<std::string> items;
  for (const UnitItem &item : unit.items) {
    if (const auto *statement = std::get_if<database::Statement>(&item)) items.push_back(statement->text);
    if (const auto *assertion = std::get_if<script::Assert>(&item)) items.push_back("assert " + assertion->query);
    if (const auto *timeouts = std::get_if<Timeouts>(&item)) items.push_back("<" + described(*timeouts) + ">");
  }
  if (unit.data) flags += " " + unit.data->name;
  return fmt::format("{}{}: {}", kKinds[static_cast<int>(unit.kind)], flags.empty() ? "" : " [" + flags.substr(1) + "]",
                     fmt::join(items, "; "));
}

inline std::vector<std::string> described(const std::vector<Unit> &units) {
  std::vector<std::string> out;
  for (const Unit &unit : units) out.push_back(described(unit));
  return out;
}

// "up a", "down b" …
inline std::vector<std::string> described(const Plan &plan) {
  std::vector<std::string> out;
  for (const Step &step : plan.steps) out.push_back(fmt::format("{} {}", name(step.direction), step.revision));
  return out;
}

using Texts = std::vector<std::string>;

#define EXPECT_REFUSED(expression, wanted_code, wanted_text)                                                                     \
  do {                                                                                                                           \
    const auto refused_ = (expression);                                                                                          \
    ASSERT_FALSE(refused_);                                                                                                      \
    EXPECT_EQ(refused_.error().code, wanted_code);                                                                               \
    EXPECT_EQ(refused_.error().text(), wanted_text);                                                                             \
  } while (false)

} // namespace migrator::plan
