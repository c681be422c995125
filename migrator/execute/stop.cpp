#include "migrator/execute/stop.h"

namespace migrator::execute {

void Stop::request(ErrorCode why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (reason_) return;
  reason_ = why;
  if (database_ != nullptr) database_->interrupt();
  if (act_) act_();
  requested_.notify_all();
}

std::optional<ErrorCode> Stop::reason() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return reason_;
}

Status Stop::check() const {
  if (const std::optional<ErrorCode> why = reason()) return fail(stop_error(*why));
  return {};
}

bool Stop::wait_for(std::chrono::milliseconds duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  return requested_.wait_for(lock, duration, [this] { return reason_.has_value(); });
}

void Stop::attach(database::Database *database) {
  const std::lock_guard<std::mutex> lock(mutex_);
  database_ = database;
  if (reason_ && database_ != nullptr) database_->interrupt();
}

void Stop::on_request(std::function<void()> act) {
  const std::lock_guard<std::mutex> lock(mutex_);
  act_ = std::move(act);
  if (reason_ && act_) act_();
}

Error stop_error(ErrorCode reason) {
  Error error;
  error.code = reason;
  error.message = reason == ErrorCode::RunTimeout
                      ? "the run's timeout passed; what was committed stays, the rest was rolled back; run again to go on"
                      : "stopped by a signal; what was committed stays, the rest was rolled back; run again to go on";
  return error;
}

} // namespace migrator::execute
