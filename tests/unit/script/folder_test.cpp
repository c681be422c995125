// The adapter that reads folders, on real ones.
#include "migrator/script/folder.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/script/parser.h"

namespace migrator::script {
namespace {

class Folder : public testing::Test {
protected:
  Folder() {
    std::string pattern = testing::TempDir() + "script_folder_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~Folder() override { std::filesystem::remove_all(root_); }

  void write(const std::string &name, const std::string &text) const {
    std::ofstream(root_ + "/" + name, std::ios::binary) << text;
  }
  void write_revision(const std::string &name, const std::string &id) const {
    write(name, "-- migrate:revision " + id + "\n-- migrate:down_revision none\n-- migrate:up\nSELECT 1;\n");
  }
  static std::vector<std::string> ids(const Result<std::vector<Script>> &scripts) {
    std::vector<std::string> found;
    if (scripts) {
      for (const auto &script : *scripts) found.push_back(script.revision);
    }
    return found;
  }

  std::string root_;
};

TEST_F(Folder, ReadsSqlFilesByNameAndNothingElse) {
  write_revision("2_b.sql", "b");
  write_revision("1_a.sql", "a");
  write_revision("10_c.sql", "c");
  write(".hidden.sql", "junk");
  write("README.md", "junk");
  write("x.sql.bak", "junk");
  write(".sql", "junk");
  std::filesystem::create_directory(root_ + "/old.sql");
  const auto scripts = load({root_}, LoadDepth::Full);
  ASSERT_TRUE(scripts.has_value()) << scripts.error().text();
  EXPECT_EQ(ids(scripts), (std::vector<std::string>{"c", "a", "b"}));
  EXPECT_EQ((*scripts)[0].path, root_ + "/10_c.sql");
  EXPECT_EQ((*scripts)[0].sections.size(), 1U);
}

TEST_F(Folder, HeadersHaveNoSections) {
  write_revision("a.sql", "a");
  const auto scripts = load({root_ + "/"}, LoadDepth::Headers);
  ASSERT_TRUE(scripts.has_value());
  ASSERT_EQ(scripts->size(), 1U);
  EXPECT_EQ((*scripts)[0].path, root_ + "/a.sql");
  EXPECT_TRUE((*scripts)[0].sections.empty());
}

TEST_F(Folder, SeveralFoldersInTheOrderGiven) {
  std::filesystem::create_directory(root_ + "/one");
  std::filesystem::create_directory(root_ + "/two");
  write_revision("one/z.sql", "z");
  write_revision("two/a.sql", "a");
  EXPECT_EQ(ids(load({root_ + "/one", root_ + "/two"}, LoadDepth::Headers)), (std::vector<std::string>{"z", "a"}));
  EXPECT_TRUE(load({root_ + "/one"}, LoadDepth::Headers).has_value());
  EXPECT_TRUE(ids(load({}, LoadDepth::Headers)).empty());
}

TEST_F(Folder, FollowsLinksAsAConfigMapMakesThem) {
  std::filesystem::create_directory(root_ + "/..data");
  write_revision("..data/a.sql", "a");
  std::filesystem::create_symlink("..data/a.sql", root_ + "/a.sql");
  EXPECT_EQ(ids(load({root_}, LoadDepth::Full)), std::vector<std::string>{"a"});
}

TEST_F(Folder, AMissingFolder) {
  const auto scripts = load({root_ + "/none"}, LoadDepth::Full);
  ASSERT_FALSE(scripts.has_value());
  EXPECT_EQ(scripts.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(scripts.error().text(),
            "no migrations folder " + root_ + "/none: `migrator init` makes one; or name the right one in `migrations`");
  EXPECT_EQ(scripts.error().subject, std::vector<std::string>{root_ + "/none"});
}

TEST_F(Folder, AFileInPlaceOfAFolder) {
  write("file", "");
  EXPECT_EQ(load({root_ + "/file"}, LoadDepth::Full).error().text(),
            root_ + "/file is not a folder: name the folder of the revision files in `migrations`");
}

TEST_F(Folder, TheFirstBrokenFileAndHowManyMore) {
  write("a.sql", "-- migrate:revision a\n-- migrate:upp\n");
  write_revision("b.sql", "b");
  auto scripts = load({root_}, LoadDepth::Full);
  ASSERT_FALSE(scripts.has_value());
  EXPECT_EQ(scripts.error().text(), root_ + "/a.sql:2: unknown directive `upp`: did you mean `up`?");
  EXPECT_EQ(scripts.error().subject, std::vector<std::string>{root_ + "/a.sql"});
  write("c.sql", "SELECT 1;");
  scripts = load({root_}, LoadDepth::Full);
  EXPECT_EQ(scripts.error().text(),
            root_ + "/a.sql:2: unknown directive `upp`: did you mean `up`? (1 more file is broken: " + root_ + "/c.sql)");
  write("d.sql", "SELECT 1;");
  scripts = load({root_}, LoadDepth::Headers);
  EXPECT_EQ(scripts.error().text(),
            root_ + "/a.sql:2: unknown directive `upp`: did you mean `up`? (2 more files are broken, the next is " + root_ +
                "/c.sql)");
  EXPECT_EQ(scripts.error().subject, (std::vector<std::string>{root_ + "/a.sql", root_ + "/c.sql", root_ + "/d.sql"}));
  EXPECT_EQ(scripts.error().code, ErrorCode::InvalidRevisionFile);
}

TEST_F(Folder, AFileThatIsTooLargeIsNotRead) {
  write("a.sql", "");
  std::filesystem::resize_file(root_ + "/a.sql", 50 * 1024 * 1024);
  EXPECT_EQ(load({root_}, LoadDepth::Full).error().text(),
            root_ + "/a.sql: 52428800 bytes are too many: a revision file has at most 33554432 (32 MiB); load large data with "
                    "another tool, or split the file");
}

TEST_F(Folder, AFileOfTheLargestSize) {
  std::string text = "-- migrate:revision a\n-- migrate:down_revision none\n-- migrate:up\n--";
  text.resize(kMaxFileBytes, 'x');
  write("a.sql", text);
  const auto scripts = load({root_}, LoadDepth::Full);
  ASSERT_TRUE(scripts.has_value()) << scripts.error().text();
  EXPECT_EQ(ids(scripts), std::vector<std::string>{"a"});
}

TEST_F(Folder, FilesAroundTheSizeOfOneReadAreReadWhole) {
  for (const std::size_t size : {65'535U, 65'536U, 65'537U, 131'072U, 200'000U}) {
    std::string text = "-- migrate:revision a\n-- migrate:down_revision none\n-- migrate:up\n--";
    text.resize(size - 1, 'x');
    text += '!';
    write("a.sql", text);
    const auto scripts = load({root_}, LoadDepth::Full);
    ASSERT_TRUE(scripts.has_value()) << scripts.error().text();
    const auto &sql = std::get<SqlText>(scripts->at(0).sections.at(0).items.at(0)).text;
    EXPECT_EQ(sql.back(), '!') << size;
    EXPECT_EQ(sql.size(), size - text.find("--x")) << size;
  }
}

TEST_F(Folder, ABrokenLink) {
  std::filesystem::create_symlink("nowhere", root_ + "/a.sql");
  EXPECT_EQ(load({root_}, LoadDepth::Full).error().text(),
            root_ + "/a.sql: cannot read the file: No such file or directory: check that it is there and its permissions");
}

TEST_F(Folder, APipeDoesNotHoldItUp) {
  ASSERT_EQ(::mkfifo((root_ + "/a.sql").c_str(), 0600), 0);
  EXPECT_EQ(load({root_}, LoadDepth::Full).error().text(),
            root_ + "/a.sql: not a regular file: move it out of the migrations folder");
}

TEST_F(Folder, ManyFiles) {
  for (int i = 0; i < 300; ++i) write_revision(std::to_string(i) + ".sql", "r" + std::to_string(i));
  const auto scripts = load({root_}, LoadDepth::Full);
  ASSERT_TRUE(scripts.has_value());
  EXPECT_EQ(scripts->size(), 300U);
}

} // namespace
} // namespace migrator::script
