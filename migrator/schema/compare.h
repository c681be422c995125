// What differs between two schemas of one dialect. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema {

struct AttributeChange {
  Attribute attribute = Attribute::Type;
  Value from, to; // empty: absent
  bool operator==(const AttributeChange &) const = default;
};

struct Change {
  enum class What : std::uint8_t { Added, Removed, Changed } what = What::Added;
  ObjectId id;
  std::vector<AttributeChange> attributes; // of Changed; by attribute
  bool operator==(const Change &) const = default;
};

struct CompareOptions {
  bool owned = false; // `owned: manage`: owners and grants count
};

// By id; Position and Text never count. What lies in a table that was added or removed is listed too: it is the renderer's to see that a
// CREATE TABLE makes the columns.
std::vector<Change> compare(const Schema &from, const Schema &to, const CompareOptions &options);

// What of `changes` is not done by what is on its way: `coming` is what that changes, `after` what would still have to change behind it.
std::vector<Change> besides(const std::vector<Change> &changes, const std::vector<Change> &coming,
                            const std::vector<Change> &after);

// Without what a pattern of `ignore` names, and without what is of an ignored relation. A pattern is a name or schema.name, in which * stands for any
// run of characters and ? for one; without a schema it means every schema.
Schema without(Schema schema, const std::vector<std::string> &patterns);

// The indexes and triggers that a pattern names, of relations that none names: who makes such a relation again makes these again.
std::vector<Object> ignored_parts(const Schema &schema, const std::vector<std::string> &patterns);
// With those of `parts` whose relation is there.
Schema with_parts(Schema schema, const std::vector<Object> &parts);

// A table or column that was likely renamed: one went and one came, alike in all but name. Relations first. A question for the user, no fact.
struct Rename {
  ObjectId from; // a Table or Column; on PostgreSQL also a Constraint, Index or Sequence
  std::string to;
  bool operator==(const Rename &) const = default;
};
std::vector<Rename> likely_renames(const Schema &from, const Schema &to);

// One line a change, for people: "table customer: added", "column customer.email: type integer -> bigint".
std::vector<std::string> describe(const std::vector<Change> &changes);

} // namespace migrator::schema
