// The folder of backups on a real file system.
#include "migrator/backup/store.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "migrator/process/child.h"
#include "tests/integration/backup/made_backup.h"

namespace migrator::backup {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreTest : public testing::Test {
protected:
  TemporaryFolder temporary;
  const std::string folder = temporary.path() + "/deep/backups";
  const Store store{folder};

  void SetUp() override { ASSERT_TRUE(store.prepare(0)); }
};

TEST_F(StoreTest, ABackupIsAFolderWithThreeFilesThatOnlyItsOwnerReads) {
  const mode_t before = ::umask(0);
  const Result<Manifest> made = make_backup(store, kFirst);
  ::umask(before);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->id, kFirst);
  EXPECT_EQ(made->bytes, 23);
  EXPECT_THAT(names(folder), ElementsAre(".lock", kFirst));
  const std::string own = store.folder_of(kFirst);
  EXPECT_THAT(names(own), ElementsAre("SHA256SUMS", "database.sqlite", "manifest.json"));
  EXPECT_EQ(mode_of(folder), 0700U);
  EXPECT_EQ(mode_of(temporary.path() + "/deep"), 0700U);
  EXPECT_EQ(mode_of(own), 0700U);
  for (const std::string &file : names(own)) EXPECT_EQ(mode_of(own + "/" + file), 0600U) << file;
  EXPECT_EQ(mode_of(folder + "/.lock"), 0600U);
}

TEST_F(StoreTest, Sha256sumChecksItByHand) {
  ASSERT_TRUE(make_backup(store, kFirst));
  process::Command command;
  command.arguments = {"sha256sum", "--strict", "-c", "SHA256SUMS"};
  command.folder = store.folder_of(kFirst);
  std::string output;
  const Result<process::Ended> ended = process::run(command, {}, [&](std::string_view piece) { output += piece; });
  ASSERT_TRUE(ended && ended->well());
  EXPECT_EQ(output, "database.sqlite: OK\nmanifest.json: OK\n");
}

TEST_F(StoreTest, ListsTheNewestFirstAndIgnoresWhatIsNoBackup) {
  ASSERT_TRUE(make_backup(store, kFirst));
  ASSERT_TRUE(make_backup(store, kSecond));
  std::filesystem::create_directory(folder + "/mine");
  put(folder + "/notes.txt", "x");
  const Result<Listing> listing = store.list();
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->backups.size(), 2U);
  EXPECT_EQ(listing->backups[0].id, kSecond);
  EXPECT_EQ(listing->backups[1].id, kFirst);
  EXPECT_EQ(to_json(listing->backups[1]), text_of(store.folder_of(kFirst) + "/manifest.json"));
  EXPECT_THAT(listing->damaged, IsEmpty());
}

TEST_F(StoreTest, AFolderThatIsNotThereIsEmpty) {
  const Result<Listing> listing = Store(temporary.path() + "/none").list();
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->backups, IsEmpty());
  EXPECT_THAT(Store(temporary.path() + "/none").sweep(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(temporary.path() + "/none")) << "looking makes nothing";
}

TEST_F(StoreTest, AFileInItsPlaceIsAnError) {
  put(temporary.path() + "/file", "");
  const Result<Listing> listing = Store(temporary.path() + "/file").list();
  ASSERT_FALSE(listing);
  EXPECT_EQ(listing.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(listing.error().message, "cannot read " + temporary.path() + "/file: Not a directory.");
}

TEST_F(StoreTest, FindsByIdAndByTheStartOfOne) {
  ASSERT_TRUE(make_backup(store, kFirst));
  ASSERT_TRUE(make_backup(store, kSecond));
  EXPECT_EQ(store.find(kFirst)->id, kFirst);
  EXPECT_EQ(store.find("20261122T171204")->id, kSecond);

  const Result<Manifest> several = store.find("2026");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, ErrorCode::Usage);
  EXPECT_EQ(several.error().message,
            std::string("several backups begin with \"2026\": ") + kFirst + ", " + kSecond + ". Write more of the id.");
  for (const std::string none : {"2027", "", "../x"}) {
    const Result<Manifest> missing = store.find(none);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::Usage);
    EXPECT_EQ(missing.error().message,
              "there is no backup \"" + none + "\" in " + folder + ". There are: " + kFirst + ", " + kSecond + ".");
  }
  const std::string empty = temporary.path() + "/empty";
  EXPECT_EQ(Store(empty).find("2026").error().message, "there is no backup in " + empty + ". \"migrator backup\" takes one.");
}

TEST_F(StoreTest, RemovesByIdADamagedOneToo) {
  ASSERT_TRUE(make_backup(store, kFirst));
  ASSERT_TRUE(make_backup(store, kSecond));
  put(store.folder_of(kSecond) + "/manifest.json", "x");
  EXPECT_TRUE(store.remove(kSecond));
  EXPECT_TRUE(store.remove(kFirst));
  EXPECT_THAT(names(folder), ElementsAre(".lock"));
  for (const std::string id : {kFirst, "..", "", "../backups"}) {
    const Status removed = store.remove(id);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, ErrorCode::Usage);
    EXPECT_EQ(removed.error().message, "there is no backup \"" + id + "\" in " + folder + ".");
  }
}

