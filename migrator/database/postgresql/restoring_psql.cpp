// See restoring_psql.h. Answers come back on psql's stdout with zero bytes between cells and records; a line with a random mark ends each.
#include "migrator/database/postgresql/restoring_psql.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "migrator/database/postgresql/dump_text.h"

namespace migrator::database::postgresql {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{100};

std::string random_mark() {
  std::random_device device;
  return fmt::format("migrator-{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

// Ends a child when the limits say so, while it lives.
class ChildWatch {
public:
  ChildWatch(process::Child &child, const Limits &limits)
      : watching_([this, &child, &limits] {
          std::unique_lock lock(mutex_);
          while (!changed_.wait_for(lock, kBetweenLooks, [this] { return over_; }))
            if (limits.must_end()) child.kill();
        }) {}
  ~ChildWatch() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    watching_.join();
  }
  ChildWatch(const ChildWatch &) = delete;
  ChildWatch &operator=(const ChildWatch &) = delete;

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread watching_; // last: it uses what stands above
};

} // namespace

class RestoringPsql::Implementation {
public:
  Implementation(std::unique_ptr<process::Child> child, const ClientTools &tools, const Limits &limits, int server_version)
      : tools_(tools), limits_(limits), server_version_(server_version), mark_(random_mark()), child_(std::move(child)),
        watch_(std::make_unique<ChildWatch>(*child_, limits_)) {}

  bool write(std::string_view text) { return child_->write(text); }

  // What came before the next mark. nullopt: psql has ended.
  std::optional<std::string> until_mark() {
    const std::string line = mark_ + "\n";
    for (;;) {
      if (const auto at = received_.find(line); at != std::string::npos) {
        std::string answer = received_.substr(0, at);
        received_.erase(0, at + line.size());
        return answer;
      }
      const auto piece = child_->read();
      if (!piece) return std::nullopt;
      received_ += *piece;
    }
  }

  // Why psql has ended.
  Error ended() {
    const auto ended = child_->wait();
    if (ended.killed || limits_.must_end()) return limits_.why("the restore");
    return client_error("psql", ended);
  }

  Status relay(const std::vector<std::string> &arguments, const std::function<void(std::int64_t)> &passed) {
    auto source = process::Child::start(ClientLogin::offline(tools_.program("pg_restore"), arguments));
    if (!source) return fail(ErrorCode::BackupFailed, source.error().message);
    RestoreFilter filter(server_version_);
    std::int64_t bytes = 0;
    bool taken = true;
    process::Ended source_ended;
    {
      const ChildWatch watch(**source, limits_);
      while (auto piece = (*source)->read()) {
        taken = write(filter.take(*piece));
        if (!taken) break;
        passed(bytes += static_cast<std::int64_t>(piece->size()));
      }
      if (!taken) (*source)->kill();
      source_ended = (*source)->wait();
    }
    if (!taken) return fail(ended());
    if (limits_.must_end()) return fail(limits_.why("the restore"));
    if (!source_ended.well()) return fail(client_error("pg_restore", source_ended));
    const auto rest = filter.finish();
    if (!rest)
      return fail(ErrorCode::BackupFailed, "pg_restore's output is not whole: look whether its version fits the backup's");
    if (!write(*rest)) return fail(ended());
    return {};
  }

  // Nobody ends it any more.
  void unwatch() { watch_.reset(); }

