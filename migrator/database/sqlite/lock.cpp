// The lock file behind lock.h. Open file description locks (fcntl, F_OFD_SETLK) belong to the descriptor, not to the process: another
// part of the program that opens and closes the same file cannot drop them, as it would with POSIX locks.
#include "migrator/database/sqlite/lock.h"

#include <cerrno>
#include <ctime>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace migrator::database::sqlite {

namespace {

constexpr std::size_t kLargestNote = 4096; // bytes

std::string reason(int code) {
  return std::generic_category().message(code);
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return std::string(text, length);
}

std::string note_of(const std::string &who, const std::string &run_id) {
  const nlohmann::json note{{"who", who + " (pid " + std::to_string(getpid()) + ")"}, {"since", utc_now()}, {"run_id", run_id}};
  return note.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// What the holder wrote; empty fields if it has not yet.
LockHolder read_note(int descriptor) {
  std::string text(kLargestNote, '\0');
  const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  const auto note = nlohmann::json::parse(text, nullptr, false);
  LockHolder holder;
  if (!note.is_object()) return holder;
  const auto field = [&note](const char *key) {
    const auto found = note.find(key);
    return found != note.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  holder.who = field("who");
  holder.since = field("since");
  holder.run_id = field("run_id");
  return holder;
}

tl::unexpected<Error> refuse_open(const std::string &path, int code) {
  struct stat found {};
  if ((code == EACCES || code == EPERM) && lstat(path.c_str(), &found) == 0)
    return fail(ErrorCode::NoPermission, "the lock file " + path + " belongs to another user (" + reason(code) +
                                             "): run as its owner, or remove it while no migrator runs");
  return fail(ErrorCode::NotWritable, "the lock file " + path + " cannot be made (" + reason(code) +
                                          "): make the database's folder writable for this user");
}

} // namespace

Result<LockAttempt> LockFile::try_lock(const std::string &who, const std::string &run_id) {
  LockAttempt attempt;
  attempt.acquired = true;
  if (path_.empty() || descriptor_ >= 0) return attempt;
  const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return refuse_open(path_, errno);
  struct flock lock = whole_file();
  if (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    const int code = errno;
    attempt.acquired = false;
    if (code == EAGAIN || code == EACCES) attempt.holder = read_note(descriptor);
    ::close(descriptor);
    if (attempt.holder) {
      if (attempt.holder->who.empty()) attempt.holder.reset();
      return attempt;
    }
    return fail(ErrorCode::NotWritable, "the lock file " + path_ + " cannot be locked (" + reason(code) +
                                            "): put the database on a local file system, for SQLite needs locks that work");
  }
  descriptor_ = descriptor;
  // The note is for people alone: a full disk must not keep the lock from being held.
  const std::string note = note_of(who, run_id);
  if (ftruncate(descriptor_, 0) == 0) [[maybe_unused]]
    const ssize_t written = pwrite(descriptor_, note.data(), note.size(), 0);
  return attempt;
}

void LockFile::release() noexcept {
  if (descriptor_ < 0) return;
  [[maybe_unused]] const int emptied = ftruncate(descriptor_, 0);
  ::close(descriptor_); // frees the lock
  descriptor_ = -1;
}

Result<std::optional<LockHolder>> LockFile::holder() const {
  std::optional<LockHolder> nobody;
  if (path_.empty()) return nobody;
  if (descriptor_ >= 0) return std::optional(read_note(descriptor_));
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) {
    const int code = errno;
    if (code == ENOENT) return nobody;
    return fail(ErrorCode::NoPermission,
                "the lock file " + path_ + " cannot be read (" + reason(code) + "): run as the user who runs the migrations");
  }
  struct flock lock = whole_file();
  const bool asked = fcntl(descriptor, F_OFD_GETLK, &lock) == 0;
  std::optional<LockHolder> holder;
  if (asked && lock.l_type != F_UNLCK) {
    holder = read_note(descriptor);
    if (holder->who.empty()) holder->who = "another migrator";
  }
  ::close(descriptor);
  return holder;
}

} // namespace migrator::database::sqlite
