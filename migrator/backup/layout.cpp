// See layout.h.
#include "migrator/backup/layout.h"

#include <fmt/format.h>

#include "migrator/backup/manifest.h"
#include "migrator/script/sha256.h"

namespace migrator::backup {

namespace {

constexpr std::string_view kPartial = ".partial";
constexpr std::string_view kRemoved = ".removed";

std::optional<std::string> id_in(std::string_view name, std::string_view ending) {
  if (name.size() <= 1 + ending.size() || name.front() != '.' || name.substr(name.size() - ending.size()) != ending)
    return std::nullopt;
  const std::string_view id = name.substr(1, name.size() - 1 - ending.size());
  if (!time_of_id(id)) return std::nullopt;
  return std::string(id);
}

} // namespace

std::string draft_name(std::string_view id) {
  return fmt::format(".{}{}", id, kPartial);
}

std::string removed_name(std::string_view id) {
  return fmt::format(".{}{}", id, kRemoved);
}

std::optional<std::string> id_of_draft(std::string_view name) {
  return id_in(name, kPartial);
}

std::optional<std::string> id_of_removed(std::string_view name) {
  return id_in(name, kRemoved);
}

std::string sums_text(std::string_view dump_file, std::string_view dump_sha256, std::string_view manifest) {
  return fmt::format("{}  {}\n{}  {}\n", dump_sha256, dump_file, script::sha256_hex(manifest), kManifestFile);
}

} // namespace migrator::backup
