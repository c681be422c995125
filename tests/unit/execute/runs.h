// What the executor's tests share: a clock that the test owns, an observer that keeps what it heard, and one step on a recording database.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "migrator/execute/executor.h"
#include "migrator/plan/planner.h"
#include "migrator/script/parser.h"
#include "tests/support/line_dialect.h"
#include "tests/support/recording_database.h"

namespace migrator::execute {

using Texts = std::vector<std::string>;
using std::chrono::milliseconds;

// Time passes only when it is looked at: `tick` a look.
class FakeClock final : public Clock {
public:
  milliseconds tick{0};
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(milliseconds(1'767'323'045'678)); // 2026-01-02T03:04:05.678Z
  }
  std::chrono::steady_clock::time_point steady() const override {
    passed_ += tick;
    return std::chrono::steady_clock::time_point(passed_);
  }

private:
  mutable milliseconds passed_{0};
};

class RecordingObserver final : public Observer {
public:
  Texts heard;
  std::function<void()> on_batch;
  void waiting_for_lock(const std::optional<database::LockHolder> &holder) override {
    heard.push_back("waiting for " + (holder ? holder->who : "somebody"));
  }
  void note(const std::string &sentence) override { heard.push_back("note " + sentence); }
  void step_started(const plan::Step &step, std::size_t index, std::size_t of) override {
    heard.push_back(fmt::format("started {} {}/{}", step.revision, index, of));
  }
  void batch_done(const std::string &name, std::int64_t rows, std::int64_t estimated) override {
    heard.push_back(fmt::format("batch {} {}/{}", name, rows, estimated));
    if (on_batch) on_batch();
  }
  void step_finished(const StepReport &step, std::size_t index, std::size_t of) override {
    heard.push_back(fmt::format("finished {} {}/{}", step.revision, index, of));
  }
};

inline script::Script revision(const std::string &id, const std::string &down_revision, const std::string &sections) {
  Result<script::Script> script = script::parse(
      "-- migrate:revision " + id + "\n-- migrate:down_revision " + down_revision + "\n" + sections, "m/" + id + ".sql");
  if (script) return std::move(*script);
  ADD_FAILURE() << script.error().text();
  return {};
}

// A history of files, planned for real and run on a database that only records.
class RunTest : public testing::Test {
protected:
  explicit RunTest(Dialect dialect = Dialect::Sqlite) : database(dialect) {
    options.run_id = "run-1";
    options.who = "anna";
    options.host = "laptop";
    options.tool_version = "0.1.0";
    options.lock_wait = milliseconds(0);
    state.has_journal = state.has_version_table = true;
  }

  Surroundings surroundings() {
    return Surroundings{database, options, clock, stop, observer, ledger::tables(options.history, database.dialect())};
  }

  plan::Plan plan(const plan::Request &request) {
    Result<graph::RevisionMap> map = plan::combine(plan::nodes(files), state);
    EXPECT_TRUE(map) << map.error().text();
    const plan::Scripts scripts = plan::by_revision(files);
    Result<plan::Route> way = plan::route(*map, scripts, state, request);
    EXPECT_TRUE(way) << way.error().text();
    Result<plan::Plan> out = plan::build_plan(*map, scripts, {}, state, *way, database.dialect(), LineDialect());
    EXPECT_TRUE(out) << out.error().text();
    return out ? std::move(*out) : plan::Plan{};
  }

  Status run(const plan::Request &request) {
    const plan::Plan made = plan(request);
    database.heads = report.heads_after = report.heads_before = state.heads;
    return run_plan(surroundings(), made, report);
  }

  Status upgrade(const std::string &target = "head") { return run(plan::Request{plan::Request::Verb::Upgrade, {target}, {}}); }

  Status downgrade(const std::string &target) { return run(plan::Request{plan::Request::Verb::Downgrade, {target}, {}}); }

  // The database's own answer to a committed step: begin_unit() then reads what the bookkeeping left.
  void heads_follow(std::vector<std::vector<std::string>> after_each_finish) {
    database.before = [this, after = std::move(after_each_finish), at = std::size_t{0}](const std::string &call) mutable {
      if (call.compare(0, 7, "finish:") == 0 && at < after.size()) database.heads = after[at++];
    };
  }

  // An applied revision, as the journal has it.
  void applied(const script::Script &script) {
    ledger::Entry row;
    row.revision = script.revision;
    row.parents = script.down_revisions;
    row.motion = ledger::Motion::Adopt;
    state.latest[script.revision] = std::move(row);
  }

  RecordingDatabase database;
  RunOptions options;
  FakeClock clock;
  Stop stop;
  RecordingObserver observer;
  RunReport report;
  std::vector<script::Script> files;
  ledger::State state;
};

#define EXPECT_STOPPED(expression, wanted_code, wanted_text)                                                                     \
  do {                                                                                                                           \
    const Status stopped_ = (expression);                                                                                        \
    ASSERT_FALSE(stopped_);                                                                                                      \
    EXPECT_EQ(stopped_.error().code, wanted_code);                                                                               \
    EXPECT_EQ(stopped_.error().text(), wanted_text);                                                                             \
  } while (false)

} // namespace migrator::execute
