// What the tests of SQLite's backups share.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/sqlite/driver.h"
#include "tests/integration/sqlite/sqlite_support.h"

namespace migrator::database {

// Hears, and may do something at each word of progress.
class Listening final : public BackupObserver {
public:
  void progressed(BackupPhase phase, std::int64_t done, std::int64_t of) override {
    EXPECT_TRUE(steps[phase] == 0 || done >= last[phase]) << "progress went back";
    ++steps[phase];
    last[phase] = done;
    total[phase] = of;
    if (act) act(phase, done);
  }
  void note(const std::string &sentence) override { notes.push_back(sentence); }

  std::function<void(BackupPhase, std::int64_t)> act;
  std::map<BackupPhase, int> steps;
  std::map<BackupPhase, std::int64_t> last;
  std::map<BackupPhase, std::int64_t> total;
  std::vector<std::string> notes;
};

class SqliteBackupTest : public SqliteTest {
protected:
  std::string dump_folder(const std::string &name = "dump") const { return path(name); }
  std::string dump_file(const std::string &name = "dump") const { return path(name) + "/database.sqlite"; }

  Result<Dumped> dump(Database &database, const std::string &name = "dump", DumpRequest request = {}) {
    request.folder = dump_folder(name);
    std::filesystem::remove_all(request.folder);
    std::filesystem::create_directory(request.folder);
    Listening listening;
    return database.backups().dump(request, listening);
  }

  // Whether the dump is what it was.
  Status prove(const Dumped &dumped, Proof proof = Proof::Restore, const std::string &name = "dump") {
    Listening listening;
    auto proved = sqlite_driver().prover().prove(
        dump_folder(name), dumped, proof, {}, {}, [] { return false; }, listening);
    notes_ = listening.notes;
    return proved;
  }

  RestoreRequest request_of(const Dumped &dumped, const std::string &name = "dump") const {
    RestoreRequest request;
    request.folder = dump_folder(name);
    request.dumped = dumped;
    return request;
  }

  // Under a fence of its own.
  static Status restore(Database &database, const RestoreRequest &request) {
    Listening listening;
    if (auto fenced = database.backups().raise_fence(std::chrono::seconds(10)); !fenced) return fenced;
    auto done = database.backups().restore(request, listening);
    if (auto lowered = database.backups().lower_fence(); !lowered) return lowered;
    return done;
  }

  static const ContentEntry *entry(const Dumped &dumped, const std::string &kind, const std::string &name) {
    for (const ContentEntry &found : dumped.contents->entries)
      if (found.kind == kind && found.name == name) return &found;
    return nullptr;
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto &found : std::filesystem::recursive_directory_iterator(folder_.path()))
      if (found.is_regular_file()) names.push_back(std::filesystem::relative(found.path(), folder_.path()).string());
    std::sort(names.begin(), names.end());
    return names;
  }

  static std::string bytes_of(const std::string &file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static void write_bytes(const std::string &file, const std::string &bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::vector<std::string> notes_; // of the last prove()
};

} // namespace migrator::database
