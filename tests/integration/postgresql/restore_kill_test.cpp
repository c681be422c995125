// Restores that are killed at random moments, we or one of our children: the database is what it was or what the backup holds, and the next run
// lifts the fence. The short form makes a few; MIGRATOR_PROOF=long a hundred of each kind.
#include <csignal>
#include <random>
#include <thread>

#include <sys/wait.h>

#include "tests/integration/postgresql/backup_fixture.h"

namespace migrator::database::postgresql {
namespace {

using testing::AnyOf;
using testing::IsEmpty;

std::string read_all(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Numbers of the processes that `parent` has started, with these programs' names.
std::vector<pid_t> children_of(pid_t parent, const std::vector<std::string> &programs) {
  std::vector<pid_t> found;
  for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
    const std::string number = entry.path().filename();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string status = read_all(entry.path() / "stat");
    const auto begin = status.find('(');
    const auto end = status.rfind(')');
    if (end == std::string::npos || std::stoi(status.substr(end + 4)) != parent) continue;
    const std::string program = status.substr(begin + 1, end - begin - 1);
    if (std::find(programs.begin(), programs.end(), program) != programs.end()) found.push_back(std::stoi(number));
  }
  return found;
}

class RestoreKill : public BackupTest {
protected:
  static int runs() {
    const char *proof = std::getenv("MIGRATOR_PROOF");
    return proof != nullptr && std::string(proof) == "long" ? 100 : 3;
  }

  void make_tables() const {
    execute("CREATE TABLE things (id serial PRIMARY KEY, t text); INSERT INTO things (t) SELECT md5(i::text) FROM "
            "generate_series(1, 20000) i; CREATE "
            "INDEX ON things (t); CREATE TABLE others AS SELECT * FROM things; CREATE VIEW few AS SELECT * FROM things WHERE id "
            "< 10; SELECT "
            "lo_from_bytea(5, 'five')");
  }
  void change(int turn) const {
    execute("DROP TABLE IF EXISTS changed; CREATE TABLE changed AS SELECT " + std::to_string(turn) +
            " AS turn; DROP VIEW IF EXISTS few; DELETE FROM things WHERE id % 5 = 0; INSERT INTO others VALUES (1, 'x')");
  }

  // What a run does that restores, in a process of its own.
  [[noreturn]] void restore_and_leave(const RestoreRequest &request) const {
    const auto database = try_open(server().url(name_));
    if (!database) _exit(1);
    const bool ready = (*database)->try_lock().value().acquired && (*database)->try_widen_lock().value().acquired &&
                       (*database)->backups().raise_fence(std::chrono::milliseconds(10'000));
    if (!ready) _exit(2);
    QuietObserver observer;
    const auto restored = (*database)->backups().restore(request, observer);
    const auto lowered = (*database)->backups().lower_fence();
    _exit(restored && lowered ? 0 : 3);
  }

  std::unique_ptr<Database> next_run() const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < give_up) {
      auto database = try_open(server().url(name_));
      if (!database) continue;
      const auto locked = (*database)->try_lock();
      if (!locked || !locked->acquired) continue;
      while (!(*database)->end_stale_workers().value().empty()) {
      }
      (*database)->backups().lower_stale_fence().value();
      return std::move(*database);
    }
    throw std::runtime_error("the killed run's lock is not let go");
  }

  // Kills after a random time: us, or one of `programs` if any runs then.
  void kill_often(bool swap, const std::vector<std::string> &programs) {
    make_tables();
    std::optional<Dumped> backup;
    {
      const auto database = open();
      auto dumped = dump(*database, "backup");
      ASSERT_TRUE(dumped) << dumped.error().message;
      backup = std::move(*dumped);
    }
    auto request = restore_of(*backup, "backup");
    request.swap = swap;
    request.swap_journal = (folder_ / "swap").string();
    std::mt19937 random(4711);
    int unchanged = 0;
    int restored = 0;
    const std::string rights = acl();
    for (int turn = 0; turn < runs(); ++turn) {
      change(turn);
      std::optional<Contents> before;
      {
        const auto database = open();
        auto dumped = dump(*database, "before" + std::to_string(turn));
        ASSERT_TRUE(dumped) << dumped.error().message;
        before = std::move(dumped->contents);
      }
      const pid_t child = fork();
      if (child == 0) restore_and_leave(request);
      std::this_thread::sleep_for(
          std::chrono::milliseconds(random() % (swap ? 1500 : 1100))); // the random moment, not a wait for anything
      if (programs.empty()) {
        kill(child, SIGKILL);
      } else {
        for (const pid_t grandchild : children_of(child, programs)) kill(grandchild, SIGKILL);
      }
      int status = 0;
      waitpid(child, &status, 0);
      const auto database = next_run();
      const auto after = dump(*database, "after" + std::to_string(turn));
      ASSERT_TRUE(after) << after.error().message;
      const bool is_backup = differences(*backup->contents, *after->contents, true).empty();
      const auto differ = differences(*before, *after->contents, true);
      EXPECT_TRUE(is_backup || differ.empty()) << "turn " << turn << ": " << testing::PrintToString(differ);
      (is_backup ? restored : unchanged) += 1;
      EXPECT_EQ(acl(), rights) << turn;
    }
    if (swap) { // one that is let finish clears away what the killed ones left
      const pid_t child = fork();
      if (child == 0) restore_and_leave(request);
      int status = 0;
      waitpid(child, &status, 0);
      EXPECT_EQ(WEXITSTATUS(status), 0);
      EXPECT_EQ(server().execute("postgres", "SELECT count(*) FROM pg_database WHERE datname ~ '_(displaced|restored)_'"), "0");
      EXPECT_FALSE(std::filesystem::exists(request.swap_journal));
    }
    RecordProperty("unchanged", unchanged);
    RecordProperty("restored", restored);
    printf("%d unchanged, %d restored\n", unchanged, restored);
  }
};

TEST_F(RestoreKill, OurselvesInPlace) {
  kill_often(false, {});
}

TEST_F(RestoreKill, OurselvesInASwap) {
  kill_often(true, {});
}

TEST_F(RestoreKill, PsqlOrPgRestore) {
  kill_often(false, {"psql", "pg_restore", "pg_dump"});
}

} // namespace
} // namespace migrator::database::postgresql
