// See client_tools.h.
#include "migrator/database/postgresql/client_tools.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "migrator/process/child.h"

namespace migrator::database::postgresql {

namespace {

// Of "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" the "15.18"; empty if it is no such line.
std::string version_in(std::string_view line) {
  constexpr std::string_view kBefore = "(PostgreSQL) ";
  const auto at = line.find(kBefore);
  if (at == std::string_view::npos) return {};
  const auto from = at + kBefore.size();
  return std::string(line.substr(from, std::min(line.find_first_of(" \r\n", from), line.size()) - from));
}

std::optional<ClientTools> tools_in(const std::filesystem::path &folder) {
  for (const char *name : {"pg_dump", "pg_restore", "psql"}) {
    const auto program = folder / name;
    std::error_code error;
    if (access(program.c_str(), X_OK) != 0) return std::nullopt;
    if (std::filesystem::canonical(program, error).filename() == "pg_wrapper") return std::nullopt;
  }
  std::string line;
  const auto ended = process::run(
      {{(folder / "pg_dump").string(), "--version"}, {}, {}, {}, false}, [] { return false; },
      [&line](std::string_view piece) { line += piece; });
  ClientTools tools{folder.string(), version_in(line), 0};
  tools.major = major_of(tools.version);
  if (!ended || !ended->well() || tools.major == 0) return std::nullopt;
  return tools;
}

const ClientTools *lowest_from(const std::vector<ClientTools> &installed, int major) {
  const ClientTools *best = nullptr;
  for (const ClientTools &tools : installed)
    if (tools.major >= major && (best == nullptr || tools.major < best->major)) best = &tools;
  return best;
}

// What is there, for messages.
std::string newest_of(const std::vector<ClientTools> &installed) {
  const auto newest = std::max_element(installed.begin(), installed.end(),
                                       [](const ClientTools &a, const ClientTools &b) { return a.major < b.major; });
  return newest->version;
}

constexpr const char *kNone = "there is no folder with pg_dump, pg_restore and psql, neither in PATH nor in /usr/lib/postgresql: "
                              "install the package postgresql-client-{} or a newer one";

} // namespace

int major_of(const std::string &version) {
  return std::atoi(version.c_str());
}

std::vector<ClientTools> installed_tools(const std::string &path, const std::string &versions) {
  std::vector<std::filesystem::path> folders;
  std::istringstream parts(path);
  for (std::string folder; std::getline(parts, folder, ':');)
    if (!folder.empty() && folder.front() == '/') folders.emplace_back(folder);
  std::vector<std::filesystem::path> packaged;
  std::error_code error;
  for (const auto &entry : std::filesystem::directory_iterator(versions, error)) packaged.push_back(entry.path() / "bin");
  std::sort(packaged.begin(), packaged.end(), [](const std::filesystem::path &a, const std::filesystem::path &b) {
    return major_of(a.parent_path().filename()) > major_of(b.parent_path().filename());
  });
  folders.insert(folders.end(), packaged.begin(), packaged.end());
  std::vector<ClientTools> found;
  for (const auto &folder : folders) {
    const bool seen = std::any_of(found.begin(), found.end(), [&](const ClientTools &tools) { return tools.folder == folder; });
    if (seen) continue;
    if (auto tools = tools_in(folder)) found.push_back(std::move(*tools));
  }
  return found;
}

Result<ClientTools> tools_for_dump(const std::vector<ClientTools> &installed, int server_major,
                                   const std::string &server_version) {
  if (installed.empty()) return fail(ErrorCode::BackupFailed, fmt::format(fmt::runtime(kNone), server_major));
  if (const ClientTools *tools = lowest_from(installed, server_major)) return *tools;
  return fail(ErrorCode::BackupFailed,
              fmt::format("pg_dump {} is older than the server, PostgreSQL {}, and cannot dump it: install the package "
                          "postgresql-client-{} or a newer one",
                          newest_of(installed), server_version, server_major));
}

Result<ClientTools> tools_for_restore(const std::vector<ClientTools> &installed, int server_major, int dumped_by) {
  if (installed.empty())
    return fail(ErrorCode::BackupFailed, fmt::format(fmt::runtime(kNone), std::max(server_major, dumped_by)));
  if (const ClientTools *tools = lowest_from(installed, std::max(server_major, dumped_by))) return *tools;
  if (const ClientTools *tools = lowest_from(installed, dumped_by)) return *tools;
  return fail(
      ErrorCode::BackupFailed,
      fmt::format("pg_restore {} cannot read a backup that pg_dump {} wrote: install the package postgresql-client-{} or a "
                  "newer one",
                  newest_of(installed), dumped_by, dumped_by));
}

} // namespace migrator::database::postgresql
