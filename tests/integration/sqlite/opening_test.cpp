// What stands at a URL's path, and whether a run could write there: each case with its code and text.
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/integration/sqlite/sqlite_support.h"

namespace migrator::database {
namespace {

using testing::HasSubstr;

class SqliteOpening : public SqliteTest {
protected:
  void write_file(const std::string &name, const std::string &text) const { std::ofstream(path(name), std::ios::binary) << text; }
};

// root may write everywhere; the tests of rights run as nobody, where the runner is root.
class AsNobody {
public:
  AsNobody() : was_root_(geteuid() == 0) {
    if (was_root_ && seteuid(65534) != 0) ADD_FAILURE() << "cannot become nobody";
  }
  ~AsNobody() {
    if (was_root_ && seteuid(0) != 0) ADD_FAILURE() << "cannot become root again";
  }

private:
  bool was_root_;
};

void allow(const std::string &path, mode_t mode) {
  ASSERT_EQ(chmod(path.c_str(), mode), 0);
}

TEST_F(SqliteOpening, NothingThere) {
  EXPECT_FAILS(try_open(path(), false), ErrorCode::Unreachable,
               "there is no database at " + path() +
                   ": `migrator upgrade heads` makes it; if it should be there, correct database_url");
}

TEST_F(SqliteOpening, ReadingNeverMakesAFile) {
  EXPECT_FALSE(try_open(path(), true, true));
  EXPECT_NE(access(path().c_str(), F_OK), 0);
}

TEST_F(SqliteOpening, MissingFolder) {
  const std::string folder = folder_.path() + "/none";
  for (const bool create : {false, true})
    EXPECT_FAILS(try_open(folder + "/a.db", create), ErrorCode::Unreachable,
                 "there is no folder " + folder + " for the database " + folder +
                     "/a.db: make the folder, mount the volume, or correct database_url");
}

TEST_F(SqliteOpening, FolderIsAFile) {
  write_file("file", "");
  EXPECT_FAILS(try_open(path("file") + "/a.db"), ErrorCode::Unreachable,
               "there is no folder " + path("file") + " for the database " + path("file") +
                   "/a.db: make the folder, mount the volume, or correct database_url");
}

TEST_F(SqliteOpening, Folder) {
  EXPECT_FAILS(try_open(folder_.path()), ErrorCode::Unreachable,
               folder_.path() + " is a folder, not a database: name the file in database_url");
}

TEST_F(SqliteOpening, Device) {
  EXPECT_FAILS(try_open("/dev/null"), ErrorCode::Unreachable,
               "/dev/null is not a regular file, so it cannot be a database: correct database_url");
}

TEST_F(SqliteOpening, FilesThatAreNoDatabase) {
  for (const std::string &text : {std::string("hello"), std::string(100, 'x'), std::string(100000, '\0')}) {
    write_file("text", text);
    EXPECT_FAILS(try_open(path("text")), ErrorCode::Unreachable,
                 path("text") + " is not a SQLite database, or it is encrypted: correct database_url");
  }
}

TEST_F(SqliteOpening, EmptyFileIsAnEmptyDatabase) {
  write_file("empty.db", "");
  ASSERT_DONE(try_open(path("empty.db"), false));
}

TEST_F(SqliteOpening, NamesThatSqliteWouldReadOtherwise) {
  ASSERT_EQ(chdir(folder_.path().c_str()), 0);
  for (const char *name : {"file:a.db?mode=memory", ":b.db"}) {
    const auto database = try_open(name);
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_DONE((*database)->query("CREATE TABLE t (x)"));
    EXPECT_EQ(access(path(name).c_str(), F_OK), 0) << name;
  }
  ASSERT_EQ(chdir("/"), 0);
}

TEST_F(SqliteOpening, InMemory) {
  const auto database = try_open(":memory:");
  ASSERT_TRUE(database) << database.error().message;
  ASSERT_DONE((*database)->preflight());
  const auto lock = (*database)->try_lock();
  ASSERT_TRUE(lock && lock->acquired);
  ASSERT_DONE((*database)->begin_unit({}));
  ASSERT_DONE((*database)->finish_unit("CREATE TABLE t (x)"));
}

TEST_F(SqliteOpening, UnreadableFile) {
  open();
  allow(folder_.path(), 0755);
  allow(path(), 0000);
  const AsNobody nobody;
  EXPECT_FAILS(try_open(path()), ErrorCode::NoPermission,
               "this user may not read the database " + path() +
                   " (Permission denied): give it read and write rights on the file");
}

TEST_F(SqliteOpening, ClosedFolder) {
  open();
  allow(folder_.path(), 0000);
  {
    const AsNobody nobody;
    EXPECT_FAILS(try_open(path()), ErrorCode::NoPermission,
                 "this user may not look into the folder of " + path() +
                     " (Permission denied): give it read rights on the folder");
  }
  allow(folder_.path(), 0755);
}

TEST_F(SqliteOpening, NewDatabaseInAReadOnlyFolder) {
  allow(folder_.path(), 0555);
  {
    const AsNobody nobody;
    EXPECT_FAILS(try_open(path()), ErrorCode::NotWritable,
                 "the database " + path() + " cannot be made, for the folder " + folder_.path() +
                     " is not writable (Permission denied): give this user write rights on it");
  }
  allow(folder_.path(), 0755);
}

TEST_F(SqliteOpening, PreflightFindsAReadOnlyFile) {
  open();
  allow(folder_.path(), 0777);
  allow(path(), 0444);
  const AsNobody nobody;
  const auto database = try_open(path());
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_FAILS((*database)->preflight(), ErrorCode::NotWritable,
               "the database " + path() +
                   " is read-only for this user (Permission denied): give it write rights on the file, or mount "
                   "the volume read-write");
  EXPECT_FAILS((*database)->begin_unit({}), ErrorCode::NotWritable,
               "SQLite could open the database " + path() +
                   " for reading only: give this user write rights on the file and its folder");
}

TEST_F(SqliteOpening, PreflightFindsAReadOnlyFolder) {
  open();
  allow(path(), 0666);
  allow(folder_.path(), 0555);
  {
    const AsNobody nobody;
    const auto database = try_open(path());
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_FAILS(
        (*database)->preflight(), ErrorCode::NotWritable,
        "the folder " + folder_.path() +
            " of the database is not writable for this user (Permission denied): SQLite keeps its journal and migrator its lock "
            "there, so give it write rights");
  }
  allow(folder_.path(), 0755);
}

TEST_F(SqliteOpening, PreflightFindsALockFileOfAnotherUser) {
  ASSERT_TRUE(open()->try_lock());
  allow(path(), 0666);
  allow(path("shop.db.migrator-lock"), 0400);
  allow(folder_.path(), 0777);
  const AsNobody nobody;
  const auto database = try_open(path());
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_FAILS((*database)->preflight(), ErrorCode::NotWritable,
               "the file " + path("shop.db.migrator-lock") +
                   " beside the database is not writable for this user (Permission denied): give it read and write rights on it");
}

TEST_F(SqliteOpening, WalDatabaseInAReadOnlyFolder) {
  ASSERT_DONE(open()->query("PRAGMA journal_mode=WAL; CREATE TABLE t (x)"));
  allow(path(), 0666);
  allow(folder_.path(), 0555);
  {
    const AsNobody nobody;
    const auto database = try_open(path(), false, true);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::NotWritable);
    EXPECT_THAT(database.error().message, HasSubstr("give this user write rights on the file and its folder"));
  }
  allow(folder_.path(), 0755);
}

TEST_F(SqliteOpening, OpenedForReadingItWritesNothing) {
  open();
  const auto database = try_open(path(), false, true);
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_FALSE((*database)->query("CREATE TABLE t (x)"));
  EXPECT_EQ((*database)->preflight().error().code, ErrorCode::Internal);
}

TEST_F(SqliteOpening, UrlOfAnotherDatabaseIsABug) {
  DatabaseUrl url;
  url.dialect = Dialect::Postgresql;
  EXPECT_EQ(sqlite_driver().validate(url).error().code, ErrorCode::Internal);
  ASSERT_DONE(sqlite_driver().validate(file_url("a.db")));
}

} // namespace
} // namespace migrator::database
