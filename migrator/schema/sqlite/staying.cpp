#include "migrator/schema/sqlite/staying.h"

#include <algorithm>
#include <set>

#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

namespace {

bool speaks(const Object &object) {
  return object.id.kind == Kind::View || object.id.kind == Kind::Trigger;
}

std::set<std::string> known_relations(const Schema &schema) {
  std::set<std::string> names;
  for (const Object &object : schema.objects)
    if (object.id.kind == Kind::Table || object.id.kind == Kind::View) names.insert(folded(object.id.name));
  return names;
}

bool names_all_known(const Words &all, const std::set<std::string> &relations) {
  std::set<std::string> known = relations;
  for (std::size_t at = 0; at + 1 < all.size(); ++at) // WITH name AS ( …
    if (all[at].is_name() && (all[at + 1].is("AS") || all[at + 1].is("("))) known.insert(folded(plain(all[at])));
  for (std::size_t at = 1; at < all.size(); ++at) {
    const Word &before = all[at - 1];
    if (!before.is("FROM") && !before.is("JOIN") && !before.is("INTO") && !before.is("UPDATE")) continue;
    if (all[at].is_name() && !all[at].is("OF") && !all[at].is("ON") && !known.contains(folded(plain(all[at])))) return false;
  }
  return true;
}

} // namespace

bool sees_order(const Schema &wanted, const ObjectId &table) {
  return std::any_of(wanted.objects.begin(), wanted.objects.end(), [&](const Object &object) {
    if (!speaks(object)) return false;
    const std::string &definition = object.text(Attribute::Definition);
    const bool positional = definition.find('*') != std::string::npos || definition.find("insert into") != std::string::npos;
    return positional && (folded(object.id.relation) == folded(table.name) ||
                          std::find(object.needs.begin(), object.needs.end(), table) != object.needs.end());
  });
}

bool bear_drop_column(const Schema &wanted, const std::vector<std::string> &columns) {
  const std::set<std::string> relations = known_relations(wanted);
  std::set<std::string> dropped;
  for (const std::string &column : columns) dropped.insert(folded(column));
  return std::all_of(wanted.objects.begin(), wanted.objects.end(), [&](const Object &object) {
    if (!speaks(object)) return true;
    const Words all = words(object.text(Attribute::Text));
    return names_all_known(all, relations) && std::none_of(all.begin(), all.end(), [&](const Word &word) {
             return word.is_name() && dropped.contains(folded(plain(word)));
           });
  });
}

} // namespace migrator::schema::sqlite
