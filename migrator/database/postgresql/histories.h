// Every history of ours in a database, found by the shape of its tables: whoever restores must know them all, and comparisons leave them out.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

// All that have a journal and a meta table, and `own` (which may be Alembic's table as yet); sorted by schema and table.
Result<std::vector<History>> find_histories(const Ask &ask, const History &own);

// Where each of them stands. Ask within one snapshot.
Result<std::vector<HistoryMark>> mark_histories(const Ask &ask, const std::vector<History> &histories);

// Whether `history` has this relation of ours ("…_journal", "…_meta").
Result<bool> has_relation(const Ask &ask, const History &history, const std::string &name);

// What belongs to histories: their tables, views, indexes and sequences.
class OwnRelations {
public:
  static Result<OwnRelations> of(const Ask &ask, const std::vector<History> &histories);

  // Whether an entry of dump_text.h's entries_of(), or one of row_contents.h's, is about one of them.
  bool has(const ContentEntry &entry) const;

private:
  std::set<std::string> names_; // "public.migrator_version_journal"
};

} // namespace migrator::database::postgresql
