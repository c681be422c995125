// See module.h.
#include "migrator/module/module.h"

#include <array>
#include <climits>
#include <map>
#include <mutex>

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

namespace migrator::module {

namespace {

// The folder of the running program, with its symlinks resolved; empty if the system does not tell.
std::string program_folder() {
  std::array<char, PATH_MAX> path{};
  const auto length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0 || static_cast<std::size_t>(length) >= path.size()) return {};
  const std::string_view program(path.data(), static_cast<std::size_t>(length));
  return std::string(program.substr(0, program.rfind('/')));
}

// The first place that has the module; empty if none has.
std::string find_module(std::string_view name) {
  const std::string folder = program_folder();
  std::array<std::string, 3> places;
  if (!folder.empty()) places = {folder, folder + "/../lib/migrator", MIGRATOR_LIBDIR};
  for (const std::string &place : places) {
    const std::string path = fmt::format("{}/{}", place, name);
    if (!place.empty() && access(path.c_str(), R_OK) == 0) return path;
  }
  return {};
}

Result<void *> load(std::string_view name, const char *version, const char *entry) {
  const std::string path = find_module(name);
  if (path.empty()) {
    return fail(ErrorCode::Internal,
                fmt::format("{} is not beside the program, nor in ../lib/migrator from there, nor in {}: install it again", name,
                            MIGRATOR_LIBDIR));
  }
  // Lazily: they bring many libraries, most of whose functions are never called.
  void *loaded = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (loaded == nullptr) {
    const char *why = dlerror();
    return fail(ErrorCode::Internal, fmt::format("{} cannot be loaded: {}; install it again with the libraries it needs", path,
                                                 why == nullptr ? "" : why));
  }
  const auto its_version = reinterpret_cast<const char *(*)()>(dlsym(loaded, version));
  void *found = dlsym(loaded, entry);
  if (its_version == nullptr || found == nullptr || std::string_view(its_version()) != MIGRATOR_VERSION) {
    return fail(ErrorCode::Internal,
                fmt::format("{} belongs to another version than {}: install both together", path, MIGRATOR_VERSION));
  }
  return found;
}

} // namespace

Result<void *> entry_of(std::string_view name, const char *version, const char *entry) {
  static std::mutex mutex;
  static std::map<std::string, void *, std::less<>> entries;
  const std::lock_guard guard(mutex);
  if (const auto known = entries.find(name); known != entries.end()) return known->second;
  Result<void *> loaded = load(name, version, entry);
  if (loaded) entries.emplace(name, *loaded);
  return loaded;
}

void load_ahead(const char *library) noexcept {
  dlopen(library, RTLD_LAZY | RTLD_LOCAL);
}

} // namespace migrator::module
