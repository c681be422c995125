#include "migrator/models/renames.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "migrator/config/suggestion.h"
#include "migrator/models/rename_flag.h"

namespace migrator::models {

namespace {

using schema::Kind;
using schema::ObjectId;
using schema::Rename;
using schema::Schema;

// One that somebody wants: the flag or note at `of` of its list.
struct Wish {
  Rename rename;
  ObjectId now; // what it makes
  bool flagged = false;
  std::size_t of = 0;
};

// A table's name before the renames and after them.
struct TableNames {
  std::string before, after;
};

// What may be renamed between the two schemas, tables and columns apart.
class Chooser {
public:
  Chooser(const Schema &from, const Schema &to)
      : from_(from), to_(to), own_schema_(from.dialect == Dialect::Postgresql ? "public" : "") {}

  std::string schema_or_own(const std::string &schema) const { return schema.empty() ? own_schema_ : schema; }

  // Where the old name was and the new one shall be.
  std::optional<Wish> table(const std::string &schema, const std::string &old, const std::string &now) const {
    return fitting({Kind::Table, schema, "", old}, {Kind::Table, schema, "", now});
  }
  std::optional<Wish> column(const std::string &schema, const TableNames &table, const std::string &old,
                             const std::string &now) const {
    return fitting({Kind::Column, schema, table.before, old}, {Kind::Column, schema, table.after, now});
  }

  TableNames by_new_name(const std::string &schema, const std::string &table) const {
    const auto renamed = std::find_if(tables_.begin(), tables_.end(),
                                      [&](const Rename &rename) { return rename.from.schema == schema && rename.to == table; });
    return {renamed == tables_.end() ? table : renamed->from.name, table};
  }
  TableNames by_old_name(const std::string &schema, const std::string &table) const {
    const auto renamed = std::find_if(tables_.begin(), tables_.end(), [&](const Rename &rename) {
      return rename.from.schema == schema && rename.from.name == table;
    });
    return {table, renamed == tables_.end() ? table : renamed->to};
  }

  bool was(const ObjectId &id) const { return from_.find(id) != nullptr; }
  bool stays(const ObjectId &id) const { return to_.find(id) != nullptr; }
  void take_tables(std::vector<Rename> tables) { tables_ = std::move(tables); }

private:
  std::optional<Wish> fitting(ObjectId before, const ObjectId &now) const {
    if (before.name == now.name || !was(before) || !stays(now)) return std::nullopt;
    return Wish{{std::move(before), now.name}, now};
  }

