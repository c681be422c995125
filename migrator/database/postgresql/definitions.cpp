// See definitions.h.
#include "migrator/database/postgresql/definitions.h"

namespace migrator::database::postgresql {

Result<std::vector<ListedEntry>> list_archive(const ClientTools &tools, const std::string &file, const Limits &limits) {
  std::string list;
  const auto listed = run_client(ClientLogin::offline(tools.program("pg_restore"), {"--list", file}), "pg_restore",
                                 "reading the backup", limits, [&list](std::string_view piece) { list += piece; });
  if (!listed) return tl::unexpected(listed.error());
  return read_list(list);
}

Result<std::vector<DumpEntry>> archive_definitions(const ClientTools &tools, const std::string &file, const Limits &limits) {
  const auto list = list_archive(tools, file, limits);
  if (!list) return tl::unexpected(list.error());
  std::string wanted;
  for (const ListedEntry &entry : *list) {
    const bool is_data = entry.type == "TABLE DATA" || entry.type == "MATERIALIZED VIEW DATA" || entry.type == "BLOBS";
    if (!is_data) wanted += entry.line + "\n";
  }
  if (wanted.empty()) return std::vector<DumpEntry>();
  const auto chosen = MemoryFile::holding(wanted);
  if (!chosen) return tl::unexpected(chosen.error());
  DumpReader reader;
  const auto read =
      run_client(ClientLogin::offline(tools.program("pg_restore"), {"--use-list=" + (*chosen)->path(), "--file=-", file}),
                 "pg_restore", "reading the backup", limits, [&reader](std::string_view piece) { reader.take(piece); });
  if (!read) return tl::unexpected(read.error());
  return reader.finish();
}

Result<std::string> archive_database_options(const ClientTools &tools, const std::string &file, const Limits &limits) {
  const auto list = list_archive(tools, file, limits);
  if (!list) return tl::unexpected(list.error());
  std::string wanted;
  for (const ListedEntry &entry : *list)
    if (entry.type == "DATABASE") wanted += entry.line + "\n";
  const auto chosen = MemoryFile::holding(wanted);
  if (!chosen) return tl::unexpected(chosen.error());
  std::string text;
  const auto read = run_client(
      ClientLogin::offline(tools.program("pg_restore"), {"--use-list=" + (*chosen)->path(), "--create", "--file=-", file}),
      "pg_restore", "reading the backup", limits, [&text](std::string_view piece) { text += piece; });
  if (!read) return tl::unexpected(read.error());
  return database_options_in(text);
}

Result<std::vector<DumpEntry>> live_definitions(const ClientTools &tools, const ClientLogin &login, const Limits &limits) {
  DumpReader reader;
  const auto read = run_client(login.command(tools.program("pg_dump"), {"--schema-only"}), "pg_dump", "comparing definitions",
                               limits, [&reader](std::string_view piece) { reader.take(piece); });
  if (!read) return tl::unexpected(read.error());
  return reader.finish();
}

} // namespace migrator::database::postgresql
