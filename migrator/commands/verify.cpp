// The verb verify: proves backups again, from the first byte. Writes down what it proved, if the folder can be written.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/backup_observer.h"
#include "migrator/commands/backup_setup.h"
#include "migrator/commands/commands.h"
#include "migrator/execute/signals.h"
#include "migrator/report/error_text.h"
#include "migrator/report/printable.h"
#include "migrator/text/duration.h"

namespace migrator::commands {

namespace {

using nlohmann::ordered_json;

class Verification {
public:
  Verification(const Context &context, const backup::Store &store, const cli::VerifyArguments &arguments,
               const execute::Stop &stop)
      : context_(context), store_(store), arguments_(arguments), stop_(stop),
        observer_(context, [this](const std::string &sentence) { note(sentence); }),
        proof_(arguments.restore ? database::Proof::Restore : database::Proof::Archive) {
    if (arguments.timeout) deadline_ = context.clock.steady() + *arguments.timeout;
  }

  Status run() {
    Result<std::vector<std::string>> ids = wanted();
    if (!ids) return fail(ids.error());
    std::vector<Error> failures;
    for (const std::string &id : *ids) {
      const auto started = context_.clock.steady();
      const Result<std::string> proven = prove(id);
      observer_.ended();
      if (!proven) {
        failures.push_back(proven.error());
        failed_.push_back({{"id", id}, {"message", proven.error().message}});
        if (proven.error().code == ErrorCode::Terminated) break;
        if (ids->size() > 1) context_.output.line(report::printable(proven.error().message));
        continue;
      }
      const double seconds = std::chrono::duration<double>(context_.clock.steady() - started).count();
      proven_.push_back({{"id", *proven}, {"verified", backup::name(proof_)}, {"seconds", seconds}});
      context_.output.line(fmt::format("{}: whole, proven ({}) in {:.2f} s", *proven, backup::name(proof_), seconds));
    }
    return end(ids->size(), std::move(failures));
  }

private:
  void note(const std::string &sentence) {
    notes_.push_back(sentence);
    context_.log.event(report::LogLevel::Info, "note", report::printable(sentence));
  }

  // One error of all: its own if it is alone.
  Status end(std::size_t asked, std::vector<Error> failures) {
    ordered_json document{{"proven", proven_}, {"failed", failed_}, {"notes", notes_}};
    Status done;
    if (!failures.empty()) {
      Error error = failures.back();
      if (asked > 1 && error.code != ErrorCode::Terminated) {
        error = Error();
        error.code = ErrorCode::BackupFailed;
        error.message = fmt::format("{} of {} backups could not be proven; the lines above say why.", failures.size(), asked);
        for (const ordered_json &failed : failed_) error.subject.push_back(failed["id"]);
      }
      document["error"] = report::error_document(error)["error"];
      done = fail(std::move(error));
    }
    context_.output.document(document);
    return done;
  }

  // Damaged ones are among them: to name them is what this verb is for.
  Result<std::vector<std::string>> wanted() {
    if (!arguments_.ids.empty()) return arguments_.ids;
    const Result<backup::Listing> listing = store_.list();
    if (!listing) return fail(listing.error());
    std::vector<std::string> ids;
    if (arguments_.all) {
      for (const backup::Manifest &manifest : listing->backups) ids.push_back(manifest.id);
      for (const std::string &wrong : listing->damaged) ids.push_back(wrong.substr(0, wrong.find(':')));
    } else if (const backup::Manifest *newest = newest_of(listing->backups)) {
      ids.push_back(newest->id);
    }
    if (ids.empty())
      return fail(ErrorCode::Usage, fmt::format("there is no backup{} in {}. \"migrator backup\" takes one.",
                                                arguments_.all || listing->backups.empty() ? "" : " of this database",
                                                report::printable(store_.folder())));
    return ids;
  }

  // Of the configured database; of all where none is configured or it cannot be asked, for backups matter most then.
  const backup::Manifest *newest_of(const std::vector<backup::Manifest> &newest_first) {
    std::optional<database::DatabaseIdentity> identity;
    if (context_.settings.database_url) {
      if (const Result<Connection> connection = connect(context_, Access::Read))
        identity = connection->database->backups().identity();
      else
        note("the newest backup in the folder is meant, whichever database it is of: " + connection.error().text());
    }
    const auto found = std::find_if(newest_first.begin(), newest_first.end(), [&](const backup::Manifest &manifest) {
      return !identity || manifest.dumped.identity == *identity;
    });
    return found == newest_first.end() ? nullptr : &*found;
  }

  Status in_time() const {
    if (stop_.reason()) return fail(ErrorCode::Terminated, "stopped by a signal; the backups are as they were");
    if (deadline_ && context_.clock.steady() >= *deadline_)
      return fail(ErrorCode::BackupFailed, fmt::format("the proof took longer than {} (--timeout); the backups are as they were",
                                                       text::to_text(*arguments_.timeout)));
    return {};
  }

  // Its bytes are not what was proven: nothing that keeps proven backups shall rely on it.
  void withdraw(backup::Manifest &manifest) {
    manifest.proof = database::Proof::None;
    manifest.proved_at.clear();
    write_down(manifest);
  }

  void write_down(const backup::Manifest &manifest) {
    if (const Status written = store_.rewrite(manifest); !written)
      note("the proof could not be written down: " + written.error().message);
  }

  // The whole id.
  Result<std::string> prove(const std::string &id) {
    Result<backup::Manifest> manifest = store_.find(id);
    if (!manifest) return fail(manifest.error());
    const Result<const database::Driver *> driver = driver_of(manifest->dumped);
    if (!driver) return fail(driver.error());
    Status whole = store_.check_bytes(*manifest, [this](std::int64_t done, std::int64_t of) {
      observer_.progressed(database::BackupPhase::Hash, done, of);
      return in_time();
    });
    if (!whole && whole.error().subject == std::vector{manifest->id}) withdraw(*manifest);
    if (whole) {
      // A killed proof must not leave its scratch files in a good backup. Where nothing can be written, the proof says what it misses.
      const Result<std::unique_ptr<backup::Draft>> beside =
          store_.lend(*manifest, backup::make_id(context_.clock.now(), context_.random()));
      whole = (*driver)->prover().prove(
          beside ? (*beside)->folder() : store_.folder_of(manifest->id), manifest->dumped, proof_, scratch_of(context_.settings),
          deadline_, [this] { return stop_.reason().has_value(); }, observer_);
    }
    if (!whole) {
      if (whole.error().code == ErrorCode::BackupFailed && whole.error().message.find(manifest->id) == std::string::npos)
        whole.error().message = fmt::format("the backup {}: {}", manifest->id, whole.error().message);
      return fail(std::move(whole.error()));
    }
    if (proof_ >= manifest->proof) {
      manifest->proof = proof_;
      manifest->proved_at = execute::rfc3339(context_.clock.now());
      write_down(*manifest);
    }
    return manifest->id;
  }

  const Context &context_;
  const backup::Store &store_;
  const cli::VerifyArguments &arguments_;
  const execute::Stop &stop_;
  BackupObserver observer_;
  const database::Proof proof_;
  database::Deadline deadline_;
  std::vector<std::string> notes_;
  ordered_json proven_ = ordered_json::array();
  ordered_json failed_ = ordered_json::array();
};

} // namespace

Status verify(const Context &context, const cli::VerifyArguments &arguments) {
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  const Result<backup::Store> store = configured_store(context);
  if (!store) return fail(store.error());
  return Verification(context, *store, arguments, stop).run();
}

} // namespace migrator::commands
