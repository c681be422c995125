#include "migrator/report/difference.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

using nlohmann::ordered_json;
using schema::Change;
using schema::Kind;
using schema::ObjectId;

std::string_view word(Change::What what) {
  if (what == Change::What::Added) return "added";
  return what == Change::What::Removed ? "removed" : "changed";
}

ordered_json side_document(const Compared &side) {
  return {{"what", side.what}, {"of", side.of}, {"server", side.server}, {"objects", side.schema->objects.size()}};
}

std::string counted(std::size_t count, const char *what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

} // namespace

std::vector<Change> without_parts(const std::vector<Change> &changes) {
  std::set<ObjectId> whole[2]; // added, removed
  for (const Change &change : changes)
    if (change.id.relation.empty() && change.what != Change::What::Changed)
      whole[change.what == Change::What::Removed].insert(change.id);
  std::vector<Change> out;
  for (const Change &change : changes) {
    const auto goes_with = [&](Kind kind) {
      return !change.id.relation.empty() && change.what != Change::What::Changed &&
             whole[change.what == Change::What::Removed].contains({kind, change.id.schema, "", change.id.relation});
    };
    if (!goes_with(Kind::Table) && !goes_with(Kind::View) && !goes_with(Kind::MaterializedView) && !goes_with(Kind::Domain))
      out.push_back(change);
  }
  return out;
}

std::string difference_text(const Difference &difference) {
  std::string out;
  const bool told = difference.besides.has_value();
  const std::vector<Change> shown = without_parts(told ? *difference.besides : difference.changes);
  const auto line = [&](const std::string &text) { out += printable(text) + "\n"; };
  if (!difference.pending.empty())
    line(fmt::format("{}: pending: {} ({}); the database has not yet what {}, `migrator upgrade heads` applies {}{}",
                     name(difference.dialect), counted(difference.pending.size(), "revision"),
                     fmt::join(difference.pending, ", "), difference.pending.size() == 1 ? "it makes" : "they make",
                     difference.pending.size() == 1 ? "it" : "them", told ? "" : ". Its changes are among these:"));
  if (shown.empty() && !difference.changes.empty()) {
    line(fmt::format("{}: nothing else differs between {} and {}.", name(difference.dialect), difference.from.text,
                     difference.to.text));
  } else if (shown.empty()) {
    line(fmt::format("{}: nothing differs. Compared {}, {}, with {}, {}.", name(difference.dialect), difference.from.text,
                     counted(difference.from.schema->objects.size(), "object"), difference.to.text,
                     counted(difference.to.schema->objects.size(), "object")));
  } else {
    line(fmt::format("{}: {}{} to make {} of {}:", name(difference.dialect), counted(shown.size(), "change"),
                     told ? " besides" : "", difference.to.text, difference.from.text));
    for (const std::string &change : schema::describe(shown)) line("  " + change);
  }
  return out;
}

ordered_json difference_document(const Difference &difference) {
  ordered_json changes = ordered_json::array();
  const std::vector<Change> shown = without_parts(difference.changes);
  const std::vector<Change> &rest = difference.besides ? *difference.besides : difference.changes;
  for (const Change &change : shown) {
    ordered_json row = {{"change", word(change.what)}, {"kind", schema::name(change.id.kind)},
                        {"schema", change.id.schema},  {"relation", change.id.relation},
                        {"name", change.id.name},      {"text", schema::describe({change})}};
    row["attributes"] = ordered_json::array();
    for (const schema::AttributeChange &attribute : change.attributes)
      row["attributes"].push_back(
          {{"attribute", schema::name(attribute.attribute)}, {"from", attribute.from}, {"to", attribute.to}});
    row["pending"] = std::none_of(rest.begin(), rest.end(), [&](const Change &other) { return other.id == change.id; });
    changes.push_back(std::move(row));
  }
  std::set<std::string> unknown(difference.from.schema->unknown.begin(), difference.from.schema->unknown.end());
  unknown.insert(difference.to.schema->unknown.begin(), difference.to.schema->unknown.end());
  return {{"dialect", name(difference.dialect)},
          {"from", side_document(difference.from)},
          {"to", side_document(difference.to)},
          {"equal", difference.changes.empty()},
          {"changes", std::move(changes)},
          {"pending", difference.pending},
          {"not_compared", unknown}};
}

} // namespace migrator::report
