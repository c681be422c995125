// A small world (a database of six revisions, Jobs, a clock, people who edit) and an operator that is killed between any two of its writes: whatever
// happens, there is one Job at a time, and once people leave it alone the database gets where the spec wants it (rapidcheck).
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/api/migration_json.h"
#include "operator/job/job.h"
#include "operator/reconcile/asked.h"
#include "tests/unit/operator/reconcile/cases.h"

namespace controller::reconcile {
namespace {

using namespace testing;
using api::RunKind;

constexpr int kTop = 5; // revisions r1 … r5; 0 is base

std::string revision(int number) {
  return "r" + std::to_string(number);
}

int number_of(const std::string &target) {
  return target == "base" ? 0 : target == "head" ? kTop : std::stoi(target.substr(1));
}

struct Job {
  api::Run run; // as in the status when it was created
  std::string uid;
  std::string image;
  bool ended = false;
  bool waits = false; // its pod never started
  int exit_code = 0;
  std::string left; // the termination message
};

class World {
public:
  World() { seen_ = fresh(); }

  // What the operator would gather now.
  Observed observe() const {
    Observed observed = seen_;
    observed.now = now_;
    if (!observed.migration.status.run) return observed;
    const auto found = jobs_.find(observed.migration.status.run->job);
    if (found == jobs_.end()) return observed;
    const Job &job = found->second;
    observed.job = JobView{
        found->first, job.uid, true, false, !job.ended ? JobEnd::None : job.exit_code == 0 ? JobEnd::Complete : JobEnd::Failed,
        {},           {},      now_, {}};
    PodView pod;
    pod.name = found->first + "-x";
    pod.image = job.image;
    pod.phase = job.waits ? "Pending" : job.ended ? "Failed" : "Running";
    if (job.waits) pod.waiting_reason = "ErrImagePull";
    if (job.ended && job.exit_code >= 0) pod.exit_code = job.exit_code;
    pod.termination_message = job.left;
    observed.pods = {pod};
    return observed;
  }

  // The operator's turn; it is killed after `writes` of its writes (status, Job, removal: notes change nothing here).
  void operate(int writes) {
    const Observed observed = observe();
    const Decision decision = decide(observed);
    const api::Json before = api::write_status(seen_.migration.status), after = api::write_status(decision.status);
    if (after != before) {
      if (writes-- <= 0) return;
      check_sequence(decision.status);
      seen_.migration.status = through_the_server(after);
      ++status_writes;
    }
    if (decision.create_job) {
      if (writes-- <= 0) return;
      create(*decision.status.run);
    }
    if (decision.remove_job) {
      if (writes-- <= 0) return;
      RC_ASSERT(observed.job.has_value());
      RC_ASSERT(observed.job->end != JobEnd::None || jobs_.at(observed.job->name).waits); // never one that is at work
      jobs_.erase(observed.job->name);
    }
    if (after != before) return;
    RC_ASSERT(decision.notes.empty()); // what changes nothing tells nothing
  }

  // The live Job gets this end.
  void end_job(int how) {
    for (auto &[name, job] : jobs_) {
      if (job.ended) continue;
      job.waits = false;
      job.ended = true;
      run(job, how);
      return;
    }
  }

  void stick_job() {
    for (auto &[name, job] : jobs_)
      if (!job.ended) job.waits = true;
  }

  void delete_jobs() { jobs_.clear(); }
  void pass(std::chrono::seconds time) { now_ += time; }

  template <typename Edit> void edit(Edit change) {
    change(seen_.migration.spec);
    ++seen_.migration.generation;
  }

  void annotate(std::string_view name, const std::string &value) { seen_.migration.annotations[std::string(name)] = value; }
  const api::Migration &migration() const { return seen_.migration; }
  void set_gating(bool gating) { seen_.settings.gating = gating; }
  int database() const { return database_; }
  bool has_live_job() const {
    for (const auto &[name, job] : jobs_)
      if (!job.ended) return true;
    return false;
  }

  int status_writes = 0;

private:
  static api::Status through_the_server(const api::Json &status) {
    return api::read_without_spec({{"metadata", {{"name", "shop"}, {"namespace", "shop"}, {"uid", "uid-1"}}}, {"status", status}})
        .status;
  }

