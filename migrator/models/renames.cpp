#include "migrator/models/renames.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "migrator/config/suggestion.h"

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
  // By the table's new name.
  std::optional<Wish> column(const std::string &schema, const std::string &table, const std::string &old,
                             const std::string &now) const {
    const auto before = std::find_if(tables_.begin(), tables_.end(),
                                     [&](const Rename &rename) { return rename.from.schema == schema && rename.to == table; });
    return fitting({Kind::Column, schema, before == tables_.end() ? table : before->from.name, old},
                   {Kind::Column, schema, table, now});
  }
  std::optional<Wish> column_of_old(const std::string &schema, const std::string &table, const std::string &old,
                                    const std::string &now) const {
    const auto after = std::find_if(tables_.begin(), tables_.end(), [&](const Rename &rename) {
      return rename.from.schema == schema && rename.from.name == table;
    });
    return fitting({Kind::Column, schema, table, old}, {Kind::Column, schema, after == tables_.end() ? table : after->to, now});
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

struct Flag {
  std::vector<std::string> path; // before the last dot, and the old name
  std::string now;
};

Result<Flag> parsed(const std::string &text) {
  const std::size_t colon = text.find(':');
  Flag flag;
  if (colon != std::string::npos) {
    flag.now = text.substr(colon + 1);
    for (std::size_t at = 0; at <= colon;) {
      const std::size_t end = std::min(text.find('.', at), colon);
      flag.path.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  const bool whole = !flag.now.empty() && flag.now.find_first_of(".:") == std::string::npos && !flag.path.empty() &&
                     flag.path.size() <= 3 &&
                     std::none_of(flag.path.begin(), flag.path.end(), [](const std::string &part) { return part.empty(); });
  if (!whole)
    return fail(ErrorCode::Usage, config::in_quotes(text) +
                                      " is no rename. Write --rename old:new for a table, --rename table.old:new for a column.");
  return flag;
}

// Columns are looked for when the tables' renames are known, since they may be named by a table's new name.
std::optional<Wish> wish_of(const Chooser &chooser, const Flag &flag, bool tables) {
  const std::vector<std::string> &path = flag.path;
  if (tables) {
    if (path.size() == 1) return chooser.table(chooser.schema_or_own(""), path[0], flag.now);
    return path.size() == 2 ? chooser.table(path[0], path[1], flag.now) : std::nullopt;
  }
  if (path.size() != 2 && path.size() != 3) return std::nullopt;
  const std::string schema = path.size() == 2 ? chooser.schema_or_own("") : path[0];
  const std::string &table = path[path.size() - 2];
  std::optional<Wish> wish = chooser.column_of_old(schema, table, path.back(), flag.now);
  return wish ? wish : chooser.column(schema, table, path.back(), flag.now);
}

enum class Wrong : std::uint8_t {
  OldStays,    // the models have the old name too, and nothing is renamed to it
  Contradicts, // another rename has taken one of the two names
  Circle,      // of notes alone: the same before and after
};

tl::unexpected<Error> refused_note(const RenameNote &note, Wrong wrong) {
  const std::string what = note.column.empty() ? "a table " + note.old : "a column " + note.old + " of " + note.table;
  const std::string line = "`renamed_from " + note.old + "`: ";
  const std::string flag = note.column.empty() ? note.old + ":" + note.table : note.table + "." + note.old + ":" + note.column;
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
            flag + ".");
  }
  return fail_at(note.path, note.line, ErrorCode::InvalidConfiguration,
                 line + "another rename has the old or the new name already. Leave one of the two.");
}

tl::unexpected<Error> refused_flag(const std::string &flag, bool contradicts) {
  return fail(ErrorCode::Usage,
              "--rename " + config::in_quotes(flag) +
                  (contradicts
                       ? " goes against another rename, which has the old or the new name already. Leave one of the two."
                       : " fits nothing: the revisions must have the old name, and the models the new one and, unless another "
                         "--rename brings it, not the old. `migrator diff revisions models` shows both."));
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
    return wish.flagged ? refused_flag(flags[wish.of], how == Wrong::Contradicts) : refused_note(notes[wish.of], how);
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
  std::vector<Flag> read;
  for (const std::string &text : flags) {
    Result<Flag> flag = parsed(text);
    if (!flag) return fail(std::move(flag.error()));
    read.push_back(std::move(*flag));
  }
  std::vector<bool> fits(read.size(), false);
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
    for (std::size_t at = 0; at < read.size(); ++at)
      if (!fits[at]) fits[at] = add(wish_of(chooser, read[at], tables), true, at);
    for (std::size_t at = 0; at < notes.size(); ++at) {
      const RenameNote &note = notes[at];
      if (tables != note.column.empty()) continue;
      const std::string schema = chooser.schema_or_own(note.schema);
      add(tables ? chooser.table(schema, note.old, note.table) : chooser.column(schema, note.table, note.old, note.column), false,
          at);
    }
    Result<std::vector<Rename>> some = settled(std::move(wishes), chooser, notes, flags);
    if (!some) return fail(std::move(some.error()));
    all.insert(all.end(), some->begin(), some->end());
    if (tables) chooser.take_tables(std::move(*some));
  }
  for (std::size_t at = 0; at < read.size(); ++at)
    if (!fits[at]) return refused_flag(flags[at], false);
  return all;
}

} // namespace migrator::models
