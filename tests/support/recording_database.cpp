#include "tests/support/recording_database.h"

namespace migrator {

namespace {

template <typename T> T next(std::deque<T> &answers, T otherwise) {
  if (answers.empty()) return otherwise;
  T out = std::move(answers.front());
  answers.pop_front();
  return out;
}

// "finish: UPDATE version, INSERT journal": what the bookkeeping writes, a word a statement.
std::string summary(std::string_view sql) {
  std::string out = "finish:";
  const auto note = [&](std::string_view text, const char *what) {
    if (sql.find(text) != std::string_view::npos) out += std::string(" ") + what;
  };
  note("_version\" SET version_num", "moved");
  note("_version\" (version_num)", "added");
  note("DELETE FROM", "removed");
  note("'done'", "done");
  note("'partial', '[", "partial"); // of an INSERT
  note("outcome = 'partial', ", "partial");
  note("'failed'", "failed");
  note("'adopt'", "adopted");
  note("_meta\"", "meta");
  return out;
}

} // namespace

void RecordingDatabase::fail_once(const std::string &call, ErrorCode code, const std::string &message,
                                  const std::string &sqlstate) {
  Error error;
  error.code = code;
  error.message = message;
  error.sqlstate = sqlstate;
  errors[call].push_back(std::move(error));
}

Status RecordingDatabase::answer(const std::string &call) {
  calls.push_back(call);
  if (before) before(call);
  const auto found = errors.find(call.substr(0, call.find(':')));
  if (found == errors.end() || found->second.empty()) return {};
  return fail(next(found->second, Error{}));
}

Result<database::Rows> RecordingDatabase::query(std::string_view sql) {
  const std::string text(sql);
  if (Status done = answer("query " + text); !done) return fail(done.error());
  return rows.count(text) == 0 && answers ? answers(text) : next(rows[text], database::Rows{});
}

Result<std::vector<std::optional<database::Rows>>> RecordingDatabase::read(const std::vector<database::HistoryQuery> &queries) {
  std::vector<std::optional<database::Rows>> found;
  for (const database::HistoryQuery &one : queries) {
    Result<database::Rows> answered = query(one.sql);
    if (!answered) return fail(answered.error());
    found.emplace_back(std::move(*answered));
  }
  return found;
}

Result<std::vector<std::string>> RecordingDatabase::secure_history(const std::vector<std::string> &grant_read) {
  std::string call = "secure_history";
  for (const std::string &role : grant_read) call += " " + role;
  if (Status done = answer(call); !done) return fail(done.error());
  return std::vector<std::string>{};
}

Result<database::LockAttempt> RecordingDatabase::try_lock() {
  if (Status done = answer("try_lock"); !done) return fail(done.error());
  return next(attempts, database::LockAttempt{true, std::nullopt});
}

Result<database::LockAttempt> RecordingDatabase::try_widen_lock() {
  if (Status done = answer("try_widen_lock"); !done) return fail(done.error());
  return next(attempts, database::LockAttempt{true, std::nullopt});
}

Result<std::vector<database::LockHolder>> RecordingDatabase::end_stale_workers() {
  if (Status done = answer("end_stale_workers"); !done) return fail(done.error());
  return next(workers, std::vector<database::LockHolder>{});
}

Result<std::vector<std::string>> RecordingDatabase::begin_unit(const database::UnitSettings &wanted) {
  settings.push_back(wanted);
  if (Status done = answer("begin"); !done) return fail(done.error());
  return heads;
}

Status RecordingDatabase::finish_unit(std::string_view sql) {
  if (Status done = answer(summary(sql)); !done) return done;
  bookkeeping.emplace_back(sql);
  return {};
}

Status RecordingDatabase::begin_bare(const database::UnitSettings &wanted) {
  settings.push_back(wanted);
  return answer("begin_bare");
}

Result<std::int64_t> RecordingDatabase::run(const database::Statement &statement, const std::vector<database::Value> &bound) {
  if (!bound.empty()) parameters.push_back(bound);
  if (Status done = answer("run " + statement.text); !done) return fail(done.error());
  return affected;
}

Result<database::Rows> RecordingDatabase::query_read_only(const database::Statement &statement) {
  if (Status done = answer("assert " + statement.text); !done) return fail(done.error());
  return next(rows[statement.text], database::Rows{{"ok"}, {{"1"}}, 0});
}

Result<database::StatementOutcome> RecordingDatabase::probe(const database::Statement &statement) {
  if (Status done = answer("probe " + statement.text); !done) return fail(done.error());
  return next(outcomes, database::StatementOutcome::NotDone);
}

Status RecordingDatabase::drop_invalid(const database::Statement &statement) {
  return answer("drop_invalid " + statement.text);
}

Result<database::BatchKey> RecordingDatabase::batch_key(const std::string &table, const std::string &column) {
  if (Status done = answer("batch_key " + table + "." + column); !done) return fail(done.error());
  return key;
}

void RecordingDatabase::interrupt() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++interruptions_;
}

int RecordingDatabase::interruptions() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return interruptions_;
}

} // namespace migrator