  void check_sequence(const api::Status &next) const {
    const api::Status &now = seen_.migration.status;
    if (!next.run) return;
    if (now.run && now.run->sequence == next.run->sequence) {
      RC_ASSERT(next.run->attempt >= now.run->attempt || now.run->kind != next.run->kind);
      return;
    }
    if (now.run) RC_ASSERT(next.run->sequence > now.run->sequence);
    if (now.last_run) RC_ASSERT(next.run->sequence > now.last_run->sequence);
  }

  void create(const api::Run &run) {
    RC_ASSERT(seen_.migration.status.run.has_value());
    RC_ASSERT(seen_.migration.status.run->job == run.job); // nothing is created before it is written
    RC_ASSERT(!has_live_job());                            // never two
    RC_ASSERT(jobs_.count(run.job) == 0U);
    const std::string id = job::run_id("uid-1", run);
    if (const auto known = first_target_.emplace(id, run.target); !known.second)
      RC_ASSERT(known.first->second == run.target); // one run id, one set of inputs
    jobs_[run.job] = Job{run, "job-" + std::to_string(++uids_), seen_.migration.spec.runner.image, false, false, 0, {}};
  }

  std::string plan_hash(int to) const { return "v1:" + std::to_string(database_) + "-" + std::to_string(to); }

  api::Json state() const {
    Strings applied;
    for (int number = database_; number > 0; --number) applied.push_back(revision(number));
    const Strings heads = database_ == 0 ? Strings{} : Strings{revision(database_)};
    return at(heads, applied);
  }

  // What the migrator would do: 0 as it should, 1 busy, 2 an SQL error, 3 done and the report lost, 4 killed before it began.
  void run(Job &job, int how) {
    const int to = number_of(job.run.target);
    const bool down = to < database_ && job.run.target != "head";
    api::Json fields = state();
    std::string outcome = to == database_ ? "NothingToDo" : "Done";
    job.exit_code = 0;
    if (how == 1) job.exit_code = 10;
    if (how == 2) job.exit_code = 20;
    if (how == 4) job.exit_code = -1; // no container ended
    if (how == 0 && down && !job.run.allow_down) {
      job.exit_code = 26;
      fields.update(error("DownNotAllowed", "it is past the target"));
    } else if (how == 0 || how == 3) {
      if (job.run.kind != RunKind::Migrate) {
        plan(fields, outcome, to);
      } else if (!job.run.approved_hash.empty() && to != database_ && job.run.approved_hash != plan_hash(to)) {
        job.exit_code = 22;
        fields.update(error("ApprovalNeeded", "another plan"));
      } else {
        database_ = to;
        fields = state();
      }
    }
    if (how == 3) job.exit_code = 137;
    if (job.exit_code != 0) outcome = "Failed";
    if (how == 3 || how == 4) return;
    api::Json document{{"protocol", "1.0"},
                       {"run_id", job::run_id("uid-1", job.run)},
                       {"outcome", outcome},
                       {"exit_code", job.exit_code},
                       {"database_read", true}};
    document.update(fields);
    job.left = document.dump();
  }

  void plan(api::Json &fields, std::string &outcome, int to) const {
    if (to == database_) return;
    outcome = "Moves";
    fields["plan_hash"] = plan_hash(to);
    fields["steps"] = api::Json::array();
    fields["destructive"] = to < database_;
    for (int number = database_; number > to; --number)
      fields["steps"].push_back({{"revision", revision(number)}, {"direction", "down"}});
    for (int number = database_ + 1; number <= to; ++number)
      fields["steps"].push_back({{"revision", revision(number)}, {"direction", "up"}});
  }

