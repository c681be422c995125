// Says where a statement of PostgreSQL may run and what can be known of it after a kill, by its first words: docs/revision-format.md lists
// the kinds. Between the splitter and the executor; pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/database/database.h"

namespace migrator::database::postgresql {

struct Classification {
  std::string keyword; // in capitals, for messages: "CREATE INDEX CONCURRENTLY"
  TransactionRule rule = TransactionRule::Any;
  ProbeKind probe = ProbeKind::None;
  bool bare_when_alone = false;
  bool sets_session =
      false; // SET and its like, set_config() among them: lasts beyond its transaction, and not beyond its session
};

// `sql` is one statement. Looks at no more than its first few dozen tokens. What the server refuses inside a transaction for a reason that
// the text does not show (a partitioned table's REINDEX) is Any; the server then says so.
Classification classify(std::string_view sql);

} // namespace migrator::database::postgresql
