#include "migrator/schema/compare.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace migrator::schema {

namespace {

bool counts(Attribute attribute, const CompareOptions &options) {
  if (attribute == Attribute::Rules || attribute == Attribute::Position || attribute == Attribute::Text) return false;
  return options.owned || (attribute != Attribute::Owner && attribute != Attribute::Grants);
}

std::vector<AttributeChange> compare(const Object &from, const Object &to, const CompareOptions &options) {
  std::vector<AttributeChange> changes;
  auto old = from.attributes.begin();
  auto wanted = to.attributes.begin();
  while (old != from.attributes.end() || wanted != to.attributes.end()) {
    const bool has_old = old != from.attributes.end() && (wanted == to.attributes.end() || old->first <= wanted->first);
    const bool has_wanted = wanted != to.attributes.end() && (old == from.attributes.end() || wanted->first <= old->first);
    const Attribute attribute = has_old ? old->first : wanted->first;
    if (counts(attribute, options) && !(has_old && has_wanted && old->second == wanted->second))
      changes.push_back({attribute, has_old ? old->second : Value(), has_wanted ? wanted->second : Value()});
    if (has_old) ++old;
    if (has_wanted) ++wanted;
  }
  return changes;
}

// Glob with * and ?, in linear time but for the last star.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool ignored(const ObjectId &id, const std::vector<std::string> &patterns) {
  const std::string whole = id.schema + "." + id.name;
  const std::string relation = id.schema + "." + id.relation;
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string &pattern) {
    const bool qualified = pattern.find('.') != std::string::npos;
    const bool named_alone = id.kind != Kind::Column && id.kind != Kind::Constraint;
    if (named_alone && matches(pattern, qualified ? whole : id.name)) return true;
    return !id.relation.empty() && matches(pattern, qualified ? relation : id.relation);
  });
}

// Whether a pattern fits a name in "policy p on shop.customer" or "virtual table f": any run of its words, for names may have blanks.
bool ignored(const std::string &unknown, const std::vector<std::string> &patterns) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t at = 0; at < unknown.size(); ++at)
    if (unknown[at] == ' ' || unknown[at] == '.') starts.push_back(at + 1);
  for (const std::size_t begin : starts)
    for (std::size_t end = begin + 1; end <= unknown.size(); ++end) {
      if (end < unknown.size() && unknown[end] != ' ') continue;
      const std::string_view name = std::string_view(unknown).substr(begin, end - begin);
      if (std::any_of(patterns.begin(), patterns.end(), [&](const std::string &pattern) { return matches(pattern, name); }))
        return true;
    }
  return false;
}

// What a column or a table is, without its name.
using Likeness = std::vector<std::pair<Attribute, Value>>;

Likeness likeness(const Object &object) {
  Likeness alike;
  for (const auto &[attribute, value] : object.attributes)
    if (attribute != Attribute::Position && attribute != Attribute::Text && attribute != Attribute::Comment &&
        attribute != Attribute::Owner && attribute != Attribute::Grants)
      alike.emplace_back(attribute, value);
  return alike;
}

using Inside = std::map<std::string, Likeness>; // columns by name

std::map<ObjectId, Inside> columns_by_table(const Schema &schema) {
  std::map<ObjectId, Inside> tables;
  for (const Object &object : schema.objects) {
    if (object.id.kind == Kind::Table) tables[object.id];
    if (object.id.kind == Kind::Column)
      tables[{Kind::Table, object.id.schema, "", object.id.relation}][object.id.name] = likeness(object);
  }
  return tables;
}

} // namespace

std::vector<Change> compare(const Schema &from, const Schema &to, const CompareOptions &options) {
  std::vector<Change> changes;
  auto old = from.objects.begin();
  auto wanted = to.objects.begin();
  while (old != from.objects.end() || wanted != to.objects.end()) {
    if (wanted == to.objects.end() || (old != from.objects.end() && old->id < wanted->id)) {
      changes.push_back({Change::What::Removed, old->id, {}});
      ++old;
    } else if (old == from.objects.end() || wanted->id < old->id) {
      changes.push_back({Change::What::Added, wanted->id, {}});
      ++wanted;
    } else {
      if (auto differing = compare(*old, *wanted, options); !differing.empty())
        changes.push_back({Change::What::Changed, old->id, std::move(differing)});
      ++old;
      ++wanted;
    }
  }
  return changes;
}

