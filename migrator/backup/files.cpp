// See files.h.
#include "migrator/backup/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <future>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/report/printable.h"
#include "migrator/script/sha256.h"

namespace migrator::backup {

namespace {

constexpr std::size_t kPiece = 1 << 20;               // bytes of one read
constexpr std::int64_t kTold = std::int64_t{8} << 20; // bytes between two words on the progress

std::string advice(int code) {
  switch (code) {
  case ENOSPC:
  case EDQUOT:
    return " Make room there, or set backup.folder to another place.";
  case EFBIG:
    return " Raise the limit on the size of files (ulimit -f).";
  case EACCES:
  case EPERM:
    return " Give this user the right to, or set backup.folder to another place.";
  case EROFS:
    return " Set backup.folder to a place that can be written.";
  case ENOLCK:
  case EOPNOTSUPP:
    return " Backups need a file system that has locks.";
  default:
    return "";
  }
}

process::Descriptor open_file(const std::string &path, int flags) {
  int number = -1;
  do number = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  while (number < 0 && errno == EINTR);
  return process::Descriptor(number);
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

} // namespace

tl::unexpected<Error> file_error(std::string_view what, const std::string &path, int code) {
  return fail(
      ErrorCode::BackupFailed,
      fmt::format("cannot {} {}: {}.{}", what, report::printable(path), std::generic_category().message(code), advice(code)),
      {path});
}

Status write_new(const std::string &path, std::string_view text) {
  const process::Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.open()) return file_error("make", path, errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) return file_error("flush", path, errno);
  return {};
}

Result<std::optional<std::string>> read_whole(const std::string &path, std::int64_t most) {
  const process::Descriptor file = open_file(path, O_RDONLY);
  if (!file.open()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return file_error("read", path, errno);
  }
  std::string text;
  for (std::string piece(kPiece, '\0');;) {
    const ssize_t length = ::read(file.number(), piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return file_error("read", path, errno);
    if (length == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(length));
    if (static_cast<std::int64_t>(text.size()) > most) return file_error("read", path, EFBIG);
  }
}

Status flush(const std::string &path) {
  const process::Descriptor file = open_file(path, O_RDONLY);
  if (!file.open() || ::fsync(file.number()) != 0) return file_error("flush", path, errno);
  return {};
}

Result<Hashed> hash_file(const std::string &path, bool flushes, const Reading &reading) {
  const process::Descriptor file = open_file(path, O_RDONLY);
  struct stat found {};
  if (!file.open() || ::fstat(file.number(), &found) != 0) return file_error("read", path, errno);
  ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
  // The disk writes while the processor hashes: on one after the other, each would wait for the other's work.
  std::future<int> flushed;
  if (flushes) flushed = std::async(std::launch::async, [number = file.number()] { return ::fsync(number) == 0 ? 0 : errno; });

  Hashed hashed;
  script::Sha256 hash;
  std::int64_t told = 0;
  for (std::string piece(kPiece, '\0');;) {
    const ssize_t length = ::read(file.number(), piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return file_error("read", path, errno);
    if (length == 0) break;
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(length)));
    hashed.bytes += length;
    if (reading && hashed.bytes >= told) {
      if (Status go_on = reading(hashed.bytes, found.st_size); !go_on) return fail(std::move(go_on.error()));
      told = hashed.bytes + kTold;
    }
  }
  hashed.sha256 = script::hex(hash.digest());
  if (flushes)
    if (const int code = flushed.get(); code != 0) return file_error("flush", path, code);
  return hashed;
}

Result<process::Descriptor> lock_waiting(const std::string &path) {
  process::Descriptor file = open_file(path, O_RDWR | O_CREAT);
  if (!file.open()) return file_error("make", path, errno);
  struct flock lock = whole_file();
  while (::fcntl(file.number(), F_OFD_SETLKW, &lock) != 0)
    if (errno != EINTR) return file_error("lock", path, errno);
  return file;
}

Result<std::optional<process::Descriptor>> try_lock(const std::string &path) {
  process::Descriptor file = open_file(path, O_RDWR);
  if (!file.open()) {
    if (errno == ENOENT) return std::optional<process::Descriptor>();
    return file_error("open", path, errno);
  }
  struct flock lock = whole_file();
  if (::fcntl(file.number(), F_OFD_SETLK, &lock) == 0) return std::optional(std::move(file));
  if (errno == EAGAIN || errno == EACCES) return std::optional(process::Descriptor());
  return file_error("lock", path, errno);
}

Status remove_tree(const std::string &path) {
  // Another process may remove the same leftover: a name that is gone under our hands means that it came further, so go on until all is gone.
  std::error_code code;
  do std::filesystem::remove_all(path, code);
  while (code == std::errc::no_such_file_or_directory);
  if (code) return file_error("remove", path, code.value());
  return {};
}

} // namespace migrator::backup
