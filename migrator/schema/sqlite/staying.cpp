#include "migrator/schema/sqlite/staying.h"

#include <algorithm>
#include <map>
#include <set>

#include "migrator/schema/sqlite/keywords.h"

namespace migrator::schema::sqlite {

namespace {

using Names = std::set<std::string>; // folded

// What of both schemas a view or trigger may name.
class Known {
public:
  Known(const Schema &from, const Schema &to, const std::vector<const Object *> &speakers) {
    for (const Object &object : from.objects) {
      if (object.id.kind == Kind::Table && has(to, object.id)) columns_[folded(object.id.name)];
      if (object.id.kind == Kind::Column && has(to, object.id))
        columns_[folded(object.id.relation)].insert(folded(object.id.name));
    }
    for (const Object *speaker : speakers)
      if (speaker->id.kind == Kind::View) views_.emplace(folded(speaker->id.name), speaker);
  }

  bool fits(const Object &speaker) const {
    const Words all = words(speaker.text(Attribute::Text));
    Names names = declared_names(all);
    for (const char *always : {"new", "old", "rowid", "oid", "_rowid_", "main", "temp", "excluded"}) names.insert(always);
    add(speaker, names);
    for (std::size_t at = 3; at < all.size(); ++at) {
      if (!all[at].is_name() || is_keyword(all[at]) || all[at].kind == script::TokenKind::String) continue;
      const std::string name = folded(plain(all[at]));
      const Word &before = all[at - 1];
      const bool relation = before.is("FROM") || before.is("JOIN") || before.is("INTO") || before.is("UPDATE");
      const bool function = !relation && at + 1 < all.size() && all[at + 1].is("(");
      if (function || before.is("COLLATE")) continue;
      if (!names.contains(name)) return false;
    }
    return true;
  }

private:
  static bool has(const Schema &schema, const ObjectId &id) { return schema.find(id) != nullptr; }

  // The relations that it names, and all that is named within those.
  void add(const Object &speaker, Names &names) const {
    std::vector<const Object *> open = {&speaker};
    Names seen = {folded(speaker.id.name)};
    while (!open.empty()) {
      const Object &now = *open.back();
      open.pop_back();
      for (const Word &word : words(now.text(Attribute::Text))) {
        if (!word.is_name()) continue;
        const std::string name = folded(plain(word));
        if (const auto table = columns_.find(name); table != columns_.end()) {
          names.insert(name);
          names.insert(table->second.begin(), table->second.end());
        }
        const auto view = views_.find(name);
        if (view == views_.end() || !seen.insert(name).second) continue;
        names.insert(name);
        const Names given = declared_names(words(view->second->text(Attribute::Text)));
        names.insert(given.begin(), given.end());
        open.push_back(view->second);
      }
    }
  }

  std::map<std::string, Names> columns_; // by table
  std::map<std::string, const Object *> views_;
};

} // namespace

bool speaks(const Object &object) {
  return object.id.kind == Kind::View || object.id.kind == Kind::Trigger;
}

bool sees_order(const Schema &wanted, const ObjectId &table) {
  return std::any_of(wanted.objects.begin(), wanted.objects.end(), [&](const Object &object) {
    if (!speaks(object)) return false;
    const std::string &definition = object.text(Attribute::Definition);
    const bool positional = definition.find('*') != std::string::npos || definition.find("insert into") != std::string::npos;
    return positional && (folded(object.id.relation) == folded(table.name) ||
                          std::find(object.needs.begin(), object.needs.end(), table) != object.needs.end());
  });
}

StayingWords staying_words(const Schema &from, const Schema &to, const std::vector<const Object *> &speakers) {
  StayingWords staying;
  if (speakers.empty()) return staying;
  const Known known(from, to, speakers);
  for (const Object *speaker : speakers) {
    staying.all_known = staying.all_known && known.fits(*speaker);
    for (const Word &word : words(speaker->text(Attribute::Text)))
      if (word.is_name()) staying.names.insert(folded(plain(word)));
  }
  return staying;
}

bool bear_drop_column(const StayingWords &staying, const std::vector<std::string> &columns) {
  return staying.all_known && std::none_of(columns.begin(), columns.end(),
                                           [&](const std::string &column) { return staying.names.contains(folded(column)); });
}

std::optional<ObjectId> needed_and_going(const Object &part, const Schema &from, const Schema &to) {
  Names tables = {folded(part.id.relation)};
  for (const ObjectId &need : part.needs)
    if (need.kind == Kind::Table) tables.insert(folded(need.name));
  const auto concerned = [&](const Object &object) {
    return tables.contains(folded(object.id.kind == Kind::Table ? object.id.name : object.id.relation)) &&
           (object.id.kind == Kind::Table || object.id.kind == Kind::Column);
  };
  Names stay;
  for (const Object &object : to.objects)
    if (concerned(object)) stay.insert(folded(object.id.name));
  if (!stay.contains(folded(part.id.relation))) return std::nullopt; // it goes with its table
  std::map<std::string, ObjectId> go;
  for (const Object &object : from.objects)
    if (concerned(object) && !stay.contains(folded(object.id.name))) go.emplace(folded(object.id.name), object.id);
  if (go.empty()) return std::nullopt;
  const Words all = words(part.text(Attribute::Text));
  for (std::size_t at = 3; at < all.size(); ++at) {
    if (!all[at].is_name() || all[at].kind == script::TokenKind::String) continue;
    const auto found = go.find(folded(plain(all[at])));
    const bool function = at + 1 < all.size() && all[at + 1].is("(");
    if (found != go.end() && !(function && found->second.kind == Kind::Column)) return found->second;
  }
  return std::nullopt;
}

} // namespace migrator::schema::sqlite
