// Ending early: requests from other threads, signals and the deadline.
#include "migrator/execute/stop.h"

#include <csignal>
#include <thread>

#include <unistd.h>

#include "migrator/execute/signals.h"
#include "tests/unit/execute/runs.h"

namespace migrator::execute {
namespace {

// Longer than any test may take: whoever waits for it to pass fails.
constexpr milliseconds kForever{60'000};

TEST(StopTest, SaysNothingUntilItIsAsked) {
  Stop stop;
  EXPECT_FALSE(stop.reason());
  EXPECT_TRUE(stop.check());
  EXPECT_FALSE(stop.wait_for(milliseconds(1)));
}

TEST(StopTest, TheFirstRequestCounts) {
  Stop stop;
  stop.request(ErrorCode::RunTimeout);
  stop.request(ErrorCode::Terminated);
  EXPECT_EQ(stop.reason(), ErrorCode::RunTimeout);
  EXPECT_STOPPED(stop.check(), ErrorCode::RunTimeout,
                 "the run's timeout passed; what was committed stays, the rest was rolled back; run again to go on");
  EXPECT_TRUE(stop.wait_for(kForever));
}

TEST(StopTest, ARequestInterruptsTheAttachedDatabase) {
  RecordingDatabase database;
  Stop stop;
  stop.attach(&database);
  EXPECT_EQ(database.interruptions(), 0);
  std::thread other([&] { stop.request(ErrorCode::Terminated); });
  EXPECT_TRUE(stop.wait_for(kForever));
  other.join();
  EXPECT_EQ(database.interruptions(), 1);
}

TEST(StopTest, ARequestBeforeTheDatabaseIsAttachedInterruptsItToo) {
  RecordingDatabase database;
  Stop stop;
  stop.request(ErrorCode::Terminated);
  stop.attach(&database);
  EXPECT_EQ(database.interruptions(), 1);
}

TEST(StopTest, ADetachedDatabaseIsLeftAlone) {
  RecordingDatabase database;
  Stop stop;
  stop.attach(&database);
  stop.attach(nullptr);
  stop.request(ErrorCode::Terminated);
  EXPECT_EQ(database.interruptions(), 0);
}

TEST(SignalWatcherTest, SignalsRequestAStop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Stop stop;
    const SignalWatcher watcher(stop);
    ASSERT_EQ(kill(getpid(), signal), 0);
    EXPECT_TRUE(stop.wait_for(kForever));
    EXPECT_EQ(stop.reason(), ErrorCode::Terminated);
  }
}

TEST(SignalWatcherTest, TheDeadlineRequestsAStop) {
  for (const milliseconds from_now : {milliseconds(5), milliseconds(0), milliseconds(-7)}) {
    Stop stop;
    SignalWatcher watcher(stop);
    watcher.set_deadline(from_now);
    EXPECT_TRUE(stop.wait_for(kForever));
    EXPECT_EQ(stop.reason(), ErrorCode::RunTimeout);
  }
}

TEST(SignalWatcherTest, EndsWithoutASignal) {
  Stop stop;
  {
    SignalWatcher watcher(stop);
    watcher.set_deadline(kForever);
  }
  EXPECT_FALSE(stop.reason());
}

TEST(SignalWatcherTest, ASignalInterruptsTheDatabase) {
  RecordingDatabase database;
  Stop stop;
  stop.attach(&database);
  const SignalWatcher watcher(stop);
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  EXPECT_TRUE(stop.wait_for(kForever));
  EXPECT_EQ(database.interruptions(), 1);
  stop.attach(nullptr);
}

} // namespace
} // namespace migrator::execute
