// See take.h.
#include "migrator/backup/take.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/process/child.h"
#include "migrator/report/printable.h"
#include "migrator/text/duration.h"

namespace migrator::backup {

namespace {

using database::BackupPhase;

constexpr std::size_t kLargestId = 256; // characters of an external backup's id

// When a backup must end early, and with which error.
class Limits {
public:
  Limits(const execute::Clock &clock, const std::optional<std::chrono::milliseconds> &timeout,
         const std::function<bool()> &interrupted)
      : clock_(clock), timeout_(timeout), interrupted_(interrupted) {
    if (timeout_) deadline_ = clock_.steady() + *timeout_;
  }

  const database::Deadline &deadline() const { return deadline_; }

  Status check() const {
    if (interrupted_ && interrupted_())
      return fail(ErrorCode::Terminated, "stopped by a signal; no backup was made, and nothing else was changed");
    if (deadline_ && clock_.steady() >= *deadline_)
      return fail(
          ErrorCode::BackupFailed,
          fmt::format(
              "the backup took longer than {} (backup.timeout); none was made, and nothing else was changed. Give it more "
              "time, or see what slows the database down.",
              text::to_text(*timeout_)));
    return {};
  }

  bool must_end() const { return !check().has_value(); }

private:
  const execute::Clock &clock_;
  const std::optional<std::chrono::milliseconds> timeout_;
  const std::function<bool()> &interrupted_;
  database::Deadline deadline_;
};

std::string replaced(std::string word, std::string_view mark, const std::string &with) {
  for (std::size_t at = 0; (at = word.find(mark, at)) != std::string::npos; at += with.size())
    word.replace(at, mark.size(), with);
  return word;
}

// A command of the user's. The database's own secrets are none of its business.
process::Command users_command(const std::vector<std::string> &words) {
  process::Command command;
  command.arguments = words;
  command.without = {"DATABASE_URL", "PGPASSWORD"};
  return command;
}

std::string how_it_ended(const process::Ended &ended) {
  const std::string how = ended.code > 128 ? fmt::format("was ended by signal {}", ended.code - 128)
                                           : fmt::format("failed with exit code {}", ended.code);
  return ended.errors.empty() ? how : fmt::format("{}: {}", how, report::printable(ended.errors));
}

Status copy_away(const Store &store, const std::string &id, const std::vector<std::string> &words, const Limits &limits) {
  if (words.empty()) return {};
  process::Command command = users_command(words);
  for (std::string &word : command.arguments) word = replaced(replaced(word, "{folder}", store.folder_of(id)), "{id}", id);
  Result<process::Ended> ended = process::run(command, [&] { return limits.must_end(); });
  if (!ended)
    return fail(ErrorCode::BackupFailed, "backup.copy_command: " + ended.error().message + " The backup was removed again.",
                {id});
  if (ended->killed) return limits.check();
  if (!ended->well())
    return fail(ErrorCode::BackupFailed,
                fmt::format("backup.copy_command {}. The backup was removed again; mend the command, then run again.",
                            how_it_ended(*ended)),
                {id});
  return {};
}

// Old ones go last, and a failure of that is worth no more than a word: the new backup is there.
void expire(const TakeFrom &from, const TakeRequest &request, const Manifest &taken) {
  const Result<Listing> listing = from.store.list();
  if (!listing) return from.observer.note("old backups stay: " + listing.error().message);
  std::vector<Manifest> same;
  for (const Manifest &backup : listing->backups)
    if (backup.dumped.identity == taken.dumped.identity) same.push_back(backup);
  for (const std::string &id : expired(same, request.retention, from.clock.now(), request.in_use)) {
    const Status removed = from.store.remove(id);
    from.observer.note(removed ? fmt::format("the backup {} was removed: backup.retain keeps newer ones", id)
                               : fmt::format("the old backup {} stays: {}", id, removed.error().message));
  }
}

// The last line that is not blank.
std::string last_line(const std::string &text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.find_last_of("\r\n", end);
  const std::size_t first = text.find_first_not_of(" \t", begin == std::string::npos ? 0 : begin + 1);
  return text.substr(first, end + 1 - first);
}

} // namespace

Status check(const TakeFrom &from, const TakeRequest &request) {
  const Result<database::BackupNeeds> needs = from.source.check({request.proof, request.scratch});
  if (!needs) return fail(needs.error());
  if (request.max_bytes > 0 && needs->least_bytes > request.max_bytes)
    return fail(
        ErrorCode::BackupFailed,
        fmt::format(
            "the backup will take at least {} bytes, and backup.max_bytes allows {}. Raise it, or take backups another way "
            "(backup.policy: external).",
            needs->least_bytes, request.max_bytes));
  if (!request.copy_command.empty())
    if (const Status found = process::find(users_command(request.copy_command)); !found)
      return fail(ErrorCode::BackupFailed, "backup.copy_command: " + found.error().message);
  return from.store.prepare(needs->least_bytes);
}

Result<Manifest> take(const TakeFrom &from, const TakeRequest &request) {
  const Limits limits(from.clock, request.timeout, from.interrupted);
  if (Status possible = check(from, request); !possible) return fail(std::move(possible.error()));
  for (const std::string &id : from.store.sweep())
    from.observer.note(fmt::format("removed {}, which an earlier backup left unfinished", id));

  const auto begun = from.clock.now();
  Result<std::unique_ptr<Draft>> draft = from.store.begin(make_id(begun, from.random()));
  if (!draft) return fail(std::move(draft.error()));
  Manifest manifest;
  manifest.created_at = execute::rfc3339(begun);
  manifest.reason = request.reason;
  manifest.run_id = request.run_id;
  manifest.tool_version = request.tool_version;

  Result<database::Dumped> dumped = from.source.dump(
      {(*draft)->folder(), request.proof != database::Proof::None, request.max_bytes, limits.deadline()}, from.observer);
  if (!dumped) return fail(std::move(dumped.error()));
  manifest.dumped = std::move(*dumped);
  if (Status in_time = limits.check(); !in_time) return fail(std::move(in_time.error()));
  if (request.proof != database::Proof::None) {
    if (Status proven = from.prover.prove((*draft)->folder(), manifest.dumped, request.proof, request.scratch, limits.deadline(),
                                          from.interrupted, from.observer);
        !proven)
      return fail(std::move(proven.error()));
    manifest.proof = request.proof;
    manifest.proved_at = execute::rfc3339(from.clock.now());
  }
  const Reading hashed = [&](std::int64_t done, std::int64_t of) {
    from.observer.progressed(BackupPhase::Hash, done, of);
    return limits.check();
  };
  if (Status finished = (*draft)->finish(manifest, hashed); !finished) return fail(std::move(finished.error()));
  if (Status copied = copy_away(from.store, manifest.id, request.copy_command, limits); !copied) {
    if (const Status removed = from.store.remove(manifest.id); !removed)
      copied.error().message += fmt::format(" It could not be removed: {}", removed.error().message);
    return fail(std::move(copied.error()));
  }
  expire(from, request, manifest);
  return manifest;
}

Result<std::string> take_external(const std::vector<std::string> &command,
                                  const std::optional<std::chrono::milliseconds> &timeout,
                                  const std::function<bool()> &interrupted, const execute::Clock &clock) {
  const Limits limits(clock, timeout, interrupted);
  std::string output;
  const Result<process::Ended> ended = process::run(
      users_command(command), [&] { return limits.must_end(); },
      [&](std::string_view piece) {
        output += piece;
        if (output.size() > 64 * 1024) output.erase(0, output.size() - 32 * 1024);
      });
  if (!ended) return fail(ErrorCode::BackupFailed, "backup.command: " + ended.error().message);
  if (ended->killed) return fail(limits.check().error());
  if (!ended->well())
    return fail(ErrorCode::BackupFailed,
                fmt::format("backup.command {}. Nothing was changed; mend the command, then run again.", how_it_ended(*ended)));
  const std::string id = last_line(output);
  if (id.empty() || id.size() > kLargestId || report::printable(id) != id)
    return fail(ErrorCode::BackupFailed, "backup.command gave no id: the last line that it prints must be one, of 1 to 256 "
                                         "printable characters. Nothing was changed.");
  return id;
}

} // namespace migrator::backup
