#include "migrator/schema/foreign_rows.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace migrator::schema {

namespace {

// The table that it leads to; {}: none is known.
ObjectId parent_of(const Object &key) {
  const Value &references = key.value(Attribute::References);
  return references.size() < 2 ? ObjectId{} : ObjectId{Kind::Table, references[0], "", references[1]};
}

bool has_rows_of(const Schema &from, const Object &key) {
  const Value &columns = key.value(Attribute::Columns);
  return std::all_of(columns.begin(), columns.end(), [&](const std::string &column) {
    return from.find({Kind::Column, key.id.schema, key.id.relation, column}) != nullptr;
  });
}

bool was_there(const Schema &from, const Object &key) {
  const Object *before = from.find(key.id);
  return before != nullptr && before->value(Attribute::References) == key.value(Attribute::References) &&
         before->value(Attribute::Columns) == key.value(Attribute::Columns);
}

} // namespace

std::vector<std::string> rows_that_may_lead_nowhere(const Schema &from, const Schema &to) {
  std::vector<std::string> sentences;
  for (const Object &key : to.objects) {
    if (key.id.kind != Kind::Constraint || key.text(Attribute::ConstraintType) != "foreign key" || !has_rows_of(from, key))
      continue;
    const ObjectId parent = parent_of(key);
    const bool was = from.find(parent) != nullptr, is = to.find(parent) != nullptr;
    const std::string start = fmt::format("{} fails where {}", text({Kind::Table, key.id.schema, "", key.id.relation}),
                                          fmt::join(key.value(Attribute::Columns), ", "));
    if (is && !was)
      sentences.push_back(fmt::format("{} leads to a row, for {} comes without rows", start, text(parent)));
    else if (was && !is)
      sentences.push_back(fmt::format("{} leads to a row, for {} goes", start, text(parent)));
    else if (is && !was_there(from, key))
      sentences.push_back(fmt::format("{} leads to no row of {}", start, text(parent)));
  }
  return sentences;
}

} // namespace migrator::schema
