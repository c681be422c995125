// See concurrent_statement.h. Must not accept what it does not fully understand: a probe's wrong answer would lose or repeat a statement.
#include "migrator/database/postgresql/concurrent_statement.h"

#include "migrator/database/postgresql/statement_words.h"

namespace migrator::database::postgresql {

namespace {

std::optional<ConcurrentStatement> read_create_index(StatementWords words) {
  BuildIndex index;
  index.unique = words.take("UNIQUE");
  if (!words.take_all({"INDEX", "CONCURRENTLY"})) return std::nullopt;
  words.take_all({"IF", "NOT", "EXISTS"});
  if (words.next_is("ON")) return std::nullopt;
  index.name = words.take_name();
  if (index.name.empty() || !words.take("ON")) return std::nullopt;
  words.take("ONLY");
  index.table = words.take_name();
  index.definition = words.rest();
  if (index.table.empty() || index.definition.empty()) return std::nullopt;
  return index;
}

std::optional<ConcurrentStatement> read_drop_index(StatementWords words) {
  words.take_all({"IF", "EXISTS"});
  DropIndex drop{std::string(words.take_name())};
  if (drop.name.empty() || words.next_is(",")) return std::nullopt;
  return drop;
}

std::optional<ConcurrentStatement> read_alter_type(StatementWords words) {
  AddEnumValue add;
  add.type = words.take_name();
  if (add.type.empty() || !words.take_all({"ADD", "VALUE"})) return std::nullopt;
  words.take_all({"IF", "NOT", "EXISTS"});
  add.label = words.take_string();
  if (add.label.empty()) return std::nullopt;
  return add;
}

std::optional<ConcurrentStatement> read_detach(StatementWords words) {
  words.take_all({"IF", "EXISTS"});
  words.take("ONLY");
  DetachPartition detach;
  detach.parent = words.take_name();
  words.take("*");
  if (detach.parent.empty() || !words.take_all({"DETACH", "PARTITION"})) return std::nullopt;
  detach.partition = words.take_name();
  if (detach.partition.empty() || !words.take("CONCURRENTLY")) return std::nullopt;
  return detach;
}

} // namespace

std::optional<ConcurrentStatement> read_concurrent_statement(std::string_view sql) {
  StatementWords words(sql);
  if (words.take("CREATE")) return read_create_index(std::move(words));
  if (words.take_all({"DROP", "INDEX", "CONCURRENTLY"})) return read_drop_index(std::move(words));
  if (words.take_all({"ALTER", "TYPE"})) return read_alter_type(std::move(words));
  if (words.take_all({"ALTER", "TABLE"})) return read_detach(std::move(words));
  return std::nullopt;
}

} // namespace migrator::database::postgresql
