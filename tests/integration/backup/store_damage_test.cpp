// A flipped byte anywhere in a backup is found (issue 4): every bit's worth of every byte of a small one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/backup/made_backup.h"

namespace migrator::backup {
namespace {

using testing::ElementsAre;

class Damage : public testing::Test {
protected:
  TemporaryFolder temporary;
  const Store store{temporary.path() + "/backups"};

  void SetUp() override {
    ASSERT_TRUE(store.prepare(0));
    ASSERT_TRUE(make_backup(store, kFirst));
  }

  std::string file(const std::string &name) const { return store.folder_of(kFirst) + "/" + name; }

  // By whichever of the two looks: find() reads the small files, check_bytes() the dump.
  bool found() const {
    const Result<Manifest> manifest = store.find(kFirst);
    return !manifest || !store.check_bytes(*manifest, {});
  }
};

TEST_F(Damage, AFlippedBitAnywhereIsFound) {
  ASSERT_FALSE(found());
  for (const char *name : {"database.sqlite", "manifest.json", "SHA256SUMS"}) {
    const std::string good = text_of(file(name));
    ASSERT_FALSE(good.empty());
    for (std::size_t at = 0; at < good.size(); ++at)
      for (const int bit : {0, 5, 7}) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
        put(file(name), bad);
        EXPECT_TRUE(found()) << name << " byte " << at << " bit " << bit;
      }
    put(file(name), good);
    ASSERT_FALSE(found());
  }
}

TEST_F(Damage, AByteTooManyOrTooFewIsFound) {
  for (const char *name : {"database.sqlite", "manifest.json", "SHA256SUMS"}) {
    const std::string good = text_of(file(name));
    for (const std::string &bad :
         {good + "\n", good + std::string(1, '\0'), good.substr(1), good.substr(0, good.size() - 1), std::string()}) {
      put(file(name), bad);
      EXPECT_TRUE(found()) << name << " of " << bad.size() << " bytes";
    }
    put(file(name), good);
  }
}

TEST_F(Damage, AMissingFileIsFound) {
  for (const char *name : {"database.sqlite", "manifest.json", "SHA256SUMS"}) {
    const std::string good = text_of(file(name));
    std::filesystem::remove(file(name));
    EXPECT_THAT(store.list()->damaged, ElementsAre(std::string(kFirst) + ": " + name + " is missing"));
    EXPECT_TRUE(store.list()->backups.empty());
    put(file(name), good);
  }
}

TEST_F(Damage, IsNamedByTheListingAndByFind) {
  put(file("database.sqlite"), "short");
  EXPECT_THAT(store.list()->damaged, ElementsAre(std::string(kFirst) + ": database.sqlite has 5 bytes and not 23"));
  const Result<Manifest> manifest = store.find(kFirst);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(manifest.error().message,
            std::string("the backup ") + kFirst +
                ": database.sqlite has 5 bytes and not 23. It is damaged: use another one (\"migrator backups\").");
}

TEST_F(Damage, OfTheDumpIsNamedByCheckBytes) {
  const Result<Manifest> manifest = store.find(kFirst);
  put(file("database.sqlite"), "the bytes of a databasE");
  const Status checked = store.check_bytes(*manifest, {});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(checked.error().message,
            std::string("the backup ") + kFirst +
                ": database.sqlite is not what was written (its SHA-256 differs). It is damaged: use another one "
                "(\"migrator backups\").");
}

TEST_F(Damage, ManifestAndSumsOfAnotherBackupAreFound) {
  ASSERT_TRUE(make_backup(store, kSecond, "other bytes of a datab."));
  for (const char *name : {"manifest.json", "SHA256SUMS"}) put(file(name), text_of(store.folder_of(kSecond) + "/" + name));
  EXPECT_THAT(store.list()->damaged, ElementsAre(std::string(kFirst) + ": its manifest is that of " + kSecond));
}

TEST_F(Damage, AManifestThatDoesNotFitItsSumsIsNamed) {
  std::string manifest = text_of(file("manifest.json"));
  manifest.replace(manifest.find("0.1.0"), 5, "0.1.1");
  put(file("manifest.json"), manifest);
  EXPECT_THAT(store.list()->damaged,
              ElementsAre(std::string(kFirst) + ": manifest.json is not the one that SHA256SUMS tells of"));
}

} // namespace
} // namespace migrator::backup
