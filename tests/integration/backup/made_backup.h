// Backups made by hand through a Draft, for tests of the store.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "migrator/backup/store.h"
#include "tests/integration/backup/temporary_folder.h"

namespace migrator::backup {

constexpr const char *kFirst = "20261122T171203Z-3f9a2b1c";
constexpr const char *kSecond = "20261122T171204Z-00000001";

inline Manifest manifest_of_test() {
  Manifest manifest;
  manifest.created_at = "2026-11-22T17:12:03.500Z";
  manifest.tool_version = "0.1.0";
  manifest.dumped.file = "database.sqlite";
  manifest.dumped.identity = {"SQLite", "/data/shop.db", ""};
  manifest.dumped.histories = {{{"main", "migrator_version"}, {"a1"}, 7}};
  return manifest;
}

inline Result<Manifest> make_backup(const Store &store, const std::string &id,
                                    const std::string &dump = "the bytes of a database") {
  Result<std::unique_ptr<Draft>> draft = store.begin(id);
  if (!draft) return fail(draft.error());
  Manifest manifest = manifest_of_test();
  manifest.created_at = fmt::format("2026-11-22T17:12:{}.000Z", id.substr(13, 2));
  put((*draft)->folder() + "/" + manifest.dumped.file, dump);
  if (Status finished = (*draft)->finish(manifest, {}); !finished) return fail(finished.error());
  return manifest;
}

inline std::vector<std::string> names(const std::string &folder) {
  std::vector<std::string> found;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace migrator::backup
