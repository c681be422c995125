#include "migrator/models/renames.h"

#include <algorithm>
#include <utility>

#include "migrator/config/suggestion.h"
#include "migrator/models/rename_flag.h"

namespace migrator::models {

namespace {

using schema::Kind;
using schema::ObjectId;
using schema::Rename;
using schema::Schema;

enum class Fit : std::uint8_t {
  None,        // the revisions have not the old name alone, or the models not the new one
  OldStays,    // the models have both
  Contradicts, // another rename has taken one of the two names
  Elsewhere,   // the new name is in another schema, or of another table
  Chosen,
};

class Chooser {
public:
  Chooser(const Schema &from, const Schema &to)
      : from_(from), to_(to), own_schema_(from.dialect == Dialect::Postgresql ? "public" : "") {}

  // A rename between the two schemas is kept.
  Fit table(const std::string &schema, const std::string &old, const std::string &now) {
    const ObjectId before{Kind::Table, schema, "", old};
    const ObjectId after{Kind::Table, schema, "", now};
    if (from_.find(before) == nullptr || from_.find(after) != nullptr || to_.find(after) == nullptr) return Fit::None;
    return to_.find(before) != nullptr ? Fit::OldStays : keep(tables_, {before, now});
  }

  // `table` by either name.
  Fit column(const std::string &schema, const std::string &table, const std::string &old, const std::string &now) {
    const auto [before_table, after_table] = names_of(schema, table);
    const ObjectId before{Kind::Column, schema, before_table, old};
    if (from_.find(before) == nullptr || from_.find({Kind::Column, schema, before_table, now}) != nullptr ||
        to_.find({Kind::Column, schema, after_table, now}) == nullptr)
      return Fit::None;
    if (to_.find({Kind::Column, schema, after_table, old}) != nullptr) return Fit::OldStays;
    return keep(columns_, {before, now});
  }

  bool has_table(const std::string &schema, const std::string &name) const {
    return from_.find({Kind::Table, schema, "", name}) != nullptr;
  }
  bool has_column(const std::string &schema, const std::string &table, const std::string &name) const {
    return from_.find({Kind::Column, schema, names_of(schema, table).first, name}) != nullptr;
  }
  // The name that a table has before the renames so far or after them, whichever `table` is not.
  std::string other_name(const std::string &schema, const std::string &table) const {
    const auto [before, after] = names_of(schema, table);
    return table == before ? after : before;
  }

  const std::string &own_schema() const { return own_schema_; }
  std::string schema_or_own(const std::string &schema) const { return schema.empty() ? own_schema_ : schema; }

  std::vector<Rename> take() {
    std::vector<Rename> all = std::move(tables_);
    all.insert(all.end(), columns_.begin(), columns_.end());
    return all;
  }

private:
  std::pair<std::string, std::string> names_of(const std::string &schema, const std::string &table) const {
    std::pair<std::string, std::string> names{table, table};
    for (const Rename &rename : tables_) {
      if (rename.from.schema != schema) continue;
      if (rename.to == table) names.first = rename.from.name;
      if (rename.from.name == table) names.second = rename.to;
    }
    return names;
  }

  static Fit keep(std::vector<Rename> &list, Rename rename) {
    const auto same_place = [&](const Rename &other) {
      return other.from.schema == rename.from.schema && other.from.relation == rename.from.relation;
    };
    for (const Rename &other : list) {
      if (other == rename) return Fit::Chosen;
      if (same_place(other) && (other.from == rename.from || other.to == rename.to)) return Fit::Contradicts;
    }
    list.push_back(std::move(rename));
    return Fit::Chosen;
  }

  const Schema &from_;
  const Schema &to_;
  const std::string own_schema_;
  std::vector<Rename> tables_, columns_;
};

bool ends_with(const std::vector<std::string> &path, const std::vector<std::string> &end) {
  return path.size() >= end.size() && std::equal(end.rbegin(), end.rend(), path.rbegin());
}

// Tables are looked for in a first round, since columns may be named by a table's new name.
Fit apply(Chooser &chooser, const RenameFlag &flag, bool tables) {
  std::vector<std::string> path = flag.old, wanted = flag.now;
  const std::size_t length = tables ? 2 : 3;
  if (path.size() == length - 1) path.insert(path.begin(), chooser.own_schema());
  if (path.size() != length || wanted.size() > length) return Fit::None;
  const std::string now = wanted.back();
  wanted.pop_back();
  const std::vector<std::string> within(path.begin(), path.end() - 1);
  if (tables) {
    if (!chooser.has_table(path[0], path[1])) return Fit::None;
    return ends_with(within, wanted) ? chooser.table(path[0], path[1], now) : Fit::Elsewhere;
  }
  if (!chooser.has_column(path[0], path[1], path[2])) return Fit::None;
  const bool stays = ends_with(within, wanted) || ends_with({path[0], chooser.other_name(path[0], path[1])}, wanted);
  return stays ? chooser.column(path[0], path[1], path[2], now) : Fit::Elsewhere;
}

const char *reason_of(Fit fit) {
  switch (fit) {
  case Fit::Contradicts:
    return " goes against another rename, which has the old or the new name already. Leave one of the two.";
  case Fit::Elsewhere:
    return " leads elsewhere: a table keeps its schema, and a column its table. Write what moves by hand, ALTER TABLE … SET "
           "SCHEMA "
           "for a table.";
  default:
    return " fits nothing: the revisions must have the old name and not the new one, the models the new one and not "
           "the old. `migrator diff revisions models` shows both.";
  }
}

Status refused(const RenameNote &note, Fit fit) {
  const std::string what = note.column.empty() ? "a table " + note.old : "a column " + note.old + " of " + note.table;
  const std::string line = "`renamed_from " + note.old + "`: ";
  if (fit == Fit::OldStays)
    return fail_at(
        note.path, note.line, ErrorCode::InvalidConfiguration,
        line + "the models still have " + what +
            ". Take this line out if nothing was renamed; else rename first, and bring the new one of that name in a later "
            "revision.");
  return fail_at(note.path, note.line, ErrorCode::InvalidConfiguration,
                 line + "another rename has the old or the new name already. Leave one of the two.");
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
  std::vector<Fit> fits(read.size(), Fit::None);
  for (const bool tables : {true, false}) {
    for (std::size_t i = 0; i < read.size(); ++i)
      if (fits[i] == Fit::None || fits[i] == Fit::Elsewhere)
        if (const Fit fit = apply(chooser, read[i], tables); fit != Fit::None) fits[i] = fit;
    for (const RenameNote &note : notes) {
      if (tables != note.column.empty()) continue;
      const std::string schema = chooser.schema_or_own(note.schema);
      const Fit fit =
          tables ? chooser.table(schema, note.old, note.table) : chooser.column(schema, note.table, note.old, note.column);
      if (fit == Fit::OldStays || fit == Fit::Contradicts) return fail(refused(note, fit).error());
    }
  }
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (fits[i] == Fit::Chosen) continue;
    return fail(ErrorCode::Usage, "--rename " + config::in_quotes(flags[i]) + reason_of(fits[i]));
  }
  return chooser.take();
}

} // namespace migrator::models
