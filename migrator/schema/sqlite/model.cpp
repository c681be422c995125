#include "migrator/schema/sqlite/model.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "migrator/schema/sqlite/table_text.h"
#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

namespace {

std::string listed(const std::vector<std::string> &texts) {
  std::string out;
  for (const std::string &text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string lower_listed(const std::vector<std::string> &texts) {
  return folded(listed(texts));
}

// Makes the objects of one catalog.
class Modeller {
public:
  explicit Modeller(const Catalog &catalog) : catalog_(catalog) { schema_.dialect = Dialect::Sqlite; }

  Schema make() {
    for (const CatalogRow &row : catalog_.rows) {
      if (row.type != "table" && row.type != "view") continue;
      context_.names.insert(folded(row.name));
      relations_[folded(row.name)] = {{row.type == "view" ? Kind::View : Kind::Table, "", "", row.name}, &row};
    }
    std::size_t columns = 0;
    for (const auto &[table, listed_columns] : catalog_.columns) {
      columns += listed_columns.size();
      for (const CatalogColumn &column : listed_columns) context_.names.insert(folded(column.name));
    }
    of(Kind::Table).reserve(catalog_.columns.size());
    of(Kind::Column).reserve(columns);
    make_objects();
    normalise(schema_);
    return std::move(schema_);
  }

private:
  // A table with all that is of it after the other, for the texts of thousands are large; and a kind apart from the others, in the order of the
  // names, as normalise() wants them in the end.
  void make_objects() {
    std::vector<std::pair<std::string, const CatalogRow *>> rows; // by the folded name of the table
    rows.reserve(catalog_.rows.size());
    for (const CatalogRow &row : catalog_.rows) rows.emplace_back(folded(row.table), &row);
    std::sort(rows.begin(), rows.end(),
              [](const auto &a, const auto &b) { return std::tie(a.first, a.second->name) < std::tie(b.first, b.second->name); });
    for (auto begin = rows.begin(); begin != rows.end();) {
      const auto end = std::find_if(begin, rows.end(), [&](const auto &row) { return row.first != begin->first; });
      const auto its =
          std::find_if(begin, end, [&](const auto &row) { return row.second->type == "table" && listed_table(*row.second); });
      text_ = its == end ? std::nullopt : parsed(*its->second);
      for (; begin != end; ++begin) add(*begin->second);
    }
    std::size_t all = 0;
    for (const std::vector<Object> &made : made_) all += made.size();
    schema_.objects.reserve(all);
    for (std::vector<Object> &made : made_) {
      std::move(made.begin(), made.end(), std::back_inserter(schema_.objects));
      made = {};
    }
  }

  std::vector<Object> &of(Kind kind) { return made_.at(static_cast<std::size_t>(kind)); }

  bool left_out(const CatalogRow &row) const {
    return folded(row.name).starts_with("sqlite_") || catalog_.hidden.contains(folded(row.name)) ||
           catalog_.hidden.contains(folded(row.table)) || catalog_.shadows.contains(row.table);
  }
  bool listed_table(const CatalogRow &row) const { return !left_out(row) && !catalog_.virtuals.contains(row.name); }

  // nullopt also where the pragmas see other columns than our reading of the text.
  std::optional<TableText> parsed(const CatalogRow &row) const {
    auto text = parse_table(row.sql);
    if (!text) return std::nullopt;
    const auto found = catalog_.columns.find(row.name);
    if (found == catalog_.columns.end() || found->second.size() != text->columns.size()) return std::nullopt;
    for (std::size_t at = 0; at < text->columns.size(); ++at)
      if (folded(text->columns[at].name) != folded(found->second[at].name)) return std::nullopt;
    return text;
  }

  void add(const CatalogRow &row) {
    if (row.type == "table" && catalog_.virtuals.contains(row.name) && !left_out(row)) {
      schema_.unknown.push_back("virtual table " + row.name);
      return;
    }
    if (row.type == "table" && catalog_.shadows.contains(row.name)) {
      schema_.unknown.push_back("table " + row.name + " of a virtual table");
      return;
    }
    if (left_out(row) || row.sql.empty()) return;
    if (row.type == "table") return table(row);
    if (row.type == "index") return index(row);
    if (row.type == "view") return view(row);
    if (row.type == "trigger") return trigger(row);
    schema_.unknown.push_back(row.type + " " + row.name);
  }

  // A trigger's row has its table's name as the trigger's text spells it.
  const std::string &relation_of(const CatalogRow &row) const {
    const auto found = relations_.find(folded(row.table));
    return found == relations_.end() ? row.table : found->second.id.name;
  }

  Object &object(Kind kind, const std::string &relation, const std::string &name) {
    return of(kind).emplace_back(Object{{kind, "", relation, name}, {}, {}});
  }

  void table(const CatalogRow &row) {
    const std::optional<TableText> &text = text_;
    Object &made = object(Kind::Table, "", row.name);
    made.attributes[Attribute::Text] = {row.sql};
    if (!text) {
      const Words all = words(row.sql);
      made.attributes[Attribute::Definition] = {normal(all, std::min<std::size_t>(3, all.size()), all.size(), context_)};
      int position = 0;
      if (const auto found = catalog_.columns.find(row.name); found != catalog_.columns.end())
        for (const CatalogColumn &column : found->second) {
          Object &listed_column = object(Kind::Column, row.name, column.name);
          listed_column.attributes[Attribute::Type] = {column.type};
          listed_column.attributes[Attribute::Position] = {std::to_string(++position)};
        }
      return;
    }
    if (text->strict) made.attributes[Attribute::Strict] = {"true"};
    if (text->without_rowid) made.attributes[Attribute::WithoutRowid] = {"true"};
    if (text->autoincrement) made.attributes[Attribute::Autoincrement] = {"true"};
    columns(row.name, *text);
    constraints(row.name, *text);
  }

  void columns(const std::string &name_of_table, const TableText &text) {
    int position = 0;
    for (const TableColumn &column : text.columns) {
      auto &attributes = object(Kind::Column, name_of_table, column.name).attributes;
      attributes[Attribute::Position] = {std::to_string(++position)};
      attributes[Attribute::Type] = {column.type};
      attributes[Attribute::Text] = {column.text};
      if (!column.not_null.empty()) attributes[Attribute::NotNull] = {column.not_null};
      if (!column.default_value.empty()) attributes[Attribute::Default] = {column.default_value};
      if (!column.generated.empty()) attributes[Attribute::Generated] = {column.generated, column.expression};
      if (!column.collation.empty()) attributes[Attribute::Collation] = {column.collation};
    }
    std::sort(of(Kind::Column).end() - position, of(Kind::Column).end(),
              [](const Object &a, const Object &b) { return a.id.name < b.id.name; });
  }

  // A name as its table spells it.
  static std::string spelled(const TableText &text, const std::string &column) {
    const TableColumn *found = text.column(column);
    return found == nullptr ? column : found->name;
  }
  static std::vector<std::string> spelled(const TableText &text, std::vector<std::string> names) {
    for (std::string &name : names) name = spelled(text, name);
    return names;
  }

  struct Reference {
    std::string table;
    std::vector<std::string> columns;
  };

  // The columns of a table's primary key; none where it has none or is not understood. Each table is looked at once.
  const std::vector<std::string> &key_of(const CatalogRow &table) {
    const auto [key, added] = keys_.try_emplace(table.name);
    if (!added || !listed_table(table)) return key->second;
    const std::optional<TableText> text = parsed(table);
    const TableConstraint *found = text ? text->primary_key() : nullptr;
    if (found != nullptr) key->second = found->columns;
    return key->second;
  }

  // A foreign key without columns means the parent's primary key.
  Reference reference(const TableConstraint &constraint) {
    Reference found{constraint.parent, constraint.parent_columns};
    const auto parent = relations_.find(folded(constraint.parent));
    if (parent == relations_.end()) return found;
    found.table = parent->second.id.name;
    if (found.columns.empty()) found.columns = key_of(*parent->second.row);
    const auto columns = catalog_.columns.find(found.table);
    if (columns == catalog_.columns.end()) return found;
    for (std::string &name : found.columns)
      for (const CatalogColumn &column : columns->second)
        if (folded(column.name) == folded(name)) name = column.name;
    return found;
  }

  void constraints(const std::string &name_of_table, const TableText &text) {
    std::vector<Object> made;
    for (const TableConstraint &constraint : text.constraints) {
      Object one{{Kind::Constraint, "", name_of_table, constraint.name}, {}, {}};
      one.attributes[Attribute::ConstraintType] = {constraint.type};
      if (!constraint.columns.empty()) one.attributes[Attribute::Columns] = spelled(text, constraint.columns);
      std::string definition;
      std::string known_as = constraint.type;
      if (constraint.type == "foreign key") {
        const Reference to = reference(constraint);
        Value references = {"", to.table};
        references.insert(references.end(), to.columns.begin(), to.columns.end());
        one.attributes[Attribute::References] = std::move(references);
        const auto parent = relations_.find(folded(to.table));
        if (parent != relations_.end() && folded(to.table) != folded(name_of_table)) one.needs.push_back(parent->second.id);
        definition = "foreign key (" + lower_listed(constraint.columns) + ") references " + folded(to.table) + " (" +
                     lower_listed(to.columns) + ")" + (constraint.actions.empty() ? "" : " " + constraint.actions);
        known_as += " (" + listed(spelled(text, constraint.columns)) + ")";
      } else {
        definition = constraint.type + " (" + constraint.terms + ")";
        if (!constraint.conflict.empty()) definition += " " + folded(constraint.conflict);
        if (constraint.descending && constraint.type == "primary key") definition += " of its column";
        if (constraint.type == "unique") known_as += " (" + listed(spelled(text, constraint.columns)) + ")";
        if (constraint.type == "check") known_as = definition;
      }
      one.attributes[Attribute::Definition] = {std::move(definition)};
      if (constraint.name.empty()) one.id.name = std::move(known_as);
      made.push_back(std::move(one));
    }
    // Several of one name are told apart by a number, given in the order of what they say.
    std::sort(made.begin(), made.end(), [](const Object &a, const Object &b) {
      return std::pair(a.id, a.text(Attribute::Definition)) < std::pair(b.id, b.text(Attribute::Definition));
    });
    std::string before;
    int alike = 1;
    for (Object &one : made) {
      alike = one.id.name == before ? alike + 1 : 1;
      before = one.id.name;
      if (alike > 1) one.id.name += " #" + std::to_string(alike);
      of(Kind::Constraint).push_back(std::move(one));
    }
  }

  void index(const CatalogRow &row) {
    const Words all = words(row.sql);
    std::size_t at = 1;
    const bool unique = at < all.size() && all[at].is("UNIQUE");
    at += unique ? 3 : 2; // [UNIQUE] INDEX name
    Object &made = object(Kind::Index, relation_of(row), row.name);
    made.attributes[Attribute::Text] = {row.sql};
    if (unique) made.attributes[Attribute::Unique] = {"true"};
    Context own; // it sees no other table
    if (text_) {
      own.names = {folded(row.table), "rowid", "oid", "_rowid_"};
      for (const TableColumn &column : text_->columns) own.names.insert(folded(column.name));
    }
    own.own = context_.own = folded(row.table);
    // Left out: ON table, and ASC.
    at += 2;
    Words kept;
    for (std::size_t word = std::min(at, all.size()); word < all.size(); ++word)
      if (!all[word].is("ASC")) kept.push_back(all[word]);
    made.attributes[Attribute::Definition] = {normal(kept, 0, kept.size(), text_ ? own : context_)};
    context_.own.clear();
    Value columns;
    int depth = 0;
    for (std::size_t word = 0; word < kept.size(); ++word) {
      if (kept[word].is("(")) ++depth;
      if (kept[word].is(")") && --depth == 0) break;
      if (depth != 1 || !kept[word].is_name() || word == 0 || (!kept[word - 1].is("(") && !kept[word - 1].is(","))) continue;
      if (const TableColumn *column = text_ ? text_->column(plain(kept[word])) : nullptr) columns.push_back(column->name);
    }
    if (!columns.empty()) made.attributes[Attribute::Columns] = std::move(columns);
  }

  // All tables and views that a text names. More than it reads at worst: a column of a table's name counts, too.
  void find_needs(Object &made, const Words &all, std::size_t begin) {
    for (std::size_t at = begin; at < all.size(); ++at) {
      if (!all[at].is_name()) continue;
      const auto found = relations_.find(folded(plain(all[at])));
      if (found != relations_.end() && folded(found->first) != folded(made.id.name) && found->first != folded(made.id.relation))
        made.needs.push_back(found->second.id);
    }
  }

  void view(const CatalogRow &row) {
    const Words all = words(row.sql);
    Object &made = object(Kind::View, "", row.name);
    made.attributes[Attribute::Text] = {row.sql};
    made.attributes[Attribute::Definition] = {normal(all, std::min<std::size_t>(3, all.size()), all.size(), context_)};
    find_needs(made, all, 3);
  }

  void trigger(const CatalogRow &row) {
    const Words all = words(row.sql);
    Object &made = object(Kind::Trigger, relation_of(row), row.name);
    made.attributes[Attribute::Text] = {row.sql};
    Words kept;
    bool body = false;
    for (std::size_t at = 3; at < all.size(); ++at) {
      body = body || all[at].is("BEGIN");
      if (!body && all[at].is("FOR") && at + 2 < all.size() && all[at + 1].is("EACH")) {
        at += 2;
        continue;
      }
      kept.push_back(all[at]);
    }
    const bool timed = !kept.empty() && (kept[0].is("BEFORE") || kept[0].is("AFTER") || kept[0].is("INSTEAD"));
    made.attributes[Attribute::Definition] = {(timed ? "" : "before ") + normal(kept, 0, kept.size(), context_)};
    find_needs(made, all, 3);
  }

  const Catalog &catalog_;
  Schema schema_;
  std::array<std::vector<Object>, kKinds> made_; // by kind
  Context context_;
  struct Relation {
    ObjectId id;
    const CatalogRow *row = nullptr;
  };
  std::optional<TableText> text_;                       // of the table whose rows are looked at; nullopt: not understood
  std::unordered_map<std::string, Relation> relations_; // by folded name
  std::unordered_map<std::string, std::vector<std::string>> keys_; // of primary keys that were asked for, by the table's name
};

} // namespace

Schema model(const Catalog &catalog) {
  return Modeller(catalog).make();
}

} // namespace migrator::schema::sqlite