TEST_F(StoreTest, ADraftThatIsNotFinishedLeavesNothing) {
  {
    const Result<std::unique_ptr<Draft>> draft = store.begin(kFirst);
    ASSERT_TRUE(draft);
    put((*draft)->folder() + "/database.sqlite", "half");
    EXPECT_EQ(mode_of((*draft)->folder()), 0700U);
    EXPECT_THAT(store.list()->backups, IsEmpty());
    EXPECT_THAT(store.list()->damaged, IsEmpty());
    EXPECT_THAT(store.sweep(), IsEmpty()) << "its maker lives";
  }
  EXPECT_THAT(names(folder), ElementsAre(".lock"));
}

TEST_F(StoreTest, ALentDumpIsTheSameFileAndGoesWithoutIt) {
  const Result<Manifest> made = make_backup(store, kFirst);
  {
    const Result<std::unique_ptr<Draft>> lent = store.lend(*made, kSecond);
    ASSERT_TRUE(lent) << lent.error().message;
    EXPECT_EQ(text_of((*lent)->folder() + "/database.sqlite"), "the bytes of a database");
    put((*lent)->folder() + "/scratch", "beside");
    EXPECT_EQ(store.list()->backups.size(), 1U);
    EXPECT_THAT(store.sweep(), IsEmpty());
  }
  EXPECT_THAT(names(folder), ElementsAre(".lock", kFirst));
  EXPECT_THAT(names(store.folder_of(kFirst)), ElementsAre("SHA256SUMS", "database.sqlite", "manifest.json"));
  EXPECT_TRUE(store.check_bytes(*made, {}));
}

TEST_F(StoreTest, OneIdIsMadeOnce) {
  ASSERT_TRUE(make_backup(store, kFirst));
  const Result<std::unique_ptr<Draft>> again = store.begin(kFirst);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "cannot make " + store.folder_of(kFirst) + ": File exists.");
}

TEST_F(StoreTest, AStoppedHashLeavesNothing) {
  Result<std::unique_ptr<Draft>> draft = store.begin(kFirst);
  Manifest manifest = manifest_of_test();
  put((*draft)->folder() + "/database.sqlite", "bytes");
  const Status finished =
      (*draft)->finish(manifest, [](std::int64_t, std::int64_t) -> Status { return fail(ErrorCode::Terminated, "stopped"); });
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::Terminated);
  draft->reset();
  EXPECT_THAT(names(folder), ElementsAre(".lock"));
}

TEST_F(StoreTest, WhatAnAdapterForgotBesideTheDumpIsNotKept) {
  Result<std::unique_ptr<Draft>> draft = store.begin(kFirst);
  Manifest manifest = manifest_of_test();
  put((*draft)->folder() + "/database.sqlite", "bytes");
  put((*draft)->folder() + "/pgpass", "secret");
  const Status finished = (*draft)->finish(manifest, {});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::Internal);
  EXPECT_EQ(finished.error().message,
            "\"pgpass\" was left beside the dump; no backup was made. This is a bug: please report it.");
  draft->reset();
  EXPECT_THAT(names(folder), ElementsAre(".lock"));
}

TEST_F(StoreTest, LeftoversAreSwept) {
  ASSERT_TRUE(make_backup(store, kSecond));
  const std::string draft = folder + "/." + kFirst + ".partial";
  std::filesystem::create_directory(draft);
  put(draft + "/.lock", "");
  put(draft + "/database.dump", "half");
  const std::string early = folder + "/.20261122T171205Z-00000002.partial",
                    removed = folder + "/.20261122T171206Z-00000003.removed";
  std::filesystem::create_directory(early); // killed before there was a lock
  std::filesystem::create_directory(removed);
  put(removed + "/database.dump", "half gone");
  put(folder + "/.other.partial", "not ours");
  EXPECT_THAT(store.sweep(), ElementsAre(kFirst, "20261122T171205Z-00000002", "20261122T171206Z-00000003"));
  EXPECT_THAT(names(folder), ElementsAre(".lock", ".other.partial", kSecond));
  EXPECT_TRUE(store.find(kSecond));
  EXPECT_THAT(store.sweep(), IsEmpty());
}

TEST_F(StoreTest, AKillBetweenTheNewNameAndTheEndLeavesAWholeBackup) {
  ASSERT_TRUE(make_backup(store, kFirst));
  put(store.folder_of(kFirst) + "/.lock", "");
  EXPECT_TRUE(store.find(kFirst));
  EXPECT_THAT(store.sweep(), IsEmpty());
  EXPECT_THAT(names(store.folder_of(kFirst)), ElementsAre("SHA256SUMS", "database.sqlite", "manifest.json"));
}

