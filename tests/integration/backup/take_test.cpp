// Taking a backup, with a source and a prover that do as the test says, on a real folder.
#include "migrator/backup/take.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/backup/made_backup.h"

namespace migrator::backup {
namespace {

using namespace std::chrono_literals;
using database::BackupObserver;
using database::Dumped;
using testing::ElementsAre;
using testing::IsEmpty;

// Goes on by a second whenever the wall is asked, so that ids differ; the steady one by hand.
class HandClock final : public execute::Clock {
public:
  std::chrono::system_clock::time_point now() const override { return wall += 1s; }
  std::chrono::steady_clock::time_point steady() const override { return steady_now.load(); }

  mutable std::chrono::system_clock::time_point wall{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
  std::atomic<std::chrono::steady_clock::time_point> steady_now{std::chrono::steady_clock::time_point(1h)};
};

class Source final : public database::Backups {
public:
  Result<database::BackupNeeds> check(const database::BackupCheck &wanted) override {
    checked = wanted;
    if (check_error) return fail(*check_error);
    return database::BackupNeeds{least_bytes, least_bytes};
  }
  Result<Dumped> dump(const database::DumpRequest &request, BackupObserver &) override {
    asked = request;
    put(request.folder + "/database.dump", bytes);
    if (during) during();
    if (dump_error) return fail(*dump_error);
    Dumped dumped;
    dumped.file = "database.dump";
    dumped.identity = {"PostgreSQL", database, "7"};
    if (request.with_contents) dumped.contents.emplace();
    return dumped;
  }
  Result<std::vector<database::HistoryMark>> histories() override { return std::vector<database::HistoryMark>(); }
  database::DatabaseIdentity identity() override { return {"PostgreSQL", database, "7"}; }
  Status raise_fence(std::chrono::milliseconds) override { return {}; }
  Status lower_fence() override { return {}; }
  Result<bool> lower_stale_fence() override { return false; }
  Status check_restore(const database::RestoreRequest &) override { return {}; }
  Status restore(const database::RestoreRequest &, BackupObserver &) override { return {}; }
  Status restore_into_empty(const database::RestoreRequest &, BackupObserver &) override { return {}; }

  std::string bytes = "the dump", database = "shop";
  std::int64_t least_bytes = 1;
  std::optional<Error> check_error, dump_error;
  std::function<void()> during;
  database::BackupCheck checked;
  database::DumpRequest asked;
};

class Prover final : public database::DumpProver {
public:
  Status prove(const std::string &folder, const Dumped &dumped, database::Proof, const database::Scratch &, database::Deadline,
               const std::function<bool()> &, BackupObserver &) const override {
    ++asked;
    seen = text_of(folder + "/" + dumped.file);
    if (error) return fail(*error);
    return {};
  }
  std::optional<Error> error;
  mutable int asked = 0;
  mutable std::string seen;
};

class Notes final : public BackupObserver {
public:
  void progressed(database::BackupPhase, std::int64_t, std::int64_t) override {}
  void note(const std::string &sentence) override { sentences.push_back(sentence); }
  std::vector<std::string> sentences;
};

Error error_of(ErrorCode code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  return error;
}

class Take : public testing::Test {
protected:
  TemporaryFolder temporary;
  const Store store{temporary.path() + "/backups"};
  HandClock clock;
  Source source;
  Prover prover;
  Notes notes;
  std::atomic<bool> interrupted = false;
  std::uint64_t counter = 0;
  TakeRequest request;

  Result<Manifest> taken() {
    return take({source, prover, store, clock, [this] { return ++counter; }, [this] { return interrupted.load(); }, notes},
                request);
  }

