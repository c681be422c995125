#include "migrator/script/folder.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "migrator/script/parser.h"

namespace migrator::script {

namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

class Descriptor {
public:
  explicit Descriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int get() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

struct CloseFolder {
  void operator()(DIR *folder) const noexcept { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

tl::unexpected<Error> folder_error(const std::string &folder, int error) {
  if (error == ENOENT) {
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("no migrations folder {}: `migrator init` makes one; or name the right one in `migrations`", folder),
                {folder});
  }
  if (error == ENOTDIR) {
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("{} is not a folder: name the folder of the revision files in `migrations`", folder), {folder});
  }
  return fail(ErrorCode::InvalidConfiguration,
              fmt::format("cannot read the migrations folder {}: {}: check its permissions", folder, reason(error)), {folder});
}

bool is_revision_file_name(std::string_view name) noexcept {
  constexpr std::string_view kSuffix = ".sql";
  return name.size() > kSuffix.size() && name.front() != '.' && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

struct Entry {
  std::string name;
  bool regular = false; // known to be a regular file; links, for example, are not until they are opened
};

Result<std::vector<Entry>> list_files(DIR *folder, const std::string &path) {
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const auto *const entry = ::readdir(folder);
    if (entry == nullptr) {
      if (errno != 0) return folder_error(path, errno);
      break;
    }
    if (entry->d_type != DT_DIR && is_revision_file_name(entry->d_name))
      entries.push_back({entry->d_name, entry->d_type == DT_REG});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.name < b.name; });
  return entries;
}

tl::unexpected<Error> file_error(std::string path, std::string message) {
  Error error;
  error.code = ErrorCode::InvalidRevisionFile;
  error.message = std::move(message);
  error.file = std::move(path);
  return fail(std::move(error));
}

// read(2), again when a signal came between.
ssize_t read_some(int file, char *into, std::size_t most) noexcept {
  for (;;) {
    const auto got = ::read(file, into, most);
    if (got >= 0 || errno != EINTR) return got;
  }
}

// Reads into `buffer`, which is never empty, grows as needed and is used again for the next file; the answer points into it. Small files, which most are, cost an open, a read and a
// close: with 10,000 of them each further call is felt.
Result<std::string_view> read_file(int folder, const Entry &entry, const std::string &path, std::string &buffer) {
  const auto cannot_read = [&](int error) {
    return file_error(path, fmt::format("cannot read the file: {}: check that it is there and its permissions", reason(error)));
  };
  // O_NONBLOCK: a pipe of that name must not hold us up.
  const Descriptor file(::openat(folder, entry.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return cannot_read(errno);
  std::size_t size = 0;
  if (entry.regular) {
    const auto got = read_some(file.get(), buffer.data(), buffer.size());
    if (got < 0) return cannot_read(errno);
    size = static_cast<std::size_t>(got);
    // A regular file gives less than was asked for only at its end.
    if (size < buffer.size()) return std::string_view(buffer.data(), size);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return cannot_read(errno);
  if (!S_ISREG(status.st_mode)) return file_error(path, "not a regular file: move it out of the migrations folder");
  const auto expected = static_cast<std::size_t>(status.st_size);
  if (expected > kMaxFileBytes) return too_large(path, expected);
  if (buffer.size() <= expected) buffer.resize(expected + 1);
  // A file that grows meanwhile is read no further than what the parser refuses for its size.
  while (size <= kMaxFileBytes) {
    if (size == buffer.size()) buffer.resize(2 * size);
    const auto got = read_some(file.get(), buffer.data() + size, buffer.size() - size);
    if (got < 0) return cannot_read(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return std::string_view(buffer.data(), size);
}

// What went wrong in files, kept until all have been looked at.
class BrokenFiles {
public:
  void add(Error error) {
    if (paths_.empty()) first_ = std::move(error);
    paths_.push_back(paths_.empty() ? first_.file : error.file);
  }
  bool empty() const noexcept { return paths_.empty(); }
  Error take() {
    if (paths_.size() == 2) first_.message += fmt::format(" (1 more file is broken: {})", paths_[1]);
    if (paths_.size() > 2)
      first_.message += fmt::format(" ({} more files are broken, the next is {})", paths_.size() - 1, paths_[1]);
    first_.subject = std::move(paths_);
    return std::move(first_);
  }

private:
  Error first_;
  std::vector<std::string> paths_;
};

Status load_folder(const std::string &folder, LoadDepth depth, std::vector<Script> &scripts, BrokenFiles &broken,
                   std::string &buffer) {
  const Folder open_folder(::opendir(folder.c_str()));
  if (!open_folder) return folder_error(folder, errno);
  const auto entries = list_files(open_folder.get(), folder);
  if (!entries) return fail(entries.error());
  scripts.reserve(scripts.size() + entries->size());
  for (const auto &entry : *entries) {
    auto path = folder;
    if (path.empty() || path.back() != '/') path += '/';
    path += entry.name;
    const auto text = read_file(::dirfd(open_folder.get()), entry, path, buffer);
    if (!text) {
      broken.add(text.error());
      continue;
    }
    auto script = depth == LoadDepth::Full ? parse(*text, std::move(path)) : parse_header(*text, std::move(path));
    if (script) {
      scripts.push_back(std::move(*script));
    } else {
      broken.add(std::move(script.error()));
    }
  }
  return {};
}

} // namespace

Result<std::vector<Script>> load(const std::vector<std::string> &folders, LoadDepth depth) {
  std::vector<Script> scripts;
  BrokenFiles broken;
  constexpr std::size_t kUsualFile = 64 * 1024;
  std::string buffer(kUsualFile, '\0');
  for (const auto &folder : folders) {
    if (auto loaded = load_folder(folder, depth, scripts, broken, buffer); !loaded) return fail(std::move(loaded.error()));
  }
  if (!broken.empty()) return fail(broken.take());
  return scripts;
}

} // namespace migrator::script
