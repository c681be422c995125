// See schema_cache.h.
#include "migrator/commands/schema_cache.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/commands/files.h"

namespace migrator::commands {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 50;

// Empty: nowhere.
fs::path cache_folder() {
  const char *const own = std::getenv("XDG_CACHE_HOME");
  if (own != nullptr && *own == '/') return fs::path(own) / "migrator";
  const char *const home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" / "migrator" : fs::path();
}

void forget_old(const fs::path &folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".json") entries.emplace_back(entry->last_write_time(error), entry->path());
  if (entries.size() <= kMostEntries) return;
  std::sort(entries.begin(), entries.end());
  for (std::size_t i = 0; i + kMostEntries < entries.size(); ++i) fs::remove(entries[i].second, error);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

} // namespace

std::optional<schema::Stored> cached_schema(const std::string &key) {
  const fs::path folder = cache_folder();
  if (folder.empty()) return std::nullopt;
  const std::string path = folder / (key + ".json");
  // What another user could have put there is not believed.
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & 022U) != 0)
    return std::nullopt;
  const Result<std::string> text = read_text(path);
  if (!text) return std::nullopt;
  Result<schema::Stored> stored = schema::stored_from_json(*text);
  if (!stored) return std::nullopt;
  return std::move(*stored);
}

void cache_schema(const std::string &key, const schema::Stored &stored) {
  const fs::path folder = cache_folder();
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return;
  const std::string path = folder / (key + ".json");
  const std::string temporary = path + "." + std::to_string(::getpid());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return;
  const bool whole = write_all(file, schema::to_json(stored));
  if (::close(file) != 0 || !whole || ::rename(temporary.c_str(), path.c_str()) != 0) ::unlink(temporary.c_str());
  forget_old(folder);
}

} // namespace migrator::commands