std::vector<Change> besides(const std::vector<Change> &changes, const std::vector<Change> &coming,
                            const std::vector<Change> &after) {
  std::map<ObjectId, const Change *> made;
  std::set<ObjectId> unfinished;
  for (const Change &change : coming) made.emplace(change.id, &change);
  for (const Change &change : after) unfinished.insert(change.id);
  std::vector<Change> rest;
  for (const Change &change : changes) {
    const auto same = made.find(change.id);
    if (same == made.end() || same->second->what != change.what) {
      rest.push_back(change);
    } else if (change.what != Change::What::Changed) {
      if (unfinished.contains(change.id)) rest.push_back(change);
    } else {
      Change left{change.what, change.id, {}};
      std::copy_if(change.attributes.begin(), change.attributes.end(), std::back_inserter(left.attributes),
                   [&](const AttributeChange &attribute) {
                     return std::find(same->second->attributes.begin(), same->second->attributes.end(), attribute) ==
                            same->second->attributes.end();
                   });
      if (!left.attributes.empty()) rest.push_back(std::move(left));
    }
  }
  return rest;
}

Schema without(Schema schema, const std::vector<std::string> &patterns) {
  if (patterns.empty()) return schema;
  std::erase_if(schema.objects, [&](const Object &object) { return ignored(object.id, patterns); });
  std::erase_if(schema.unknown, [&](const std::string &unknown) { return ignored(unknown, patterns); });
  return schema;
}

std::vector<Object> ignored_parts(const Schema &schema, const std::vector<std::string> &patterns) {
  std::vector<Object> parts;
  if (patterns.empty()) return parts;
  for (const Object &object : schema.objects) {
    if (object.id.kind != Kind::Index && object.id.kind != Kind::Trigger) continue;
    if (ignored(object.id, patterns) && !ignored({Kind::Table, object.id.schema, "", object.id.relation}, patterns))
      parts.push_back(object);
  }
  return parts;
}

Schema with_parts(Schema schema, const std::vector<Object> &parts) {
  std::vector<Object> more;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(more), [&](const Object &part) {
    const auto there = [&](Kind kind) { return schema.find({kind, part.id.schema, "", part.id.relation}) != nullptr; };
    return there(Kind::Table) || there(Kind::View) || there(Kind::MaterializedView);
  });
  schema.objects.insert(schema.objects.end(), more.begin(), more.end());
  normalise(schema);
  return schema;
}

std::vector<Rename> likely_renames(const Schema &from, const Schema &to) {
  const auto before = columns_by_table(from);
  const auto after = columns_by_table(to);
  std::vector<Rename> renames;
  for (const auto &[id, columns] : before) {
    if (after.contains(id) || columns.empty()) continue;
    std::vector<std::string> candidates;
    for (const auto &[other, others] : after)
      if (other.schema == id.schema && !before.contains(other) && others == columns) candidates.push_back(other.name);
    if (candidates.size() == 1) renames.push_back({id, candidates.front()});
  }
  for (const auto &[id, columns] : before) {
    const auto now = after.find(id);
    if (now == after.end()) continue;
    std::vector<std::string> gone, come;
    for (const auto &[column, alike] : columns)
      if (!now->second.contains(column)) gone.push_back(column);
    for (const auto &[column, alike] : now->second)
      if (!columns.contains(column)) come.push_back(column);
    for (const std::string &column : gone) {
      std::vector<std::string> candidates;
      for (const std::string &other : come)
        if (now->second.at(other) == columns.at(column)) candidates.push_back(other);
      const auto rivals = std::count_if(gone.begin(), gone.end(),
                                        [&](const std::string &other) { return columns.at(other) == columns.at(column); });
      if (candidates.size() == 1 && rivals == 1)
        renames.push_back({{Kind::Column, id.schema, id.name, column}, candidates.front()});
    }
  }
  return renames;
}

std::vector<std::string> describe(const std::vector<Change> &changes) {
  const auto shown = [](const Value &value) {
    return value.empty() ? std::string("none") : fmt::format("{}", fmt::join(value, ", "));
  };
  std::vector<std::string> lines;
  for (const Change &change : changes) {
    if (change.what == Change::What::Added) lines.push_back(text(change.id) + ": added");
    if (change.what == Change::What::Removed) lines.push_back(text(change.id) + ": removed");
    for (const AttributeChange &differing : change.attributes)
      lines.push_back(
          fmt::format("{}: {} {} -> {}", text(change.id), name(differing.attribute), shown(differing.from), shown(differing.to)));
  }
  return lines;
}

} // namespace migrator::schema
