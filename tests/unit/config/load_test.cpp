#include "migrator/config/load.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "migrator/config/settings_file.h"

namespace migrator::config {
namespace {

namespace fs = std::filesystem;

// A folder of its own as the working folder.
class Load : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "migrator-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = fs::canonical(pattern);
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  static void write(const fs::path &path, const std::string &text) { std::ofstream(path) << text; }
  static Environment nothing() {
    return [](const std::string &) { return std::nullopt; };
  }

  fs::path folder_;
  fs::path before_;
};

TEST_F(Load, FindsTheFileUpward) {
  write("migrator.yaml", "migrations: [db]\n");
  fs::create_directories("a/b");
  fs::current_path("a/b");
  EXPECT_EQ(find_settings_file(), "../../migrator.yaml");
  const Result<Settings> settings = load({}, nothing());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->file, "../../migrator.yaml");
  EXPECT_EQ(settings->migrations, std::vector<std::string>{"../../db"});
}

TEST_F(Load, TheNearestFileWinsAndFoldersAreNone) {
  write("migrator.yaml", "migrations: [outer]\n");
  fs::create_directories("a/migrator.yaml");
  fs::current_path("a");
  EXPECT_EQ(load({}, nothing())->migrations, std::vector<std::string>{"../outer"});
  fs::remove("migrator.yaml");
  write("migrator.yaml", "migrations: [inner]\n");
  EXPECT_EQ(load({}, nothing())->migrations, std::vector<std::string>{"inner"});
}

TEST_F(Load, ANamedFileMustBeThere) {
  LoadRequest request;
  request.config_path = "none.yaml";
  const Result<Settings> settings = load(request, nothing());
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(settings.error().text(), "none.yaml: cannot be read: No such file or directory.");
}

TEST_F(Load, TheFlagNamesTheFileBeforeTheEnvironment) {
  write("one.yaml", "migrations: [one]\n");
  write("two.yaml", "migrations: [two]\n");
  const Environment environment = [](const std::string &name) {
    return name == "MIGRATOR_CONFIG" ? std::optional<std::string>("two.yaml") : std::nullopt;
  };
  EXPECT_EQ(load({}, environment)->migrations, std::vector<std::string>{"two"});
  LoadRequest request;
  request.config_path = "one.yaml";
  EXPECT_EQ(load(request, environment)->migrations, std::vector<std::string>{"one"});
}

TEST_F(Load, AFolderAndAHugeFileAreRefused) {
  fs::create_directory("folder");
  EXPECT_EQ(read_settings_text("folder").error().text(), "folder: cannot be read: Is a directory.");
  write("huge", std::string(kLargestSettingsFile + 1, '#'));
  EXPECT_EQ(read_settings_text("huge").error().text(), "huge: is larger than 1 MiB, so it is not what is meant here.");
  write("large", std::string(kLargestSettingsFile, '#'));
  EXPECT_TRUE(read_settings_text("large"));
}

TEST_F(Load, ReadsTheUrlFromAFile) {
  write("url", "sqlite:///app.db\n");
  const Environment environment = [](const std::string &name) {
    return name == "DATABASE_URL_FILE" ? std::optional<std::string>("url") : std::nullopt;
  };
  LoadRequest request;
  request.use = DatabaseUse::Required;
  EXPECT_EQ(load(request, environment)->database_url->path, "app.db");
}

} // namespace
} // namespace migrator::config
