// See files.h.
#include "migrator/commands/files.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace migrator::commands {

namespace {

class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int number() const { return number_; }
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

private:
  int number_;
};

// Takes a file away again unless it was moved to its place.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

std::string folder_of(const std::string &path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

tl::unexpected<Error> not_writable(const std::string &path, int error) {
  return fail_at(path, 0, ErrorCode::NotWritable, std::string("cannot be written: ") + std::strerror(error) + ".");
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Moves without taking another's place; by a hard link where the file system does not know how.
bool move_into_place(const std::string &from, const std::string &to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  return ::link(from.c_str(), to.c_str()) == 0;
}

} // namespace

Result<std::string> read_text(const std::string &path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 64 * 1024> chunk;
  for (;;) {
    const ssize_t got = file.number() < 0 ? -1 : ::read(file.number(), chunk.data(), chunk.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return fail_at(path, 0, ErrorCode::InvalidRevisionFile, std::string("cannot be read: ") + std::strerror(errno) + ".");
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

namespace {

Status write_file(const std::string &path, std::string_view text, bool (*move)(const std::string &, const std::string &)) {
  const std::string folder = folder_of(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  const TemporaryFile temporary((folder == "." ? "" : folder) + "." + name + "." + std::to_string(::getpid()));
  {
    Descriptor file(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.number() < 0 || !write_all(file.number(), text) || ::fsync(file.number()) != 0 || !file.close())
      return not_writable(path, errno);
  }
  if (!move(temporary.path(), path)) {
    if (errno == EEXIST) return fail_at(path, 0, ErrorCode::FileExists, "is there already and was left as it is.");
    return not_writable(path, errno);
  }
  const Descriptor synced(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (synced.number() >= 0) ::fsync(synced.number());
  return {};
}

} // namespace

Status write_new_file(const std::string &path, std::string_view text) {
  return write_file(path, text, move_into_place);
}

Status replace_file(const std::string &path, std::string_view text) {
  return write_file(path, text,
                    [](const std::string &from, const std::string &to) { return ::rename(from.c_str(), to.c_str()) == 0; });
}

Status make_folder(const std::string &path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at);
    if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) return not_writable(folder, errno);
    if (at == std::string::npos) break;
  }
  struct stat made {};
  if (::stat(path.c_str(), &made) != 0) return not_writable(path, errno);
  return S_ISDIR(made.st_mode) ? Status() : Status(not_writable(path, ENOTDIR));
}

bool exists(const std::string &path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

bool holds_something(const std::string &folder) {
  const std::unique_ptr<DIR, int (*)(DIR *)> open(::opendir(folder.c_str()), ::closedir);
  if (!open) return false;
  while (const dirent *entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return true;
  }
  return false;
}

} // namespace migrator::commands
