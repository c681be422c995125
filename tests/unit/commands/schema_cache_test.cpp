#include "migrator/commands/schema_cache.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace migrator::commands {

namespace {

namespace fs = std::filesystem;

class SchemaCache : public testing::Test {
protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "schema-cache-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    ::setenv("XDG_CACHE_HOME", name.c_str(), 1);
    stored_.server = "PostgreSQL 15.18";
    stored_.schema.dialect = Dialect::Postgresql;
    stored_.schema.objects.push_back({{schema::Kind::Table, "public", "", "t"}, {}, {}});
  }
  void TearDown() override {
    ::unsetenv("XDG_CACHE_HOME");
    fs::remove_all(folder_);
  }
  fs::path file(const std::string &key) const { return folder_ / "migrator" / (key + ".json"); }

  fs::path folder_;
  schema::Stored stored_;
};

TEST_F(SchemaCache, GivesBackWhatWasKept) {
  EXPECT_FALSE(cached_schema("aa"));
  cache_schema("aa", stored_);
  ASSERT_TRUE(cached_schema("aa"));
  EXPECT_EQ(*cached_schema("aa"), stored_);
  EXPECT_FALSE(cached_schema("bb"));
  cache_schema("aa", {});
  EXPECT_EQ(*cached_schema("aa"), schema::Stored{});
}

TEST_F(SchemaCache, IsForItsOwnerAlone) {
  cache_schema("aa", stored_);
  struct stat found {};
  ASSERT_EQ(::stat(file("aa").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((folder_ / "migrator").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  ASSERT_EQ(::chmod(file("aa").c_str(), 0620), 0);
  EXPECT_FALSE(cached_schema("aa")) << "somebody else could have written it";
}

TEST_F(SchemaCache, BelievesNoLinkAndNoDamage) {
  cache_schema("aa", stored_);
  fs::create_symlink(file("aa"), file("bb"));
  EXPECT_FALSE(cached_schema("bb"));
  std::ofstream(file("aa")) << "{\"half";
  EXPECT_FALSE(cached_schema("aa"));
}

TEST_F(SchemaCache, WritesNothingThroughALeftoverOfAnotherRun) {
  cache_schema("aa", stored_);
  fs::create_symlink(folder_ / "elsewhere", file("bb").string() + "." + std::to_string(::getpid()));
  cache_schema("bb", stored_);
  EXPECT_FALSE(fs::exists(folder_ / "elsewhere"));
  EXPECT_FALSE(cached_schema("bb"));
}

TEST_F(SchemaCache, KeepsFiftyAndForgetsTheOldest) {
  for (int at = 0; at < 50; ++at) {
    cache_schema("k" + std::to_string(at), stored_);
    fs::last_write_time(file("k" + std::to_string(at)), fs::file_time_type::clock::now() - std::chrono::hours(100 - at));
  }
  cache_schema("new", stored_);
  EXPECT_FALSE(cached_schema("k0"));
  EXPECT_TRUE(cached_schema("k1"));
  EXPECT_TRUE(cached_schema("new"));
}

TEST_F(SchemaCache, IsNoneWhereThereIsNoPlaceForIt) {
  ::setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
  cache_schema("aa", stored_);
  EXPECT_FALSE(cached_schema("aa"));
}

} // namespace

} // namespace migrator::commands