  Observed seen_;
  api::Time now_ = kNow;
  std::map<std::string, Job> jobs_;
  std::map<std::string, std::string> first_target_;
  int database_ = 0;
  int uids_ = 0;
};

void approve(World &world) {
  if (world.migration().status.plan) world.annotate(api::kApprove, world.migration().status.plan->id);
}

// One thing that happens; `what` and `how` are random.
void happen(World &world, int what, int how) {
  constexpr int kAll = 3; // more writes than a decision has
  switch (what) {
  case 0:
  case 1:
  case 2:
    return world.operate(kAll);
  case 3:
    return world.operate(how % 3);
  case 4:
    return world.end_job(0);
  case 5:
    return world.end_job(how % 5);
  case 6:
    return world.stick_job();
  case 7:
    return world.delete_jobs();
  case 8:
    return world.pass(std::chrono::seconds(10 * how));
  case 9:
    return world.pass(std::chrono::hours(1));
  case 10:
    return world.edit([&](api::Spec &spec) {
      spec.target = how % 6 == 0 ? "base" : how % 7 == 1 ? "head" : revision(how % 5 + 1);
    });
  case 11:
    return world.edit([&](api::Spec &spec) { spec.timeout = std::chrono::seconds(100 + how); });
  case 12:
    return world.edit([&](api::Spec &spec) { spec.suspend = how % 2 == 0; });
  case 13:
    return world.edit([&](api::Spec &spec) { spec.approval = static_cast<api::Approval>(how % 3); });
  case 14:
    return world.edit([&](api::Spec &spec) { spec.downgrade = static_cast<api::Downgrade>(how % 3); });
  case 15:
    return world.annotate(api::kRequestedAt, std::to_string(how));
  case 16:
    return approve(world);
  case 17:
    return world.annotate(api::kApprove, std::to_string(how));
  case 18:
    return world.edit([&](api::Spec &spec) { spec.interval = std::chrono::seconds(how % 2 * 600); });
  default:
    return world.edit([&](api::Spec &spec) { spec.runner.image = "shop:" + std::to_string(how % 3); });
  }
}

// People leave it alone, Jobs succeed, plans are approved, time passes.
void settle(World &world) {
  for (int round = 0; round < 120; ++round) {
    approve(world);
    world.operate(3);
    if (round % 3 == 2) world.end_job(0);
    if (round % 6 == 5) world.pass(std::chrono::minutes(11));
  }
}

RC_GTEST_PROP(Simulation, WhateverHappensItConverges, ()) {
  World world;
  world.set_gating(*rc::gen::arbitrary<bool>());
  const auto events =
      *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange(0, 40)));
  for (const auto &[what, how] : events) happen(world, what, how);
  world.edit([](api::Spec &spec) {
    spec.target = revision(kTop);
    spec.suspend = false;
    spec.interval = std::chrono::seconds(0);
  });
  settle(world);
  const api::Status &status = world.migration().status;
  RC_ASSERT(world.database() == kTop);
  RC_ASSERT(kstatus(world.migration()) == "Current");
  RC_ASSERT(status.current_revisions == Strings{revision(kTop)});
  RC_ASSERT(status.last_success->target == revision(kTop));
  RC_ASSERT(!status.run.has_value());
  RC_ASSERT(!world.has_live_job());
  const int writes = world.status_writes;
  for (int round = 0; round < 5; ++round) world.operate(3);
  RC_ASSERT(world.status_writes == writes); // it rests
}

RC_GTEST_PROP(Simulation, WithoutAnEditNothingIsTakenAway, ()) {
  World world;
  world.edit([](api::Spec &spec) { spec.target = revision(3); });
  settle(world);
  RC_ASSERT(world.database() == 3);
  const auto events = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::element(0, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 17, 19), rc::gen::inRange(0, 40)));
  int highest = world.database();
  for (const auto &[what, how] : events) {
    happen(world, what, how);
    RC_ASSERT(world.database() >= highest);
    highest = world.database();
  }
}

// A whole run without trouble, by way of a plan and its approval or not.
TEST(Simulation, ARunTakesAtMostEightStatusWrites) {
  for (const bool planned : {false, true}) {
    World world;
    if (planned) world.edit([](api::Spec &spec) { spec.approval = api::Approval::Manual; });
    settle(world);
    EXPECT_EQ(kstatus(world.migration()), "Current");
    EXPECT_LE(world.status_writes, 8) << (planned ? "planned" : "straight");
    EXPECT_EQ(world.migration().status.last_run->sequence, 1);
  }
}

} // namespace
} // namespace controller::reconcile
