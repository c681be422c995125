// See client_run.h.
#include "migrator/database/postgresql/client_run.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "migrator/script/passwords.h"

namespace migrator::database::postgresql {

namespace {

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// "psql:<stdin>:12: ERROR:  x" and "pg_dump: error: x" to "x"; empty for another line.
std::string_view complaint_in(std::string_view line) {
  constexpr std::array<std::string_view, 6> kMarks{
      "ERROR:  ", "FATAL:  ", "PANIC:  ", "detail: Error message from server: ", "fatal: ", "error: "};
  for (const auto mark : kMarks)
    if (const auto at = line.find(mark); at != std::string_view::npos) return line.substr(at + mark.size());
  return {};
}

} // namespace

Error Limits::why(std::string_view doing) const {
  Error error;
  if (interrupted()) {
    error.code = ErrorCode::Terminated;
    error.message = fmt::format("{} was stopped on request: nothing was changed", doing);
  } else {
    error.code = ErrorCode::BackupFailed;
    error.message = fmt::format("{} did not end in time: allow it a longer timeout", doing);
  }
  return error;
}

std::string client_complaint(const std::string &errors) {
  std::vector<std::string> complaints;
  std::string last;
  for (std::size_t from = 0; from < errors.size();) {
    const auto to = std::min(errors.find('\n', from), errors.size());
    const std::string_view line = std::string_view(errors).substr(from, to - from);
    from = to + 1;
    const bool holds_rows = holds(line, "DETAIL:") || holds(line, "CONTEXT:") || holds(line, "STATEMENT:") ||
                            holds(line, "HINT:") || holds(line, "QUERY:") || holds(line, "Command was:") ||
                            holds(line, "detail: Query was:");
    if (holds_rows || line.empty()) continue;
    const auto complaint = complaint_in(line);
    if (!complaint.empty()) complaints.emplace_back(complaint);
    if (!holds(line, "WARNING:") && !holds(line, "NOTICE:") && line.find_first_of(":") != std::string_view::npos) last = line;
  }
  if (complaints.empty()) return script::without_passwords(last, {});
  if (complaints.size() > 2) complaints.erase(complaints.begin(), complaints.end() - 2);
  return script::without_passwords(fmt::format("{}", fmt::join(complaints, "; ")), {});
}

Error client_error(std::string_view program, const process::Ended &ended) {
  Error error;
  error.code = ErrorCode::BackupFailed;
  const std::string complaint = client_complaint(ended.errors);
  constexpr int kBySignal = 128;
  if (complaint.empty() && ended.code > kBySignal) {
    error.message =
        fmt::format("{} was ended by signal {}: find out who ended it (want of memory?), then run the same command again",
                    program, ended.code - kBySignal);
  } else {
    error.message =
        fmt::format("{} failed: {}", program, complaint.empty() ? fmt::format("exit code {}", ended.code) : complaint);
  }
  return error;
}

Status run_client(const process::Command &command, std::string_view program, std::string_view doing, const Limits &limits,
                  const std::function<void(std::string_view)> &output) {
  const auto ended = process::run(
      command, [&limits] { return limits.must_end(); }, output);
  if (!ended) return fail(ErrorCode::BackupFailed, ended.error().message);
  if (ended->killed) return fail(limits.why(doing));
  if (!ended->well()) return fail(client_error(program, *ended));
  return {};
}

} // namespace migrator::database::postgresql
