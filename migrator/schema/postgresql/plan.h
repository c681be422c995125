// What becomes of each object on the way from one schema to another: what stays, what is altered, and what must go and come again because something
// that it stands on does. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "migrator/schema/compare.h"
#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

enum class Fate : std::uint8_t {
  Keep,    // untouched, or altered in place
  Replace, // dropped and made again
  Retype,  // a type: a new one is made beside it, columns move over, then it goes
  Drop,
  Create,
};

struct Plan {
  Plan(const Schema &old, const Schema &wanted, const CompareOptions &options);

  const Schema &from, &to;
  std::map<ObjectId, Change> changes;
  std::map<ObjectId, Fate> fates;  // of all but those that are kept
  std::set<ObjectId> retyped;      // kept columns and domains whose type is made anew, though it reads the same
  std::set<ObjectId> lost_default; // kept columns and domains whose default must go before what it uses goes
  std::set<ObjectId> late;         // types and sequences that go last, for kept columns still have them, or drew from them

  // What is of a view that is made again and not in the model, as a rule: nothing would bring it back.
  std::optional<std::string> lost_with_a_view() const;
  Fate fate(const ObjectId &id) const;
  bool goes(const ObjectId &id) const;                                          // Drop, Replace or Retype
  bool comes(const ObjectId &id) const;                                         // Create, Replace or Retype
  const AttributeChange *change(const ObjectId &id, Attribute attribute) const; // null: no change
  bool changes_type(const ObjectId &column) const;
  // Whether the server makes a kept index anew, with the type of a column.
  bool is_made_anew(const Object &index) const;
  // Whether the relation that an object is of is made by this plan, or goes.
  bool relation_comes(const ObjectId &id) const;
  bool relation_goes(const ObjectId &id) const;

private:
  void decide(const Change &change);
  void follow();
  void touch(const Object &dependent, const ObjectId &needed);
  void replace(const ObjectId &id);

  std::map<ObjectId, std::vector<const Object *>> dependents_; // in `from`
  std::vector<ObjectId> open_;
};

} // namespace migrator::schema::postgresql
