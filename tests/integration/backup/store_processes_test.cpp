// Several processes on one folder, and kills in their midst: no half backup is ever listed, none that is being made is swept.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/backup/made_backup.h"

namespace migrator::backup {
namespace {

using testing::IsEmpty;

class Processes : public testing::Test {
protected:
  TemporaryFolder temporary;
  const Store store{temporary.path() + "/backups"};

  void SetUp() override { ASSERT_TRUE(store.prepare(0)); }

  template <typename Work> static pid_t start(Work work) {
    const pid_t id = ::fork();
    if (id == 0) {
      work();
      ::_exit(0);
    }
    return id;
  }

  static int end_of(pid_t id) {
    int status = -1;
    EXPECT_EQ(::waitpid(id, &status, 0), id);
    return status;
  }
};

std::string id_of(int maker, int number) {
  return fmt::format("20261122T1712{:02}Z-{:02x}{:06x}", number % 60, maker, number);
}

TEST_F(Processes, MakersSweepersRemoversAndListersDoNotHinderEachOther) {
  constexpr int kMakers = 3, kEach = 25;
  std::vector<pid_t> makers;
  for (int maker = 0; maker < kMakers; ++maker)
    makers.push_back(start([&, maker] {
      for (int number = 0; number < kEach; ++number) {
        const Result<Manifest> made = make_backup(store, id_of(maker, number));
        if (!made) ::_exit(1);
        Manifest proven = *made;
        proven.proof = database::Proof::Archive;
        if (!store.rewrite(proven)) ::_exit(2);
        store.sweep();
        if (number % 5 == 0 && !store.remove(made->id)) ::_exit(3);
      }
    }));
  bool running = true;
  while (running) {
    const Result<Listing> listing = store.list();
    ASSERT_TRUE(listing);
    EXPECT_THAT(listing->damaged, IsEmpty());
    running = false;
    for (pid_t &maker : makers) {
      int status = 0;
      if (maker != 0 && ::waitpid(maker, &status, WNOHANG) == maker) {
        EXPECT_EQ(status, 0);
        maker = 0;
      }
      running = running || maker != 0;
    }
  }
  EXPECT_EQ(store.list()->backups.size(), static_cast<std::size_t>(kMakers * kEach * 4 / 5));
  EXPECT_THAT(store.sweep(), IsEmpty());
}

// kill -9 at a moment that moves from run to run through all of a backup's making.
TEST_F(Processes, AKilledMakerLeavesAWholeBackupOrOneThatIsSwept) {
  const int kills = std::getenv("MIGRATOR_PROOF") != nullptr ? 400 : 60;
  const std::string dump(3'000'000, 'd');
  int whole = 0, swept = 0;
  for (int kill = 0; kill < kills; ++kill) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t maker = start([&] {
      [[maybe_unused]] const ssize_t written = ::write(pipe[1], "x", 1);
      for (int number = 0;; ++number) {
        Result<Manifest> made = make_backup(store, id_of(kill % 200, number), dump);
        if (!made) ::_exit(1);
        made->proof = database::Proof::Archive;
        (void)store.rewrite(*made);
        (void)store.remove(made->id);
      }
    });
    char began = 0;
    ASSERT_EQ(::read(pipe[0], &began, 1), 1);
    ::usleep(static_cast<useconds_t>(kill * 37 % 4001) * 10); // the moment of the kill; nothing is waited for
    ::kill(maker, SIGKILL);
    ASSERT_TRUE(WIFSIGNALED(end_of(maker)));
    ::close(pipe[0]);
    ::close(pipe[1]);
    Result<Listing> listing = store.list();
    ASSERT_TRUE(listing);
    EXPECT_THAT(listing->damaged, IsEmpty());
    for (const Manifest &backup : listing->backups) {
      EXPECT_TRUE(store.check_bytes(backup, {}));
      ++whole;
    }
    swept += static_cast<int>(store.sweep().size());
    for (const Manifest &backup : listing->backups) EXPECT_TRUE(store.remove(backup.id));
    EXPECT_THAT(names(store.folder()), testing::ElementsAre(".lock"));
  }
  EXPECT_GT(swept, 0) << "no kill came while one was made";
  RecordProperty("whole", whole);
  RecordProperty("swept", swept);
}

TEST_F(Processes, ADraftOfALivingProcessIsNotSwept) {
  int ready[2], go[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(go), 0);
  const pid_t maker = start([&] {
    Result<std::unique_ptr<Draft>> draft = store.begin(kFirst);
    char byte = 0;
    if (!draft || ::write(ready[1], "x", 1) != 1 || ::read(go[0], &byte, 1) != 1) ::_exit(1);
    Manifest manifest = manifest_of_test();
    put((*draft)->folder() + "/database.sqlite", "bytes");
    if (!(*draft)->finish(manifest, {})) ::_exit(2);
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(store.sweep(), IsEmpty());
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  EXPECT_EQ(end_of(maker), 0);
  EXPECT_TRUE(store.find(kFirst));
}

} // namespace
} // namespace migrator::backup
