// Getting the lock: polls until it has it, names who holds it, ends what killed runners left. Also how long to wait between tries.
#include "migrator/execute/lock.h"

#include "migrator/execute/backoff.h"
#include "tests/unit/execute/runs.h"

namespace migrator::execute {
namespace {

using database::LockAttempt;
using database::LockHolder;

class LockTest : public RunTest {
protected:
  Status take(milliseconds wait) {
    Lock lock(database);
    return lock.take(wait, clock, stop, observer);
  }
};

const LockHolder kAnna{"anna@laptop (pid 4711)", "2026-01-02T03:04:05Z", "run-7"};

TEST_F(LockTest, IsTakenAndGivenBack) {
  ASSERT_TRUE(take(milliseconds(0)));
  EXPECT_EQ(database.calls, (Texts{"try_lock", "end_stale_workers", "release_lock"}));
  EXPECT_TRUE(observer.heard.empty());
}

TEST_F(LockTest, IsPolledUntilItIsFree) {
  database.attempts = {LockAttempt{false, kAnna}, LockAttempt{false, kAnna}, LockAttempt{true, std::nullopt}};
  ASSERT_TRUE(take(milliseconds(60'000)));
  EXPECT_EQ(database.calls, (Texts{"try_lock", "try_lock", "try_lock", "end_stale_workers", "release_lock"}));
  EXPECT_EQ(observer.heard, Texts{"waiting for anna@laptop (pid 4711)"}) << "a word every few seconds, not one a try";
}

TEST_F(LockTest, SaysAgainWhatItWaitsFor) {
  clock.tick = milliseconds(2'000);
  for (int times = 0; times < 4; ++times) database.attempts.push_back(LockAttempt{false, std::nullopt});
  ASSERT_TRUE(take(milliseconds(600'000)));
  EXPECT_EQ(observer.heard, (Texts{"waiting for somebody", "waiting for somebody"}));
}

struct Busy {
  std::optional<LockHolder> holder;
  std::string who;
};

TEST_F(LockTest, IsBusyAfterTheWait) {
  for (const Busy &busy : std::vector<Busy>{{kAnna, "anna@laptop (pid 4711) since 2026-01-02T03:04:05Z"},
                                            {LockHolder{"anna", "", ""}, "anna"},
                                            {std::nullopt, "another migrator"}}) {
    database.calls.clear();
    database.attempts = {LockAttempt{false, busy.holder}};
    EXPECT_STOPPED(take(milliseconds(0)), ErrorCode::LockBusy,
                   "the history is locked by " + busy.who + "; waited 0 s; run again later, or wait longer with --lock-wait");
    EXPECT_EQ(database.calls, Texts{"try_lock"}) << "what was not taken is not given back";
  }
}

TEST_F(LockTest, IsWidenedOnceTheOthersHaveGone) {
  Lock lock(database);
  ASSERT_TRUE(lock.take(milliseconds(0), clock, stop, observer));
  database.attempts = {LockAttempt{false, kAnna}, LockAttempt{true, std::nullopt}};
  ASSERT_TRUE(lock.widen(milliseconds(60'000), clock, stop, observer));
  EXPECT_EQ(database.calls, (Texts{"try_lock", "end_stale_workers", "try_widen_lock", "try_widen_lock"}));
  EXPECT_EQ(observer.heard, Texts{"waiting for anna@laptop (pid 4711)"});
}

TEST_F(LockTest, IsNotWidenedWhileAnotherHistoryMoves) {
  Lock lock(database);
  ASSERT_TRUE(lock.take(milliseconds(0), clock, stop, observer));
  database.attempts = {LockAttempt{false, kAnna}};
  EXPECT_STOPPED(
      lock.widen(milliseconds(0), clock, stop, observer), ErrorCode::LockBusy,
      "another history of this database is being moved by anna@laptop (pid 4711) since 2026-01-02T03:04:05Z; waited 0 s; "
      "run again later, or wait longer with --lock-wait");
}

TEST_F(LockTest, WaitsAsLongAsItWasTold) {
  clock.tick = milliseconds(1'000);
  for (int times = 0; times < 50; ++times) database.attempts.push_back(LockAttempt{false, kAnna});
  const Status done = take(milliseconds(7'000));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("waited 7 s"), std::string::npos);
}

TEST_F(LockTest, WaitsForWhatAKilledRunLeft) {
  database.workers = {{kAnna}, {kAnna}};
  ASSERT_TRUE(take(milliseconds(60'000)));
  EXPECT_EQ(database.calls, (Texts{"try_lock", "end_stale_workers", "end_stale_workers", "end_stale_workers", "release_lock"}));
}

TEST_F(LockTest, GivesUpOnAWorkerThatWillNotEnd) {
  database.workers = {{kAnna}};
  EXPECT_STOPPED(
      take(milliseconds(0)), ErrorCode::LockBusy,
      "a session of a killed migrator still works on this history (anna@laptop (pid 4711) since 2026-01-02T03:04:05Z) and "
      "would not end; end it in the database, then run again");
  EXPECT_EQ(database.calls, (Texts{"try_lock", "end_stale_workers", "release_lock"}));
}

TEST_F(LockTest, AStopEndsTheWait) {
  database.attempts = {LockAttempt{false, kAnna}};
  database.before = [&](const std::string &) { stop.request(ErrorCode::Terminated); };
  const Status done = take(milliseconds(600'000));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Terminated);
  EXPECT_EQ(database.calls, Texts{"try_lock"});
}

TEST_F(LockTest, TellsWhatTheDatabaseSaid) {
  database.fail_once("try_lock", ErrorCode::ConnectionLost, "gone");
  EXPECT_STOPPED(take(milliseconds(0)), ErrorCode::ConnectionLost, "gone");
  database.calls.clear();
  database.fail_once("end_stale_workers", ErrorCode::NoPermission, "no");
  EXPECT_STOPPED(take(milliseconds(0)), ErrorCode::NoPermission, "no");
  EXPECT_EQ(database.calls.back(), "release_lock");
}

TEST(Backoff, DoublesUpToTwoSeconds) {
  const std::vector<std::int64_t> least = {25, 50, 100, 200, 400, 800, 1'000, 1'000, 1'000};
  for (std::size_t attempt = 0; attempt < least.size(); ++attempt) {
    EXPECT_EQ(backoff(static_cast<int>(attempt), 0.0).count(), least[attempt]) << attempt;
    EXPECT_GT(backoff(static_cast<int>(attempt), 0.999).count(), least[attempt] * 2 - least[attempt] / 50 - 2) << attempt;
    EXPECT_LE(backoff(static_cast<int>(attempt), 0.999).count(), least[attempt] * 2) << attempt;
  }
  EXPECT_EQ(backoff(1'000'000, 0.5).count(), 1'500);
}

struct Moment {
  std::int64_t milliseconds;
  std::string text;
};

TEST(Rfc3339, IsUtcWithMilliseconds) {
  for (const Moment &moment : std::vector<Moment>{{0, "1970-01-01T00:00:00.000Z"},
                                                  {-1, "1969-12-31T23:59:59.999Z"},
                                                  {951'782'400'005, "2000-02-29T00:00:00.005Z"},
                                                  {1'767'323'045'678, "2026-01-02T03:04:05.678Z"},
                                                  {4'102'444'799'999, "2099-12-31T23:59:59.999Z"}})
    EXPECT_EQ(rfc3339(std::chrono::system_clock::time_point(milliseconds(moment.milliseconds))), moment.text);
}

TEST(Rfc3339, RoundsDown) {
  EXPECT_EQ(rfc3339(std::chrono::system_clock::time_point(std::chrono::microseconds(1'999))), "1970-01-01T00:00:00.001Z");
}

} // namespace
} // namespace migrator::execute
