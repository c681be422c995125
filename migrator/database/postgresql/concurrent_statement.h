// The statements that PostgreSQL's catalog can tell about after a kill, taken apart into what the probe asks for. Names are kept as they are
// written, quotes and all, so that the server reads them as it would have read the statement. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace migrator::database::postgresql {

// CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] NAME ON [ONLY] TABLE DEFINITION. One without a name is not among these: the server
// makes up a name, a second one if it runs twice.
struct BuildIndex {
  bool unique = false;
  std::string name;
  std::string table;
  std::string definition; // "USING gin (tags) WHERE …": all that follows the table
};

// DROP INDEX CONCURRENTLY [IF EXISTS] NAME
struct DropIndex {
  std::string name;
};

// ALTER TYPE TYPE ADD VALUE [IF NOT EXISTS] LABEL
struct AddEnumValue {
  std::string type;
  std::string label; // the literal, with its quotes
};

// ALTER TABLE [IF EXISTS] [ONLY] PARENT DETACH PARTITION PARTITION CONCURRENTLY
struct DetachPartition {
  std::string parent;
  std::string partition;
};

using ConcurrentStatement = std::variant<BuildIndex, DropIndex, AddEnumValue, DetachPartition>;

std::optional<ConcurrentStatement> read_concurrent_statement(std::string_view sql);

} // namespace migrator::database::postgresql
