// See restored_contents.h.
#include "migrator/database/postgresql/restored_contents.h"

#include <algorithm>

#include "migrator/database/postgresql/histories.h"
#include "migrator/database/postgresql/row_contents.h"

namespace migrator::database::postgresql {

namespace {

Contents of_kind(const std::vector<ContentEntry> &entries, std::string_view kind, const Comparing &comparing) {
  Contents chosen;
  for (const ContentEntry &entry : entries)
    if (entry.kind == kind && (comparing.with_roles || !is_about_roles(entry))) chosen.entries.push_back(entry);
  return chosen;
}

Status mark_own(std::vector<ContentEntry> &entries, const Ask &ask, const History &own) {
  const auto histories = find_histories(ask, own);
  if (!histories) return tl::unexpected(histories.error());
  const auto relations = OwnRelations::of(ask, *histories);
  if (!relations) return tl::unexpected(relations.error());
  for (ContentEntry &entry : entries) entry.ours = relations->has(entry);
  return {};
}

} // namespace

Result<std::vector<std::string>> row_differences(const Dumped &wanted, const Ask &ask, const History &own,
                                                 const Comparing &comparing, BackupObserver &observer) {
  if (!wanted.contents) return std::vector<std::string>();
  std::int64_t total = 0;
  for (const ContentEntry &entry : wanted.contents->entries) total += entry.rows;
  auto found = read_rows(ask, [&](std::int64_t rows) { observer.progressed(BackupPhase::Compare, rows, std::max(rows, total)); });
  if (!found) return tl::unexpected(found.error());
  const auto sequences = read_sequences(ask);
  if (!sequences) return tl::unexpected(sequences.error());
  found->insert(found->end(), sequences->begin(), sequences->end());
  if (auto marked = mark_own(*found, ask, own); !marked) return tl::unexpected(marked.error());
  return differences(of_kind(wanted.contents->entries, "rows", comparing), of_kind(*found, "rows", comparing),
                     comparing.without_ours);
}

Result<std::vector<std::string>> definition_differences(const Dumped &wanted, const std::vector<DumpEntry> &found, const Ask &ask,
                                                        const History &own, const Comparing &comparing) {
  if (!wanted.contents) return std::vector<std::string>();
  auto entries = entries_of(found);
  if (auto marked = mark_own(entries, ask, own); !marked) return tl::unexpected(marked.error());
  return differences(of_kind(wanted.contents->entries, "definition", comparing), of_kind(entries, "definition", comparing),
                     comparing.without_ours);
}

} // namespace migrator::database::postgresql
