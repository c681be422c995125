#include "migrator/schema/sqlite/rebuild.h"

#include <algorithm>

#include "migrator/schema/sqlite/words.h"
#include "migrator/text/ascii.h"

namespace migrator::schema::sqlite {

namespace {

const TableColumn *find_column(const std::vector<TableColumn> &columns, const std::string &name) {
  const std::string wanted = folded(name);
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const TableColumn &column) { return folded(column.name) == wanted; });
  return found == columns.end() ? nullptr : &*found;
}

// A name of the rowid that no column has; empty: none.
std::string rowid_name(const std::vector<TableColumn> &columns) {
  for (const char *name : {"rowid", "_rowid_", "oid"})
    if (find_column(columns, name) == nullptr) return name;
  return {};
}

bool holds(const std::string &text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

enum class Affinity : std::uint8_t { Integer, Text, Blob, Real, Numeric };

// By SQLite's rules, in their order (sqlite.org/datatype3.html, 3.1).
Affinity affinity(const std::string &declared) {
  const std::string type = text::upper(declared);
  if (holds(type, "INT")) return Affinity::Integer;
  if (holds(type, "CHAR") || holds(type, "CLOB") || holds(type, "TEXT")) return Affinity::Text;
  if (holds(type, "BLOB") || type.empty()) return Affinity::Blob;
  if (holds(type, "REAL") || holds(type, "FLOA") || holds(type, "DOUB")) return Affinity::Real;
  return Affinity::Numeric;
}

// Whether a column of the other affinity may store a value in another way, so that going back does not bring the old one.
bool may_change_values(Affinity from, Affinity to) {
  const auto whole = [](Affinity one) { return one == Affinity::Integer || one == Affinity::Numeric; };
  if (from == to || to == Affinity::Blob || (whole(from) && whole(to))) return false;
  return !(from == Affinity::Integer && to == Affinity::Text);
}

// A value that any such column takes.
struct Filling {
  std::string same, distinct;
};

Filling filling(const std::string &type) {
  const std::string number = "row_number() OVER ()";
  if (type.empty()) return {"''", "CAST(" + number + " AS TEXT)"};
  switch (affinity(type)) {
  case Affinity::Text:
    return {"''", "CAST(" + number + " AS TEXT)"};
  case Affinity::Blob:
    return {"x''", "CAST(CAST(" + number + " AS TEXT) AS BLOB)"};
  case Affinity::Real:
    return {"0.0", number};
  case Affinity::Integer:
  case Affinity::Numeric:
    break;
  }
  return {"0", number};
}

// The key of such tables takes no null, whether its columns say so or not.
bool in_required_key(const TableText &table, const TableColumn &column) {
  const TableConstraint *key = table.primary_key();
  return (table.without_rowid || table.strict) && key != nullptr &&
         std::any_of(key->columns.begin(), key->columns.end(),
                     [&](const std::string &name) { return folded(name) == folded(column.name); });
}

// The columns of the INSERT and what fills them.
class Filler {
public:
  explicit Filler(const Rebuild &work) : work_(work) {}

  void fill() {
    const std::string alias = work_.new_text.rowid_alias();
    const bool had_rowid = work_.rowids && !work_.old_text.without_rowid;
    std::string old_rowid;
    if (had_rowid)
      old_rowid = work_.old_text.rowid_alias().empty() ? rowid_name(work_.old_columns) : quote_name(work_.old_text.rowid_alias());
    if (had_rowid && !work_.new_text.without_rowid && alias.empty() && !old_rowid.empty())
      if (const std::string name = rowid_name(work_.new_columns); !name.empty()) add(name, old_rowid);
    for (const TableColumn &column : work_.new_columns) {
      if (!column.generated.empty()) continue;
      const TableColumn *old = find_column(work_.old_columns, column.name);
      if (old != nullptr)
        kept(column, *old, alias);
      else if (!alias.empty() && folded(alias) == folded(column.name))
        add_if(!old_rowid.empty(), column, old_rowid);
      else
        added(column);
    }
    if (targets.empty()) keep_count(alias);
  }

  std::string targets, values;
  std::vector<std::string> notes;
  std::vector<std::string> guesses; // of the notes

private:
  void add(const std::string &target, const std::string &value) {
    targets += (targets.empty() ? "" : ", ") + target;
    values += (values.empty() ? "" : ", ") + value;
  }
  void guess(const std::string &note) {
    notes.push_back(note);
    guesses.push_back("table " + work_.to->id.name + ": " + note);
  }
  void add_if(bool known, const TableColumn &column, const std::string &value) {
    if (known) add(quote_name(column.name), value);
  }

  // No column has anything to copy: the rows are still as many.
  void keep_count(const std::string &alias) {
    for (const TableColumn &column : work_.new_columns) {
      if (!column.generated.empty()) continue;
      const bool has_default = !column.default_value.empty() && alias.empty();
      return add(quote_name(alias.empty() ? column.name : alias), has_default ? "(" + column.default_value + ")" : "NULL");
    }
  }

  void kept(const TableColumn &column, const TableColumn &old, const std::string &alias) {
    const std::string name = quote_name(old.name);
    if (may_change_values(affinity(old.type), affinity(column.type)))
      guess(column.name + " was " + (old.type.empty() ? "of no type" : old.type) + " and is " + column.type +
            ": values may be stored in another way, as '0123' in an INTEGER is 123, and the way down does not bring the old ones "
            "back");
    const bool may_be_null = column.not_null.empty() && !in_required_key(work_.new_text, column);
    const bool was_given =
        !old.not_null.empty() || in_required_key(work_.old_text, old) || folded(work_.old_text.rowid_alias()) == folded(old.name);
    if (may_be_null || was_given || folded(alias) == folded(column.name)) return add(quote_name(column.name), name);
    if (column.default_value.empty()) {
      guess("fails where " + column.name + " is null: fill it in before");
      return add(quote_name(column.name), name);
    }
    guess(column.name + " gets its default where it is null");
    add(quote_name(column.name), "coalesce(" + name + ", (" + column.default_value + "))");
  }

  // Whether it must differ from row to row, for its fellows in a unique key do not see to it.
  bool must_differ(const TableColumn &column) const {
    return std::any_of(work_.uniques.begin(), work_.uniques.end(), [&](const std::vector<std::string> &unique) {
      const auto first_new = std::find_if(
          unique.begin(), unique.end(), [&](const std::string &name) { return find_column(work_.old_columns, name) == nullptr; });
      return first_new != unique.end() && folded(*first_new) == folded(column.name);
    });
  }

  void added(const TableColumn &column) {
    const bool required = !column.not_null.empty() || in_required_key(work_.new_text, column);
    const Filling filled = filling(column.type);
    if (must_differ(column)) {
      if (!required) return add_if(!column.default_value.empty(), column, "NULL");
      guess(column.name + " of the rows that are there gets numbers, a guess, for it must be unique");
      return add(quote_name(column.name), filled.distinct);
    }
    if (!required || !column.default_value.empty()) return; // its default
    guess(column.name + " of the rows that are there gets " + filled.same +
          ", a guess, for it has no default: write what it should be");
    add(quote_name(column.name), filled.same);
  }

  const Rebuild &work_;
};

std::string listed_notes(const std::vector<std::string> &notes) {
  std::string out;
  for (const std::string &note : notes) out += (out.empty() ? "" : "; ") + note;
  return out;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

} // namespace

void rebuild(const Rebuild &work, Rendered &rendered) {
  const std::string &old_name = work.from->id.name;
  const std::string &name = work.to->id.name;
  const auto add = [&rendered](std::string sql, std::string note = "", std::string allow = "") {
    rendered.pieces.push_back(
        {Piece::Place::Transaction, std::move(sql), one_line(std::move(note)), std::nullopt, std::move(allow)});
  };
  add(with_name(work.to->text(Attribute::Text), work.new_name),
      "table " + name + " is made again: ALTER TABLE cannot do what changes");
  Filler filler(work);
  filler.fill();
  rendered.guesses.insert(rendered.guesses.end(), filler.guesses.begin(), filler.guesses.end());
  std::string lost;
  for (const TableColumn &column : work.old_columns) {
    const TableColumn *now = find_column(work.new_columns, column.name);
    if ((now != nullptr && now->generated.empty()) || !column.generated.empty()) continue;
    rendered.losses.push_back("column " + old_name + "." + column.name);
    lost += (lost.empty() ? "" : ", ") + column.name;
  }
  if (!lost.empty()) filler.notes.push_back("left behind: " + lost);
  // OR ABORT: a key's own ON CONFLICT IGNORE or REPLACE must not lose rows here.
  if (!filler.targets.empty())
    add("INSERT OR ABORT INTO " + quote_name(work.new_name) + " (" + filler.targets + ")\nSELECT " + filler.values + "\nFROM " +
            quote_name(old_name),
        listed_notes(filler.notes), lost.empty() ? "" : "drop_column");
  if (work.old_text.autoincrement && work.new_text.autoincrement) {
    add("DELETE FROM sqlite_sequence WHERE name = " + literal(work.new_name));
    add("INSERT INTO sqlite_sequence (name, seq) SELECT " + literal(work.new_name) +
            ", seq FROM sqlite_sequence WHERE name = " + literal(old_name) + " COLLATE NOCASE",
        "ids that were given once are not given again");
  }
  add("DROP TABLE " + quote_name(old_name), "its rows are in " + work.new_name, "drop_table");
  add("ALTER TABLE " + quote_name(work.new_name) + " RENAME TO " + quote_name(name));
}

} // namespace migrator::schema::sqlite
