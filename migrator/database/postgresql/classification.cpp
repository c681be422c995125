// See classification.h. One function a leading word; the lists follow PostgreSQL's PreventInTransactionBlock. Must not look into literals.
#include "migrator/database/postgresql/classification.h"

#include <algorithm>

#include "migrator/database/postgresql/concurrent_statement.h"
#include "migrator/database/postgresql/statement_words.h"

namespace migrator::database::postgresql {

namespace {

Classification refused(std::string keyword) {
  return {std::move(keyword), TransactionRule::Refused, ProbeKind::None, false, false};
}

Classification never_inside(std::string keyword, ProbeKind probe = ProbeKind::None) {
  return {std::move(keyword), TransactionRule::NeverInside, probe, false, false};
}

Classification any(std::string keyword, ProbeKind probe = ProbeKind::None) {
  return {std::move(keyword), TransactionRule::Any, probe, false, false};
}

ProbeKind catalog_if_readable(std::string_view sql) {
  return read_concurrent_statement(sql) ? ProbeKind::Catalog : ProbeKind::None;
}

// "CREATE TABLE", with MATERIALIZED VIEW and the like in full.
Classification object_statement(std::string verb, StatementWords words) {
  while (words.take_any({"OR", "REPLACE", "GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "UNIQUE", "RECURSIVE", "TRUSTED",
                         "PROCEDURAL", "CONSTRAINT", "DEFAULT"})) {
  }
  const std::string first = words.next_upper();
  words.skip();
  verb += " " + first;
  const bool two_words = first == "MATERIALIZED" || first == "FOREIGN" || first == "EVENT" || first == "ACCESS" ||
                         first == "USER" || first == "TEXT" || first == "OPERATOR";
  const std::string second = words.next_upper();
  if (two_words && (second == "VIEW" || second == "TABLE" || second == "DATA" || second == "TRIGGER" || second == "METHOD" ||
                    second == "MAPPING" || second == "SEARCH" || second == "CLASS" || second == "FAMILY")) {
    verb += " " + second;
  }
  return any(std::move(verb));
}

Classification classify_create(std::string_view sql, StatementWords words) {
  for (const auto *kind : {"DATABASE", "TABLESPACE", "SUBSCRIPTION"}) {
    if (words.next_is(kind)) return never_inside(std::string("CREATE ") + kind);
  }
  StatementWords index = words;
  const bool unique = index.take("UNIQUE");
  if (index.take_all({"INDEX", "CONCURRENTLY"})) {
    return never_inside(unique ? "CREATE UNIQUE INDEX CONCURRENTLY" : "CREATE INDEX CONCURRENTLY", catalog_if_readable(sql));
  }
  return object_statement("CREATE", std::move(words));
}

Classification classify_drop(std::string_view sql, StatementWords words) {
  for (const auto *kind : {"DATABASE", "TABLESPACE", "SUBSCRIPTION"}) {
    if (words.next_is(kind)) return never_inside(std::string("DROP ") + kind);
  }
  if (words.take_all({"INDEX", "CONCURRENTLY"})) return never_inside("DROP INDEX CONCURRENTLY", catalog_if_readable(sql));
  return object_statement("DROP", std::move(words));
}

// ALTER SUBSCRIPTION … REFRESH PUBLICATION, and a change of its publications unless it says refresh = false.
bool refreshes_subscription(const StatementWords &words) {
  if (words.contains({"REFRESH", "PUBLICATION"})) return true;
  const bool changes =
      words.contains({"ADD", "PUBLICATION"}) || words.contains({"DROP", "PUBLICATION"}) || words.contains({"SET", "PUBLICATION"});
  for (const auto *off : {"FALSE", "OFF", "0"}) {
    if (words.contains({"REFRESH", "=", off}) || words.contains({"REFRESH", off})) return false;
  }
  return changes;
}

Classification classify_alter(std::string_view sql, StatementWords words) {
  if (words.next_is("SYSTEM")) return never_inside("ALTER SYSTEM");
  if (words.next_is("DATABASE") && words.contains({"SET", "TABLESPACE"})) return never_inside("ALTER DATABASE SET TABLESPACE");
  if (words.next_is("SUBSCRIPTION") && refreshes_subscription(words)) return never_inside("ALTER SUBSCRIPTION");
  if (const auto read = read_concurrent_statement(sql)) {
    if (std::holds_alternative<DetachPartition>(*read)) {
      return never_inside("ALTER TABLE DETACH PARTITION CONCURRENTLY", ProbeKind::Catalog);
    }
    if (std::holds_alternative<AddEnumValue>(*read)) return any("ALTER TYPE ADD VALUE", ProbeKind::Catalog);
  }
  return object_statement("ALTER", std::move(words));
}

Classification classify_rollback(StatementWords words) {
  if (words.next_is("PREPARED")) return refused("ROLLBACK PREPARED");
  words.take_any({"WORK", "TRANSACTION"});
  if (words.next_is("TO")) return any("ROLLBACK TO SAVEPOINT");
  return refused("ROLLBACK");
}

Classification setting(Classification found) {
  found.sets_session = true;
  return found;
}

Classification classify_set(std::string verb, StatementWords words) {
  StatementWords after_scope = words;
  after_scope.take_any({"SESSION", "LOCAL"});
  for (const auto &candidate : {words, after_scope}) {
    StatementWords at = candidate;
    if (at.take_all({"SESSION", "AUTHORIZATION"}) || at.take("SESSION_AUTHORIZATION"))
      return refused(verb + " SESSION AUTHORIZATION");
  }
  const bool ends_with_transaction = words.next_is("LOCAL") || words.next_is("TRANSACTION") || words.next_is("CONSTRAINTS");
  return ends_with_transaction ? any(std::move(verb)) : setting(any(std::move(verb)));
}

Classification classify_reindex(StatementWords words) {
  StatementWords inside(words.take_parentheses());
  bool concurrently = false;
  for (; !inside.at_end(); inside.skip()) {
    if (inside.take("CONCURRENTLY")) concurrently = !inside.take_any({"FALSE", "OFF", "0"});
  }
  const std::string kind = words.next_upper();
  words.skip();
  concurrently = words.take("CONCURRENTLY") || concurrently;
  const std::string keyword = "REINDEX " + kind + (concurrently ? " CONCURRENTLY" : "");
  if (concurrently || kind == "SCHEMA" || kind == "DATABASE" || kind == "SYSTEM") return never_inside(keyword);
  return any(keyword);
}

Classification classify_cluster(StatementWords words) {
  words.take_parentheses();
  words.take("VERBOSE");
  return words.at_end() ? never_inside("CLUSTER") : any("CLUSTER");
}

} // namespace

Classification classify(std::string_view sql) {
  StatementWords words(sql);
  const std::string first = words.next_upper();
  words.skip();
  if (first == "CREATE") return classify_create(sql, std::move(words));
  if (first == "DROP") return classify_drop(sql, std::move(words));
  if (first == "ALTER") return classify_alter(sql, std::move(words));
  if (first == "ROLLBACK") return classify_rollback(std::move(words));
  if (first == "SET" || first == "RESET") return classify_set(first, std::move(words));
  if (first == "REINDEX") return classify_reindex(std::move(words));
  if (first == "CLUSTER") return classify_cluster(std::move(words));
  if (first == "VACUUM") return never_inside("VACUUM", ProbeKind::Repeat);
  if (first == "CALL") return {"CALL", TransactionRule::Any, ProbeKind::None, true, false};
  if (first == "START") return refused("START TRANSACTION");
  if (first == "COMMIT") return refused(words.next_is("PREPARED") ? "COMMIT PREPARED" : "COMMIT");
  if (first == "BEGIN" || first == "END" || first == "ABORT" || first == "DISCARD") return refused(first);
  if (first == "PREPARE" && words.take("TRANSACTION") && !words.next_is("AS") && !words.next_is("("))
    return refused("PREPARE TRANSACTION");
  const bool prepares =
      first == "PREPARE" || first == "DEALLOCATE" || first == "LISTEN" || first == "UNLISTEN" || first == "LOAD";
  if (prepares || (first == "SELECT" && words.contains({"SET_CONFIG", "("}))) return setting(any(first));
  return any(first.empty() ? std::string("statement") : first);
}

} // namespace migrator::database::postgresql