  const std::string &mark() const { return mark_; }
  process::Child &child() { return *child_; }

private:
  const ClientTools &tools_;
  const Limits &limits_;
  int server_version_;
  std::string mark_;
  std::string received_;
  std::unique_ptr<process::Child> child_;
  std::unique_ptr<ChildWatch> watch_;
};

RestoringPsql::RestoringPsql(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}

RestoringPsql::~RestoringPsql() {
  implementation_->unwatch();
  // Rolled back, unless commit() came to its end: it would do nothing more than that with the end of its input.
  implementation_->child().kill();
}

Result<std::unique_ptr<RestoringPsql>> RestoringPsql::start(const ClientTools &tools, const ClientLogin &login,
                                                            const Limits &limits, int server_version) {
  process::Command command = login.command(tools.program("psql"), {"--no-psqlrc", "--quiet"});
  command.feeds_input = true;
  auto child = process::Child::start(command);
  if (!child) return fail(ErrorCode::BackupFailed, child.error().message);
  std::unique_ptr<RestoringPsql> psql(
      new RestoringPsql(std::make_unique<Implementation>(std::move(*child), tools, limits, server_version)));
  constexpr int kFirstWithCheckInterval = 140000;
  constexpr int kFirstWithTransactionTimeout = 170000;
  const bool begun = psql->implementation_->write(
      "\\set ON_ERROR_STOP on\n\\set VERBOSITY terse\n\\set SHOW_CONTEXT never\n\\pset tuples_only on\n\\pset format unaligned\n"
      "\\pset fieldsep_zero on\n\\pset recordsep_zero on\n\\o /dev/null\n");
  if (!begun) return fail(psql->implementation_->ended());
  std::string sql = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET statement_timeout = 0; SET "
                    "idle_in_transaction_session_timeout = 0; SET lock_timeout = 0; SET standard_conforming_strings = on;";
  if (server_version >= kFirstWithTransactionTimeout) sql += " SET transaction_timeout = 0;";
  if (auto opened = psql->run(sql); !opened) return tl::unexpected(opened.error());
  if (server_version >= kFirstWithCheckInterval) { // some systems cannot
    const auto set =
        psql->run("\\set ON_ERROR_STOP off\n\\set ON_ERROR_ROLLBACK on\nSET client_connection_check_interval = 1000;\n"
                  "\\set ON_ERROR_ROLLBACK off\n\\set ON_ERROR_STOP on");
    if (!set) return tl::unexpected(set.error());
  }
  const auto backend = psql->ask("SELECT pg_catalog.pg_backend_pid()::text", 1);
  if (!backend) return tl::unexpected(backend.error());
  psql->backend_ = backend->at(0).at(0);
  return psql;
}

Status RestoringPsql::run(std::string_view sql) {
  if (!implementation_->write(fmt::format("{}\n\\echo {}\n", sql, implementation_->mark())) || !implementation_->until_mark())
    return fail(implementation_->ended());
  return {};
}

Result<Table> RestoringPsql::ask(const std::string &sql, std::size_t columns) {
  const bool asked = implementation_->write(fmt::format("\\o\n{};\n\\o /dev/null\n\\echo {}\n", sql, implementation_->mark()));
  const auto answer = asked ? implementation_->until_mark() : std::nullopt;
  if (!answer) return fail(implementation_->ended());
  Table table;
  for (std::size_t from = 0; from < answer->size();) {
    const auto to = std::min(answer->find('\0', from), answer->size());
    if (table.empty() || table.back().size() == columns) table.emplace_back();
    table.back().push_back(answer->substr(from, to - from));
    from = to + 1;
  }
  return table;
}

Status RestoringPsql::relay(const std::string &file, const std::vector<ListedEntry> &entries,
                            const std::vector<std::string> &flags, const std::function<void(std::int64_t bytes)> &passed) {
  if (entries.empty()) return {};
  std::string lines;
  for (const ListedEntry &entry : entries) lines += entry.line + "\n";
  const auto list = MemoryFile::holding(lines);
  if (!list) return tl::unexpected(list.error());
  std::vector<std::string> arguments{"--file=-", "--single-transaction", "--exit-on-error", "--use-list=" + (*list)->path()};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  arguments.push_back(file);
  if (auto relayed = implementation_->relay(arguments, passed); !relayed) return relayed;
  return run("");
}

InTwoParts in_two_parts(const std::vector<ListedEntry> &entries) {
  InTwoParts parts;
  for (const ListedEntry &entry : entries) (is_event_trigger(entry) ? parts.last : parts.first).push_back(entry);
  return parts;
}

CommitOutcome RestoringPsql::commit(Error &why) {
  constexpr int kScriptError = 3;
  implementation_->unwatch();
  const bool sent = implementation_->write(fmt::format("COMMIT;\n\\echo {}\n", implementation_->mark()));
  if (sent && implementation_->until_mark()) {
    implementation_->child().close_input();
    static_cast<void>(implementation_->child().wait());
    return CommitOutcome::Committed;
  }
  const auto ended = implementation_->child().wait();
  why = client_error("psql", ended);
  return ended.code == kScriptError ? CommitOutcome::RolledBack : CommitOutcome::Unknown;
}

} // namespace migrator::database::postgresql
