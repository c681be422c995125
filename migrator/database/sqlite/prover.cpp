#include "migrator/database/sqlite/prover.h"

#include <array>
#include <fstream>

#include <fmt/format.h>

#include "migrator/database/sqlite/backups.h"
#include "migrator/database/sqlite/contents.h"
#include "migrator/database/sqlite/copy.h"
#include "migrator/database/sqlite/header.h"
#include "migrator/database/sqlite/stand_in_collations.h"

namespace migrator::database::sqlite {

namespace {

constexpr const char *kScratchFile = "scratch.sqlite";
// integrity_check looks every row up in every index: 64 MiB keep most of an index at hand.
constexpr const char *kProofSettings = "PRAGMA cell_size_check=ON; PRAGMA cache_size=-65536";

std::string joined(const std::vector<std::string> &sentences) {
  return fmt::format("{}", fmt::join(sentences, "; "));
}

// What can be told without SQLite, which would not miss the pages of a file that was cut off.
Status check_size(const std::string &path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file)
    return fail(ErrorCode::BackupFailed, "the dump " + path + " cannot be read: it is not there, or this user may not read it");
  const std::int64_t size = file.tellg();
  std::array<char, kHeaderBytes> bytes{};
  file.seekg(0);
  file.read(bytes.data(), bytes.size());
  const auto header = parse_header(std::string_view(bytes.data(), static_cast<std::size_t>(file.gcount())));
  if (!header)
    return fail(ErrorCode::BackupFailed, "the dump " + path + " is damaged: it does not begin as a SQLite database does");
  const std::int64_t wanted = header->page_count * header->page_size;
  if (header->page_count != 0 ? size == wanted : size % header->page_size == 0) return {};
  return fail(ErrorCode::BackupFailed,
              fmt::format("the dump {} is damaged: it has {} bytes, and its header tells of {} pages of {} bytes", path, size,
                          header->page_count, header->page_size));
}

// Gives the lines of the check, "ok" alone if all is well.
Result<std::string> ask(Connection &connection, const std::string &pragma) {
  const auto rows = connection.query(pragma);
  if (!rows) return fail(rows.error());
  std::vector<std::string> lines;
  for (const auto &row : rows->rows) lines.push_back(row.front().value_or(""));
  return joined(lines);
}

// BackupFailed unless SQLite finds the file in order.
Status check_integrity(Connection &connection, const std::string &what, const Patience &patience, BackupObserver &observer) {
  const Impatient impatient(connection, patience);
  const StandInCollations collations(connection);
  auto said = ask(connection, "PRAGMA main.integrity_check(5)");
  const bool unknown_function = !said && said.error().code == ErrorCode::SqlError && said.error().sqlstate == "SQLITE_ERROR";
  if (unknown_function || !collations.used().empty()) {
    observer.note(
        fmt::format("The indexes were not compared with their tables, for they need what only an application has: {}",
                    unknown_function ? said.error().message : joined({collations.used().begin(), collations.used().end()})));
    said = ask(connection, "PRAGMA main.quick_check(5)");
  }
  if (!said) return fail(ended(said.error(), patience, what + " could not be checked"));
  if (*said == "ok") return {};
  return fail(ErrorCode::BackupFailed, what + " is damaged: " + *said);
}

Status compare(Connection &connection, const Dumped &dumped, const std::string &what, const Patience &patience,
               BackupObserver &observer, std::int64_t already) {
  if (!dumped.contents) return {};
  const auto found = take_contents(connection, patience, observer, already);
  if (!found) return fail(ended(found.error(), patience, what + " could not be read"));
  const auto different = differences(*dumped.contents, *found, false);
  if (different.empty()) return {};
  return fail(ErrorCode::BackupFailed, what + " does not hold what the database held: " + joined(different));
}

Status restore_beside(Connection &dump, const std::string &folder, const Dumped &dumped, const Patience &patience,
                      BackupObserver &observer) {
  const std::string path = folder + "/" + kScratchFile;
  if (auto made = make_private_file(path); !made) return made;
  const Removed scratch(path);
  {
    auto connection = Connection::open(path, path, SQLITE_OPEN_READWRITE);
    if (!connection) return fail(ended(connection.error(), patience, "the dump could not be restored"));
    auto done = (*connection)->execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE");
    if (done) done = copy_pages(**connection, dump, {BackupPhase::Restore, 0, 0}, patience, observer);
    if (!done) return fail(ended(done.error(), patience, "the dump could not be restored"));
  }
  auto connection = open_unchanging(path);
  if (!connection) return fail(ended(connection.error(), patience, "the restored dump could not be opened"));
  if (auto sound = check_integrity(**connection, "the restored dump", patience, observer); !sound) return sound;
  return compare(**connection, dumped, "the restored dump", patience, observer, dumped.contents ? rows_of(*dumped.contents) : 0);
}

} // namespace

Status SqliteProver::prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &, Deadline deadline,
                           const std::function<bool()> &interrupted, BackupObserver &observer) const {
  if (proof == Proof::None) return {};
  const Patience patience{deadline, interrupted};
  const std::string path = folder + "/" + kDumpFile;
  const std::string what = "the dump " + path;
  if (dumped.file != kDumpFile || dumped.identity.product != "SQLite")
    return fail(ErrorCode::BackupFailed,
                "the dump in " + folder + " is not one of SQLite's: its manifest was made for another database");
  if (auto done = patience.check(); !done) return done;
  if (auto sound = check_size(path); !sound) return sound;
  auto connection = open_unchanging(path);
  if (!connection) return fail(ended(connection.error(), patience, what + " could not be opened"));
  if (auto set = (*connection)->execute(kProofSettings); !set)
    return fail(ended(set.error(), patience, what + " could not be opened"));
  if (auto sound = check_integrity(**connection, what, patience, observer); !sound) return sound;
  if (auto same = compare(**connection, dumped, what, patience, observer, 0); !same) return same;
  if (proof != Proof::Restore) return {};
  return restore_beside(**connection, folder, dumped, patience, observer);
}

} // namespace migrator::database::sqlite
