// See drivers.h. Looks for the module only in places that belong to the installation, by absolute paths: never in the working folder and
// never along LD_LIBRARY_PATH, where another user could have put a library of theirs.
#include "migrator/database/drivers.h"

#include <array>
#include <climits>
#include <mutex>
#include <string>

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include "migrator/database/sqlite/driver.h"

namespace migrator::database {

namespace {

constexpr std::string_view kModule = "libmigrator-postgresql.so";

// The folder of the running program, with its symlinks resolved; empty if the system does not tell.
std::string program_folder() {
  std::array<char, PATH_MAX> path{};
  const auto length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0 || static_cast<std::size_t>(length) >= path.size()) return {};
  const std::string_view program(path.data(), static_cast<std::size_t>(length));
  return std::string(program.substr(0, program.rfind('/')));
}

// The first place that has the module; empty if none has.
std::string find_module() {
  const std::string folder = program_folder();
  std::array<std::string, 3> places;
  if (!folder.empty()) places = {folder, folder + "/../lib/migrator", MIGRATOR_LIBDIR};
  for (const std::string &place : places) {
    const std::string path = fmt::format("{}/{}", place, kModule);
    if (!place.empty() && access(path.c_str(), R_OK) == 0) return path;
  }
  return {};
}

template <typename Function> Function find_function(void *module, const char *name) {
  return reinterpret_cast<Function>(dlsym(module, name));
}

Result<const Driver *> load_postgresql() {
  const std::string path = find_module();
  if (path.empty()) {
    return fail(ErrorCode::Internal,
                fmt::format("{} is not beside the program, nor in ../lib/migrator from there, nor in {}: install it again",
                            kModule, MIGRATOR_LIBDIR));
  }
  // Lazily: libpq brings thirty libraries, most of whose functions are never called.
  void *module = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (module == nullptr) {
    const char *why = dlerror();
    return fail(ErrorCode::Internal, fmt::format("{} cannot be loaded: {}; install it again with the libraries it needs", path,
                                                 why == nullptr ? "" : why));
  }
  const auto version = find_function<const char *(*)()>(module, "migrator_driver_version");
  const auto driver = find_function<const Driver *(*)()>(module, "migrator_driver_postgresql");
  if (version == nullptr || driver == nullptr || std::string_view(version()) != MIGRATOR_VERSION) {
    return fail(ErrorCode::Internal,
                fmt::format("{} belongs to another version than {}: install both together", path, MIGRATOR_VERSION));
  }
  return driver();
}

} // namespace

Result<const Driver *> driver_for(Dialect dialect) {
  if (dialect == Dialect::Sqlite) return &sqlite_driver();
  static std::mutex mutex;
  static const Driver *loaded = nullptr;
  const std::lock_guard guard(mutex);
  if (loaded == nullptr) {
    const auto driver = load_postgresql();
    if (!driver) return driver;
    loaded = *driver;
  }
  return loaded;
}

} // namespace migrator::database