  const Schema &from_;
  const Schema &to_;
  const std::string own_schema_;
  std::vector<Rename> tables_;
};

// A rename's two names, both as before: what it leaves, and what it takes.
ObjectId taken_by(const Wish &wish) {
  ObjectId id = wish.rename.from;
  id.name = wish.rename.to;
  return id;
}

// Notes of what was done long ago go: the new name is there already, and no other rename takes it away.
void drop_old_notes(std::vector<Wish> &wishes, const Chooser &chooser) {
  std::multiset<ObjectId> leaving;
  std::multimap<ObjectId, std::size_t> takers;
  for (std::size_t at = 0; at < wishes.size(); ++at) {
    leaving.insert(wishes[at].rename.from);
    takers.emplace(taken_by(wishes[at]), at);
  }
  std::vector<std::size_t> look(wishes.size());
  std::iota(look.begin(), look.end(), std::size_t{0});
  std::vector<bool> gone(wishes.size(), false);
  while (!look.empty()) {
    const std::size_t at = look.back();
    look.pop_back();
    const ObjectId taken = taken_by(wishes[at]);
    if (gone[at] || wishes[at].flagged || !chooser.was(taken) || leaving.contains(taken)) continue;
    gone[at] = true;
    leaving.erase(leaving.find(wishes[at].rename.from));
    const auto [begin, end] = takers.equal_range(wishes[at].rename.from);
    for (auto taker = begin; taker != end; ++taker) look.push_back(taker->second);
  }
  std::vector<Wish> kept;
  for (std::size_t at = 0; at < wishes.size(); ++at)
    if (!gone[at]) kept.push_back(std::move(wishes[at]));
  wishes = std::move(kept);
}

bool ends_with(const std::vector<std::string> &path, const std::vector<std::string> &end) {
  return path.size() >= end.size() && std::equal(end.rbegin(), end.rend(), path.rbegin());
}

// What a flag comes to: a wish, or, where what it renames is there, a new place for it.
struct Found {
  std::optional<Wish> wish;
  bool elsewhere = false;
};

// Columns are looked for when the tables' renames are known, since they may be named by a table's new name.
Found found(const Chooser &chooser, const RenameFlag &flag, bool tables) {
  std::vector<std::string> path = flag.old, place = flag.now;
  const std::size_t length = tables ? 2 : 3;
  if (path.size() == length - 1) path.insert(path.begin(), chooser.schema_or_own(""));
  if (path.size() != length) return {};
  const std::string now = place.back();
  place.pop_back();
  const std::string &schema = path[0];
  if (tables) {
    if (!chooser.was({Kind::Table, schema, "", path[1]})) return {};
    if (!ends_with({schema}, place)) return {std::nullopt, true};
    return {chooser.table(schema, path[1], now)};
  }
  bool elsewhere = false;
  for (const TableNames &table : {chooser.by_old_name(schema, path[1]), chooser.by_new_name(schema, path[1])}) {
    if (!chooser.was({Kind::Column, schema, table.before, path[2]})) continue;
    const bool stays = ends_with({schema, table.before}, place) || ends_with({schema, table.after}, place);
    elsewhere = elsewhere || !stays;
    if (!stays) continue;
    if (auto wish = chooser.column(schema, table, path[2], now)) return {std::move(wish)};
  }
  return {std::nullopt, elsewhere};
}

enum class Wrong : std::uint8_t {
  OldStays,    // the models have the old name too, and nothing is renamed to it
  Contradicts, // another rename has taken one of the two names
  Circle,      // of notes alone: the same before and after
};

tl::unexpected<Error> refused_note(const RenameNote &note, Wrong wrong) {
  const std::string what = note.column.empty() ? "a table " + note.old : "a column " + note.old + " of " + note.table;
  const std::string line = "`renamed_from " + note.old + "`: ";
  switch (wrong) {
  case Wrong::OldStays:
    return fail_at(
        note.path, note.line, ErrorCode::InvalidConfiguration,
        line + "the models still have " + what +
            ". Take this line out if nothing was renamed; else rename first, and bring the new one of that name in a later "
            "revision.");
  case Wrong::Contradicts:
    break;
  case Wrong::Circle:
    return fail_at(
        note.path, note.line, ErrorCode::InvalidConfiguration,
        line +
            "it exchanges names with others, and nobody can tell whether that is done: the names are the same before and "
            "after. Take these lines out, and if it is yet to be done, say it once, a flag each: --rename " +
            rename_text(
                {note.column.empty() ? Kind::Table : Kind::Column, note.schema, note.column.empty() ? "" : note.table, note.old},
                note.column.empty() ? note.table : note.column, "") +
            ".");
  }
  return fail_at(note.path, note.line, ErrorCode::InvalidConfiguration,
                 line + "another rename has the old or the new name already. Leave one of the two.");
}

constexpr const char *kContradicts =
    " goes against another rename, which has the old or the new name already. Leave one of the two.";
constexpr const char *kElsewhere =
    " leads elsewhere: a table keeps its schema, and a column its table. Write what moves by hand, ALTER TABLE … SET SCHEMA "
    "for a table.";
constexpr const char *kFitsNothing =
    " fits nothing: the revisions must have the old name, and the models the new one and, unless another --rename brings it, "
    "not the old. `migrator diff revisions models` shows both.";

tl::unexpected<Error> refused_flag(const std::string &flag, const char *why) {
  return fail(ErrorCode::Usage, "--rename " + config::in_quotes(flag) + why);
}

// The first wish of a circle of notes alone; none: nullptr.
const Wish *circle_of_notes(const std::vector<Wish> &wishes) {
  std::map<ObjectId, const Wish *> by_old;
  for (const Wish &wish : wishes) by_old[wish.rename.from] = &wish;
  std::set<const Wish *> seen;
  for (const Wish &first : wishes) {
    bool notes = true;
    const Wish *at = &first;
    while (at != nullptr && seen.insert(at).second) {
      notes = notes && !at->flagged;
      const auto next = by_old.find(taken_by(*at));
      at = next == by_old.end() ? nullptr : next->second;
      if (at == &first && notes) return at;
    }
  }
  return nullptr;
}

// Those of `wishes`, flags first, that are to be done; the first that cannot be is an error.
Result<std::vector<Rename>> settled(std::vector<Wish> wishes, const Chooser &chooser, const std::vector<RenameNote> &notes,
                                    const std::vector<std::string> &flags) {
  const auto wrong = [&](const Wish &wish, Wrong how) {
    return wish.flagged ? refused_flag(flags[wish.of], how == Wrong::Contradicts ? kContradicts : kFitsNothing)
                        : refused_note(notes[wish.of], how);
  };
  drop_old_notes(wishes, chooser);
  std::map<ObjectId, const Wish *> by_old, by_new;
  std::vector<Rename> renames;
  for (const Wish &wish : wishes) {
    const Wish *one = by_old.emplace(wish.rename.from, &wish).first->second;
    const Wish *other = by_new.emplace(taken_by(wish), &wish).first->second;
    if (one->rename != wish.rename || other->rename != wish.rename) return wrong(wish, Wrong::Contradicts);
    if (one == &wish) renames.push_back(wish.rename);
  }
  for (const Wish &wish : wishes) {
    ObjectId old_name_now = wish.now;
    old_name_now.name = wish.rename.from.name;
    if (chooser.stays(old_name_now) && !by_new.contains(wish.rename.from)) return wrong(wish, Wrong::OldStays);
  }
  if (const Wish *circle = circle_of_notes(wishes)) return refused_note(notes[circle->of], Wrong::Circle);
  return renames;
}

} // namespace

Result<std::vector<Rename>> chosen_renames(const std::vector<RenameNote> &notes, const std::vector<std::string> &flags,
                                           const Schema &from, const Schema &to) {
  Chooser chooser(from, to);
  std::vector<RenameFlag> read;
  for (const std::string &text : flags) {
    Result<RenameFlag> flag = parsed_rename(text);
    if (!flag) return fail(std::move(flag.error()));
    read.push_back(std::move(*flag));
  }
  std::vector<bool> fits(read.size(), false), elsewhere(read.size(), false);
  std::vector<Rename> all;
  for (const bool tables : {true, false}) {
    std::vector<Wish> wishes;
    const auto add = [&wishes](std::optional<Wish> wish, bool flagged, std::size_t of) {
      if (!wish) return false;
      wish->flagged = flagged;
      wish->of = of;
      wishes.push_back(std::move(*wish));
      return true;
    };
    for (std::size_t at = 0; at < read.size(); ++at) {
      if (fits[at]) continue;
      Found one = found(chooser, read[at], tables);
      elsewhere[at] = elsewhere[at] || one.elsewhere;
      fits[at] = add(std::move(one.wish), true, at);
    }
    for (std::size_t at = 0; at < notes.size(); ++at) {
      const RenameNote &note = notes[at];
      if (tables != note.column.empty()) continue;
      const std::string schema = chooser.schema_or_own(note.schema);
      add(tables ? chooser.table(schema, note.old, note.table)
                 : chooser.column(schema, chooser.by_new_name(schema, note.table), note.old, note.column),
          false, at);
    }
    Result<std::vector<Rename>> some = settled(std::move(wishes), chooser, notes, flags);
    if (!some) return fail(std::move(some.error()));
    all.insert(all.end(), some->begin(), some->end());
    if (tables) chooser.take_tables(std::move(*some));
  }
  for (std::size_t at = 0; at < read.size(); ++at)
    if (!fits[at]) return refused_flag(flags[at], elsewhere[at] ? kElsewhere : kFitsNothing);
  return all;
}

} // namespace migrator::models
