// The rules of the election one by one, then two processes with clocks of their own at random: there is never more than one that believes it leads.
#include "operator/leader/election.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/watch/store.h"

namespace {

using namespace controller;
using namespace controller::leader;
using std::chrono::milliseconds;
using std::chrono::seconds;

const kube::ObjectName kName{"system", "migration-operator"};
const std::chrono::system_clock::time_point kWall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

Steady at(double second) {
  return Steady(milliseconds(static_cast<std::int64_t>(second * 1000)));
}

kube::Json lease(const std::string &holder, const std::string &version, int transitions = 3) {
  return {
      {"metadata", {{"namespace", "system"}, {"name", "migration-operator"}, {"resourceVersion", version}}},
      {"spec", {{"holderIdentity", holder}, {"leaseTransitions", transitions}, {"acquireTime", "2026-01-01T00:00:00.000000Z"}}}};
}

State me() {
  State state;
  state.identity = "me";
  return state;
}

State leading_since(double second) {
  return written(me(), lease("me", "1"), at(second));
}

TEST(Election, WithoutALeaseOneIsMade) {
  const Step step = look(me(), std::nullopt, kName, at(0), kWall);
  EXPECT_EQ(step.move, Move::Create);
  EXPECT_EQ(step.lease["metadata"]["name"], "migration-operator");
  EXPECT_EQ(step.lease["spec"]["holderIdentity"], "me");
  EXPECT_EQ(step.lease["spec"]["leaseDurationSeconds"], 15);
  EXPECT_EQ(step.lease["spec"]["renewTime"], "2026-11-22T00:00:00.000000Z");
  EXPECT_FALSE(step.state.leading); // not before the write was accepted
}

TEST(Election, AnothersLeaseIsWaitedForFromWhenItLastChangedHere) {
  Step step = look(me(), lease("other", "7"), kName, at(100), kWall);
  EXPECT_EQ(step.move, Move::Wait);
  step = look(step.state, lease("other", "7"), kName, at(114.9), kWall);
  EXPECT_EQ(step.move, Move::Wait);
  step = look(step.state, lease("other", "8"), kName, at(115), kWall); // renewed: the time begins anew
  EXPECT_EQ(step.move, Move::Wait);
  step = look(step.state, lease("other", "8"), kName, at(129.9), kWall);
  EXPECT_EQ(step.move, Move::Wait);
  step = look(step.state, lease("other", "8"), kName, at(130), kWall);
  EXPECT_EQ(step.move, Move::Update);
  EXPECT_EQ(step.lease["metadata"]["resourceVersion"], "8"); // so that only one of those who wait gets it
  EXPECT_EQ(step.lease["spec"]["holderIdentity"], "me");
  EXPECT_EQ(step.lease["spec"]["leaseTransitions"], 4);
}

TEST(Election, TimestampsInTheLeaseMeanNothing) {
  kube::Json old = lease("other", "7");
  old["spec"]["renewTime"] = "1999-01-01T00:00:00.000000Z";
  EXPECT_EQ(look(me(), old, kName, at(100), kWall).move, Move::Wait);
}

TEST(Election, ALeaseThatWasGivenBackIsTakenAtOnce) {
  EXPECT_EQ(look(me(), lease("", "7"), kName, at(0), kWall).move, Move::Update);
}

TEST(Election, OursIsRenewedAndKeepsWhenItWasTaken) {
  const Step step = look(leading_since(0), lease("me", "1"), kName, at(2), kWall);
  EXPECT_EQ(step.move, Move::Update);
  EXPECT_EQ(step.lease["spec"]["acquireTime"], "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(step.lease["spec"]["leaseTransitions"], 3);
  EXPECT_EQ(step.lease["spec"]["renewTime"], "2026-11-22T00:00:00.000000Z");
}

TEST(Election, ALeaderThatCannotRenewLosesAfterTenSeconds) {
  EXPECT_EQ(unanswered(leading_since(0), at(9.9)).move, Move::Wait);
  EXPECT_EQ(unanswered(leading_since(0), at(10)).move, Move::Lost);
  EXPECT_EQ(look(leading_since(0), lease("me", "1"), kName, at(10), kWall).move, Move::Lost);
}

TEST(Election, WhoDoesNotLeadHasNothingToLose) {
  EXPECT_EQ(unanswered(me(), at(1000)).move, Move::Wait);
}

TEST(Election, ALeaderWhoseLeaseAnotherHoldsHasLost) {
  EXPECT_EQ(look(leading_since(0), lease("other", "9"), kName, at(3), kWall).move, Move::Lost);
}

TEST(Election, ALeaseWithoutASpecIsFree) {
  const Step step = look(me(), kube::Json{{"metadata", {{"resourceVersion", "1"}}}}, kName, at(0), kWall);
  EXPECT_EQ(step.move, Move::Update);
  EXPECT_EQ(step.lease["spec"]["leaseTransitions"], 1);
}

TEST(Election, OnlyOursIsGivenBack) {
  const auto given_back = released(leading_since(0), lease("me", "5"), kWall);
  ASSERT_TRUE(given_back);
  EXPECT_EQ((*given_back)["spec"]["holderIdentity"], "");
  EXPECT_EQ((*given_back)["metadata"]["resourceVersion"], "5");
  EXPECT_FALSE(released(leading_since(0), lease("other", "5"), kWall));
  EXPECT_FALSE(released(me(), lease("me", "5"), kWall));
}

// A server with one Lease, and processes that read and write it at random, some of their answers lost. Their clocks differ by any offset.
RC_GTEST_PROP(ElectionProperties, NeverTwoLeaders, ()) {
  std::optional<kube::Json> stored;
  int version = 0;
  std::vector<State> processes(3);
  std::vector<double> offset;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    processes[i].identity = "p" + std::to_string(i);
    offset.push_back(*rc::gen::inRange(0, 100'000));
  }
  double now = 0;
  const auto moves = *rc::gen::inRange(1, 300);
  for (int move = 0; move < moves; ++move) {
    now += *rc::gen::element(0.1, 0.5, 2.0, 5.0);
    const auto which = static_cast<std::size_t>(*rc::gen::inRange(0, 3));
    State &state = processes[which];
    const Steady local = at(now + offset[which]);
    const bool unreachable = *rc::gen::inRange(0, 5) == 0;
    Step step = unreachable ? unanswered(state, local) : look(state, stored, kName, local, kWall);
    state = step.state;
    if (step.move == Move::Lost) {
      state = State{};
      state.identity = "p" + std::to_string(which) + "." + std::to_string(move); // a new process
      continue;
    }
    if (step.move != Move::Create && step.move != Move::Update) continue;
    const bool accepted =
        step.move == Move::Create ? !stored : stored && watch::version_of(*stored) == watch::version_of(step.lease);
    if (!accepted) continue;
    stored = step.lease;
    (*stored)["metadata"]["resourceVersion"] = std::to_string(++version);
    if (*rc::gen::inRange(0, 5) != 0) state = written(state, *stored, local); // otherwise the answer is lost
    int leaders = 0;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      // Who cannot renew ends by the deadline, by a watchdog of its own if need be.
      const bool overdue = at(now + offset[i]) - processes[i].renewed >= kRenewDeadline;
      if (processes[i].leading && !overdue) ++leaders;
    }
    RC_ASSERT(leaders <= 1);
  }
}

} // namespace
