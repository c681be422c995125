// See load.h.
#include "migrator/config/load.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/config/resolve.h"
#include "migrator/config/settings_file.h"

namespace migrator::config {

namespace {

constexpr const char *kFileName = "migrator.yaml";
constexpr int kMostFolders = 256; // above the working folder; a path cannot be deeper in practice

class OpenFile {
public:
  explicit OpenFile(const std::string &path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile &) = delete;
  OpenFile &operator=(const OpenFile &) = delete;
  int descriptor() const { return descriptor_; }

private:
  int descriptor_;
};

tl::unexpected<Error> unreadable(const std::string &path, int error) {
  return fail_at(path, 0, ErrorCode::InvalidConfiguration, std::string("cannot be read: ") + std::strerror(error) + ".");
}

} // namespace

std::string find_settings_file() {
  std::string folder;
  struct stat here {};
  if (::stat(".", &here) != 0) return {};
  for (int level = 0; level < kMostFolders; ++level) {
    const std::string path = folder + kFileName;
    struct stat file {};
    if (::stat(path.c_str(), &file) == 0 && !S_ISDIR(file.st_mode)) return path;
    folder += "../";
    struct stat above {};
    if (::stat(folder.c_str(), &above) != 0) return {};
    if (above.st_dev == here.st_dev && above.st_ino == here.st_ino) return {}; // the root is its own parent
    here = above;
  }
  return {};
}

Result<std::string> read_settings_text(const std::string &path) {
  const OpenFile file(path);
  if (file.descriptor() < 0) return unreadable(path, errno);
  std::string text;
  std::array<char, 16 * 1024> chunk;
  while (text.size() <= kLargestSettingsFile) {
    const ssize_t got = ::read(file.descriptor(), chunk.data(), chunk.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return fail_at(path, 0, ErrorCode::InvalidConfiguration, "is larger than 1 MiB, so it is not what is meant here.");
}

Environment process_environment() {
  return [](const std::string &name) -> std::optional<std::string> {
    const char *value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<Settings> load(const LoadRequest &request, const Environment &environment) {
  std::string path = request.config_path.value_or("");
  if (!request.config_path) {
    const std::optional<std::string> named = environment("MIGRATOR_CONFIG");
    if (named && named->empty())
      return fail(ErrorCode::InvalidConfiguration, "MIGRATOR_CONFIG is set but empty. Give it a value or unset it.",
                  {"MIGRATOR_CONFIG"});
    path = named ? *named : find_settings_file();
  }
  std::optional<FileSettings> file;
  if (!path.empty()) {
    Result<std::string> text = read_settings_text(path);
    if (!text) return fail(std::move(text.error()));
    Result<FileSettings> parsed = parse_settings_file(*text, path);
    if (!parsed) return fail(std::move(parsed.error()));
    file = std::move(*parsed);
  }
  Result<Overrides> variables = read_environment(environment, read_settings_text, request.use);
  if (!variables) return fail(std::move(variables.error()));
  return resolve(request.flags, *variables, file, request.use);
}

} // namespace migrator::config