  void expect_nothing_left() { EXPECT_THAT(names(store.folder()), ElementsAre(".lock")); }
};

TEST_F(Take, GivesAWholeProvenBackup) {
  request.run_id = "r1";
  request.tool_version = "0.1.0";
  request.reason = Reason::BeforeRun;
  const Result<Manifest> manifest = taken();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->id, "20261122T000001Z-00000001");
  EXPECT_EQ(manifest->created_at, "2026-11-22T00:00:01.000Z");
  EXPECT_EQ(manifest->bytes, 8);
  EXPECT_EQ(manifest->proof, database::Proof::Archive);
  EXPECT_EQ(manifest->proved_at, "2026-11-22T00:00:02.000Z");
  EXPECT_EQ(prover.seen, "the dump");
  const Result<Manifest> found = store.find(manifest->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(to_json(*found), to_json(*manifest));
  EXPECT_TRUE(store.check_bytes(*found, {}));
  EXPECT_THAT(notes.sentences, IsEmpty());
}

TEST_F(Take, WithoutAProofNothingIsReadAndItSaysSo) {
  request.proof = database::Proof::None;
  const Result<Manifest> manifest = taken();
  ASSERT_TRUE(manifest);
  EXPECT_EQ(prover.asked, 0);
  EXPECT_FALSE(source.asked.with_contents);
  EXPECT_EQ(manifest->proof, database::Proof::None);
  EXPECT_EQ(manifest->proved_at, "");
}

TEST_F(Take, WhatTheSourceNeedsIsHandedOn) {
  request.proof = database::Proof::Restore;
  request.max_bytes = 77;
  request.timeout = 5min;
  ASSERT_TRUE(taken());
  EXPECT_EQ(source.checked.proof, database::Proof::Restore);
  EXPECT_EQ(source.asked.max_bytes, 77);
  EXPECT_EQ(source.asked.deadline, clock.steady() + 5min);
  EXPECT_TRUE(source.asked.with_contents);
}

TEST_F(Take, AFailureOfEachPartLeavesNothing) {
  source.check_error = error_of(ErrorCode::BackupFailed, "pg_dump is too old");
  EXPECT_EQ(taken().error().message, "pg_dump is too old");
  EXPECT_FALSE(std::filesystem::exists(store.folder())) << "not even the folder was made";
  source.check_error.reset();

  source.dump_error = error_of(ErrorCode::ConnectionLost, "gone");
  EXPECT_EQ(taken().error().code, ErrorCode::ConnectionLost);
  expect_nothing_left();
  source.dump_error.reset();

  prover.error = error_of(ErrorCode::BackupFailed, "not the same");
  EXPECT_EQ(taken().error().message, "not the same");
  expect_nothing_left();
}

TEST_F(Take, ADumpLargerThanAllowedIsRefusedBefore) {
  source.least_bytes = 101;
  request.max_bytes = 100;
  const Result<Manifest> manifest = taken();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(manifest.error().message,
            "the backup will take at least 101 bytes, and backup.max_bytes allows 100. Raise it, or take backups "
            "another way (backup.policy: external).");
  EXPECT_EQ(source.asked.folder, "") << "no dump was begun";
}

TEST_F(Take, ItsOwnTimeoutIs23) {
  request.timeout = 90s;
  source.during = [this] { clock.steady_now = clock.steady() + 90s; };
  const Result<Manifest> manifest = taken();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(manifest.error().message,
            "the backup took longer than 90s (backup.timeout); none was made, and nothing else was changed. Give it "
            "more time, or see what slows the database down.");
  expect_nothing_left();
}

TEST_F(Take, AnInterruptionIsTerminated) {
  source.during = [this] { interrupted = true; };
  const Result<Manifest> manifest = taken();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::Terminated);
  EXPECT_EQ(manifest.error().message, "stopped by a signal; no backup was made, and nothing else was changed");
  expect_nothing_left();
}

TEST_F(Take, TheCopyCommandGetsTheWholeBackup) {
  const std::string log = temporary.path() + "/log";
  request.copy_command = {
      "sh",       "-c",   "cd \"$0\" && sha256sum -c --quiet SHA256SUMS && echo \"$1 $2 $DATABASE_URL$PGPASSWORD.\" > " + log,
      "{folder}", "{id}", "x-{id}-{id}"};
  ::setenv("DATABASE_URL", "postgresql://u:secret@h/d", 1);
  ::setenv("PGPASSWORD", "secret", 1);
  const Result<Manifest> manifest = taken();
  ::unsetenv("DATABASE_URL");
  ::unsetenv("PGPASSWORD");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(text_of(log), manifest->id + " x-" + manifest->id + "-" + manifest->id + " .\n")
      << "and none of the database's secrets";
}

TEST_F(Take, AFailingCopyCommandIsAFailureAndTheBackupIsGone) {
  request.copy_command = {"sh", "-c", "echo 'no such bucket' >&2; exit 3"};
  const Result<Manifest> manifest = taken();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(manifest.error().message,
            "backup.copy_command failed with exit code 3: no such bucket. The backup was removed again; mend the "
            "command, then run again.");
  expect_nothing_left();
}

TEST_F(Take, ACopyCommandThatASignalEndsIsAFailure) {
  request.copy_command = {"sh", "-c", "kill -9 $$"};
  EXPECT_EQ(taken().error().message,
            "backup.copy_command was ended by signal 9. The backup was removed again; mend the command, then run again.");
  expect_nothing_left();
}

TEST_F(Take, ACopyCommandThatIsNotThereIsToldBefore) {
  request.copy_command = {"no-such-program"};
  EXPECT_EQ(taken().error().message,
            "backup.copy_command: the program \"no-such-program\" is not in PATH. Install it, or write its whole path.");
  EXPECT_EQ(taken().error().code, ErrorCode::BackupFailed);
  request.copy_command = {"/no/such"};
  EXPECT_EQ(taken().error().message, "backup.copy_command: there is no program \"/no/such\". Write the path of one.");
  EXPECT_EQ(source.asked.folder, "") << "no dump was begun";
}

TEST_F(Take, ACopyCommandThatHangsEndsWithTheTimeoutAndTheBackupIsGone) {
  const std::string mark = temporary.path() + "/began";
  request.copy_command = {"sh", "-c", "echo > " + mark + "; exec sleep 300"};
  request.timeout = 60s;
  std::atomic<bool> over = false;
  std::thread time([&] {
    while (!std::filesystem::exists(mark) && !over) std::this_thread::yield();
    clock.steady_now = clock.steady() + 61s;
  });
  const Result<Manifest> manifest = taken();
  over = true;
  time.join();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::BackupFailed);
  EXPECT_THAT(manifest.error().message, testing::StartsWith("the backup took longer than 1m (backup.timeout)"));
  expect_nothing_left();
}

TEST_F(Take, AnEarlierLeftoverIsSweptAndTold) {
  ASSERT_TRUE(store.prepare(0));
  std::filesystem::create_directory(store.folder() + "/." + kFirst + ".partial");
  ASSERT_TRUE(taken());
  EXPECT_THAT(notes.sentences, ElementsAre(std::string("removed ") + kFirst + ", which an earlier backup left unfinished"));
}

TEST_F(Take, OldOnesOfThisDatabaseGoAndNoOthers) {
  request.retention.count = 2;
  const std::string first = taken()->id;
  source.database = "other";
  const std::string other = taken()->id;
  source.database = "shop";
  const std::string second = taken()->id, third = taken()->id;
  EXPECT_THAT(names(store.folder()), ElementsAre(".lock", other, second, third));
  EXPECT_THAT(notes.sentences, ElementsAre("the backup " + first + " was removed: backup.retain keeps newer ones"));
  request.in_use = {second};
  ASSERT_TRUE(taken());
  ASSERT_TRUE(taken());
  EXPECT_TRUE(store.find(second));
  EXPECT_FALSE(store.find(third));
}

TEST_F(Take, AFailedBackupExpiresNothing) {
  request.retention.count = 1;
  const std::string first = taken()->id;
  prover.error = error_of(ErrorCode::BackupFailed, "not the same");
  EXPECT_FALSE(taken());
  prover.error.reset();
  request.copy_command = {"false"};
  EXPECT_FALSE(taken());
  EXPECT_THAT(names(store.folder()), ElementsAre(".lock", first));
}

struct ExternalCase {
  std::string name, script, id, error;
};
class External : public testing::TestWithParam<ExternalCase> {};

TEST_P(External, GivesTheIdOrSaysWhyNot) {
  const Result<std::string> id = take_external({"sh", "-c", GetParam().script}, {}, {}, execute::system_clock());
  if (!GetParam().id.empty()) {
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(*id, GetParam().id);
    return;
  }
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(id.error().message, GetParam().error);
}

constexpr const char *kNoId =
    "backup.command gave no id: the last line that it prints must be one, of 1 to 256 printable characters. Nothing was changed.";

INSTANTIATE_TEST_SUITE_P(
    Backup, External,
    testing::Values(ExternalCase{"OneLine", "echo snap-1", "snap-1", ""},
                    ExternalCase{"TheLastThatIsNotBlank", "printf 'creating\\n  snap 2 \\r\\n\\n  \\n'", "snap 2", ""},
                    ExternalCase{"NoLineEnd", "printf snap-3", "snap-3", ""},
                    ExternalCase{"MuchOutputBefore", "yes | head -c 300000; echo; echo snap-4", "snap-4", ""},
                    ExternalCase{"TheLongest", "printf '%0256d\\n' 7", std::string(255, '0') + "7", ""},
                    ExternalCase{"TooLong", "printf '%0257d\\n' 7", "", kNoId}, ExternalCase{"Nothing", "true", "", kNoId},
                    ExternalCase{"Blank", "printf '\\n \\n'", "", kNoId},
                    ExternalCase{"ControlCharacters", "printf 'a\\033[31mb\\n'", "", kNoId},
                    ExternalCase{
                        "Failure", "echo snap; echo quota >&2; exit 1", "",
                        "backup.command failed with exit code 1: quota. Nothing was changed; mend the command, then run again."}),
    [](const auto &tested) { return tested.param.name; });

TEST(ExternalBackup, ACommandThatIsNotThereIsTold) {
  const Result<std::string> id = take_external({"no-such-program"}, {}, {}, execute::system_clock());
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(id.error().message,
            "backup.command: the program \"no-such-program\" is not in PATH. Install it, or write its whole path.");
}

TEST(ExternalBackup, EndsWhenItsTimeIsOverOrWhenInterrupted) {
  const Result<std::string> late = take_external({"sleep", "300"}, 1ms, {}, execute::system_clock());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::BackupFailed);
  const Result<std::string> stopped = take_external(
      {"sleep", "300"}, {}, [] { return true; }, execute::system_clock());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::Terminated);
}

} // namespace
} // namespace migrator::backup
