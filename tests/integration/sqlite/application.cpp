// Another process with the database open, for the tests of backups: an application that keeps its handle, one that moves money, a migrator
// that is killed while it restores. `sqlite_application WHAT PATH …`; says "ready" once it is.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include <csignal>
#include <unistd.h>

#include <sqlite3.h>

#include "migrator/database/sqlite/backups.h"
#include "migrator/database/sqlite/driver.h"

namespace {

using namespace migrator;
using namespace migrator::database;

void say(const std::string &line) {
  std::cout << line << std::endl; // flushed: somebody waits for it
}

int fail_with(const std::string &message) {
  say("error: " + message);
  return 1;
}

std::string run(sqlite3 *db, const std::string &sql) {
  std::string cell = "done";
  char *message = nullptr;
  sqlite3_exec(
      db, sql.c_str(),
      [](void *out, int, char **cells, char **) {
        *static_cast<std::string *>(out) = cells[0] == nullptr ? "NULL" : cells[0];
        return 0;
      },
      &cell, &message);
  if (message == nullptr) return cell;
  cell = std::string("error: ") + message;
  sqlite3_free(message);
  return cell;
}

// Answers each line of SQL with the last row's first cell, "done" or "error: …".
int shell(sqlite3 *db) {
  say("ready");
  for (std::string line; std::getline(std::cin, line);) say(run(db, line));
  return 0;
}

// Moves money between two tables, a counter with it, until it is killed. The sum of both is 1000 and the counter is the number of rows in the
// log, emptied now and then, at every transaction's end, and only there.
int transfer(sqlite3 *db, unsigned seed) {
  sqlite3_busy_timeout(db, 60000);
  say("ready");
  std::srand(seed);
  for (int done = 1;; ++done) {
    const std::string amount = std::to_string(std::rand() % 21 - 10);
    for (const std::string &sql :
         {std::string("BEGIN IMMEDIATE"), "UPDATE savings SET balance = balance - " + amount,
          "INSERT INTO log (note) VALUES (hex(randomblob(" + std::to_string(1 + std::rand() % 200) + ")))",
          "UPDATE checking SET balance = balance + " + amount,
          std::string(done % 1000 == 0 ? "DELETE FROM log; UPDATE counter SET n = 0" : "UPDATE counter SET n = n + 1"),
          std::string("COMMIT")}) {
      const std::string said = run(db, sql);
      if (said.starts_with("error")) return fail_with(sql + ": " + said);
    }
  }
}

std::unique_ptr<Database> open(const std::string &path) {
  DatabaseUrl url;
  url.path = path;
  OpenOptions options;
  options.create = true;
  auto database = sqlite_driver().open(url, options);
  if (database) return std::move(*database);
  fail_with(database.error().message);
  std::exit(1);
}

class Silent final : public BackupObserver {
public:
  void progressed(BackupPhase, std::int64_t, std::int64_t) override {}
  void note(const std::string &) override {}
};

// Raises the fence, says so, restores when a line comes, and holds the fence until its input ends.
int restore(const std::string &path, const std::string &folder) {
  const auto database = open(path);
  if (const auto fenced = database->backups().raise_fence(std::chrono::seconds(60)); !fenced)
    return fail_with(fenced.error().message);
  say("ready");
  std::string line;
  if (!std::getline(std::cin, line)) return 0;
  RestoreRequest request;
  request.folder = folder;
  request.dumped.file = sqlite::kDumpFile;
  request.dumped.identity.product = "SQLite";
  request.bookkeeping = "CREATE TABLE IF NOT EXISTS kept (x); INSERT INTO kept VALUES (7)";
  Silent silent;
  const auto done = database->backups().restore(request, silent);
  if (!done) return fail_with(done.error().message);
  say("restored");
  std::getline(std::cin, line);
  return 0;
}

// Takes a dump when a line comes.
int dump(const std::string &path, const std::string &folder) {
  const auto database = open(path);
  say("ready");
  std::string line;
  if (!std::getline(std::cin, line)) return 0;
  DumpRequest request;
  request.folder = folder;
  Silent silent;
  const auto done = database->backups().dump(request, silent);
  if (!done) return fail_with(done.error().message);
  say("dumped");
  return 0;
}

} // namespace

int main(int count, char **words) {
  std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error and no end
  if (count < 3) return 2;
  const std::string what = words[1];
  const std::string path = words[2];
  if (what == "restore" && count == 4) return restore(path, words[3]);
  if (what == "dump" && count == 4) return dump(path, words[3]);
  sqlite3 *db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) return fail_with(sqlite3_errmsg(db));
  run(db, "SELECT count(*) FROM sqlite_schema");
  const int code = what == "shell" ? shell(db) : transfer(db, static_cast<unsigned>(count > 3 ? std::atoi(words[3]) : 1));
  sqlite3_close(db);
  return code;
}
