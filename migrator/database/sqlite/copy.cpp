#include "migrator/database/sqlite/copy.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/database/sqlite/header.h"

namespace migrator::database::sqlite {

namespace {

constexpr std::int64_t kBytesAtOnce = 4 * 1024 * 1024; // between two looks at deadline and interruption

struct BackupCloser {
  void operator()(sqlite3_backup *backup) const noexcept { sqlite3_backup_finish(backup); }
};

std::string reason(int code) {
  return std::generic_category().message(code);
}

Result<std::int64_t> page_size_of(Connection &connection) {
  const auto rows = connection.query("PRAGMA main.page_size");
  if (!rows) return fail(rows.error());
  return std::stoll(rows->rows.front().front().value_or("4096"));
}

class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int number() const noexcept { return number_; }

private:
  int number_;
};

Result<int> make_file(const std::string &path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return fail(ErrorCode::BackupFailed, "the file " + path + " that is in the way cannot be removed (" + reason(errno) +
                                             "): remove it, or give this user write rights on its folder");
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0)
    return fail(ErrorCode::BackupFailed,
                "the file " + path + " cannot be made (" + reason(errno) + "): give this user write rights on its folder");
  return descriptor;
}

Status write_all(int descriptor, const char *bytes, std::size_t size, const std::string &path) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      return fail(ErrorCode::BackupFailed, "the file " + path + " could not be written (" + reason(written < 0 ? errno : ENOSPC) +
                                               "): make room there, and run the command again");
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return {};
}

} // namespace

Status copy_pages(Connection &to, Connection &from, const CopyLimits &limits, const Patience &patience,
                  BackupObserver &observer) {
  const auto page_size = page_size_of(from);
  if (!page_size) return fail(page_size.error());
  std::unique_ptr<sqlite3_backup, BackupCloser> backup(sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
  if (!backup) return fail(to.failure(sqlite3_errcode(to.handle())));
  const int pages_at_once = static_cast<int>(std::max<std::int64_t>(1, kBytesAtOnce / *page_size));
  for (int code = SQLITE_OK; code != SQLITE_DONE;) {
    if (auto done = patience.check(); !done) return done;
    code = sqlite3_backup_step(backup.get(), pages_at_once);
    if (code != SQLITE_OK && code != SQLITE_DONE) {
      backup.reset(); // rolls back, and only now does the connection know the error
      return fail(to.failure(code));
    }
    const std::int64_t of = sqlite3_backup_pagecount(backup.get()) * *page_size;
    if (limits.max_bytes > 0 && of > limits.max_bytes)
      return fail(ErrorCode::BackupFailed, "the database has " + std::to_string(of) + " bytes, more than backup.max_bytes (" +
                                               std::to_string(limits.max_bytes) +
                                               ") allows: raise it, or take backups otherwise");
    const std::int64_t left = sqlite3_backup_remaining(backup.get()) * *page_size;
    observer.progressed(limits.phase, limits.already + of - left, limits.already + of);
  }
  return {};
}

Status make_private_file(const std::string &path) {
  const auto descriptor = make_file(path);
  if (!descriptor) return fail(descriptor.error());
  ::close(*descriptor);
  return {};
}

Status copy_file(const std::string &to, const std::string &from, const Patience &patience, BackupObserver &observer) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found {};
  if (source.number() < 0 || fstat(source.number(), &found) != 0)
    return fail(ErrorCode::BackupFailed, "the file " + from + " cannot be read (" + reason(errno) + ")");
  const auto made = make_file(to);
  if (!made) return fail(made.error());
  const Descriptor target(*made);
  std::vector<char> bytes(kBytesAtOnce);
  for (std::int64_t copied = 0;;) {
    if (auto done = patience.check(); !done) return done;
    const ssize_t read = ::read(source.number(), bytes.data(), bytes.size());
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return fail(ErrorCode::BackupFailed, "the file " + from + " could not be read (" + reason(errno) + ")");
    if (read == 0) return {};
    const auto size = static_cast<std::size_t>(read);
    if (copied == 0 && size >= kHeaderBytes) bytes[kVersionOffset] = bytes[kVersionOffset + 1] = kRollbackVersion;
    if (auto done = write_all(target.number(), bytes.data(), size, to); !done) return done;
    copied += read;
    observer.progressed(BackupPhase::Restore, copied, 2 * found.st_size);
  }
}

Removed::~Removed() {
  ::unlink(path_.c_str());
}

Result<std::unique_ptr<Connection>> open_unchanging(const std::string &path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == '/' || byte == '.' || byte == '-' || byte == '_';
    if (plain) {
      uri += letter;
      continue;
    }
    uri += '%';
    uri += kDigits[byte >> 4];
    uri += kDigits[byte & 15];
  }
  return Connection::open(uri + "?immutable=1", path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

} // namespace migrator::database::sqlite