TEST_F(StoreTest, ALaterProofIsWrittenDown) {
  Result<Manifest> made = make_backup(store, kFirst);
  made->proof = database::Proof::Restore;
  made->proved_at = "2026-11-23T00:00:00.000Z";
  ASSERT_TRUE(store.rewrite(*made));
  const Result<Manifest> found = store.find(kFirst);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->proof, database::Proof::Restore);
  EXPECT_EQ(found->proved_at, "2026-11-23T00:00:00.000Z");
  EXPECT_TRUE(store.check_bytes(*found, {}));
  EXPECT_THAT(names(store.folder_of(kFirst)), ElementsAre("SHA256SUMS", "database.sqlite", "manifest.json"));
  EXPECT_EQ(mode_of(store.folder_of(kFirst) + "/manifest.json"), 0600U);
}

// At each of the places where a kill can part them: the sums under their other name, the new manifest's file, the new manifest in place.
TEST_F(StoreTest, AKilledRewriteIsTheOldOrTheNewManifestAndSweepingSettlesIt) {
  for (const int stage : {1, 2, 3}) {
    const std::string id = fmt::format("20261122T17120{}Z-0000000{}", stage, stage);
    Result<Manifest> made = make_backup(store, id);
    ASSERT_TRUE(made);
    const std::string own = store.folder_of(id) + "/";
    const std::string old_manifest = text_of(own + "manifest.json"), old_sums = text_of(own + "SHA256SUMS");
    made->proof = database::Proof::Restore;
    ASSERT_TRUE(store.rewrite(*made));
    const std::string new_manifest = text_of(own + "manifest.json"), new_sums = text_of(own + "SHA256SUMS");

    put(own + "SHA256SUMS", old_sums);
    put(own + ".SHA256SUMS.new", new_sums);
    if (stage < 3) put(own + "manifest.json", old_manifest);
    if (stage == 2) put(own + ".manifest.json.new", new_manifest);
    const auto wanted = stage < 3 ? database::Proof::None : database::Proof::Restore;
    const Result<Manifest> found = store.find(id);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->proof, wanted);
    store.sweep();
    EXPECT_THAT(names(store.folder_of(id)), ElementsAre("SHA256SUMS", "database.sqlite", "manifest.json"));
    EXPECT_EQ(store.find(id)->proof, wanted);
    made->proof = database::Proof::Archive;
    EXPECT_TRUE(store.rewrite(*made)) << "it can be done again";
  }
}

TEST_F(StoreTest, TooLittleRoomIsToldBefore) {
  const Status prepared = store.prepare(std::int64_t{1} << 60);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::BackupFailed);
  EXPECT_THAT(prepared.error().message,
              testing::MatchesRegex("the backup needs at least 1152921504606846976 bytes, and " + folder +
                                    " has [0-9]+ free\\. Make room there, or set backup\\.folder to another place\\."));
}

TEST_F(StoreTest, AFolderThatCannotBeMadeIsToldBefore) {
  put(temporary.path() + "/file", "");
  const Status prepared = Store(temporary.path() + "/file/backups").prepare(0);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(prepared.error().message, "cannot make the folder " + temporary.path() + "/file/backups: Not a directory.");
}

TEST_F(StoreTest, AFolderThatMayNotBeWrittenIsToldBefore) {
  if (::geteuid() == 0) {
    // Rights do not hold root back; another user's child asks.
    const pid_t other = ::fork();
    if (other == 0) {
      const bool ready = ::chmod(temporary.path().c_str(), 0755) == 0 && ::setuid(65534) == 0;
      const Status prepared = Store(temporary.path() + "/other").prepare(0);
      ::_exit(ready && !prepared &&
                      prepared.error().message == "cannot make the folder " + temporary.path() +
                                                      "/other: Permission denied. Give this user the right to, or set "
                                                      "backup.folder to another place."
                  ? 0
                  : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(other, &status, 0), other);
    EXPECT_EQ(status, 0);
    return;
  }
  ::chmod(folder.c_str(), 0500);
  EXPECT_FALSE(store.prepare(0));
  ::chmod(folder.c_str(), 0700);
}

// The limit on the size of files stands for a disk that fills up: the same write fails.
TEST_F(StoreTest, AFullDiskLeavesNothing) {
  for (const rlim_t limit : {0, 1, 100, 300, 500}) {
    const pid_t child = ::fork();
    if (child == 0) {
      Result<std::unique_ptr<Draft>> draft = store.begin(kFirst);
      Manifest manifest = manifest_of_test();
      put((*draft)->folder() + "/database.sqlite", "bytes");
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit size{limit, limit};
      ::setrlimit(RLIMIT_FSIZE, &size);
      const Status finished = (*draft)->finish(manifest, {});
      draft->reset();
      ::_exit(!finished && finished.error().code == ErrorCode::BackupFailed &&
                      finished.error().message ==
                          "cannot write " + folder + "/." + kFirst +
                              ".partial/manifest.json: File too large. Raise the limit on the size of files (ulimit -f)."
                  ? 0
                  : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << limit;
    EXPECT_THAT(names(folder), ElementsAre(".lock"));
  }
}

} // namespace
} // namespace migrator::backup
