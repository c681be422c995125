#include "migrator/models/renames.h"

#include <algorithm>

#include "migrator/config/suggestion.h"

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
    std::string before_table = table, after_table = table;
    for (const Rename &rename : tables_) {
      if (rename.from.schema != schema) continue;
      if (rename.to == table) before_table = rename.from.name;
      if (rename.from.name == table) after_table = rename.to;
    }
    const ObjectId before{Kind::Column, schema, before_table, old};
    if (from_.find(before) == nullptr || from_.find({Kind::Column, schema, before_table, now}) != nullptr ||
        to_.find({Kind::Column, schema, after_table, now}) == nullptr)
      return Fit::None;
    if (to_.find({Kind::Column, schema, after_table, old}) != nullptr) return Fit::OldStays;
    return keep(columns_, {before, now});
  }

  std::string schema_or_own(const std::string &schema) const { return schema.empty() ? own_schema_ : schema; }

  std::vector<Rename> take() {
    std::vector<Rename> all = std::move(tables_);
    all.insert(all.end(), columns_.begin(), columns_.end());
    return all;
  }

private:
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

// Tables are looked for in a first round, since columns may be named by a table's new name.
Fit apply(Chooser &chooser, const Flag &flag, bool tables) {
  const std::vector<std::string> &path = flag.path;
  if (tables) {
    if (path.size() == 1) return chooser.table(chooser.schema_or_own(""), path[0], flag.now);
    return path.size() == 2 ? chooser.table(path[0], path[1], flag.now) : Fit::None;
  }
  if (path.size() == 2) return chooser.column(chooser.schema_or_own(""), path[0], path[1], flag.now);
  return path.size() == 3 ? chooser.column(path[0], path[1], path[2], flag.now) : Fit::None;
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
  std::vector<Flag> read;
  for (const std::string &text : flags) {
    Result<Flag> flag = parsed(text);
    if (!flag) return fail(std::move(flag.error()));
    read.push_back(std::move(*flag));
  }
  std::vector<Fit> fits(read.size(), Fit::None);
  for (const bool tables : {true, false}) {
    for (std::size_t i = 0; i < read.size(); ++i)
      if (fits[i] == Fit::None) fits[i] = apply(chooser, read[i], tables);
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
    return fail(
        ErrorCode::Usage,
        "--rename " + config::in_quotes(flags[i]) +
            (fits[i] == Fit::Contradicts
                 ? " goes against another rename, which has the old or the new name already. Leave one of the two."
                 : " fits nothing: the revisions must have the old name and not the new one, the models the new one and not "
                   "the old. `migrator diff revisions models` shows both."));
  }
  return chooser.take();
}

} // namespace migrator::models
