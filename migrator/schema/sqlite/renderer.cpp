#include "migrator/schema/sqlite/renderer.h"

#include <algorithm>
#include <map>
#include <set>

#include "migrator/schema/sqlite/rebuild.h"
#include "migrator/schema/sqlite/renames.h"
#include "migrator/schema/sqlite/staying.h"
#include "migrator/schema/sqlite/table_text.h"
#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

namespace {

// One table in both schemas, and what of it changes.
struct Table {
  const Object *from = nullptr, *to = nullptr;
  bool other = false; // something changes that no ALTER TABLE can
  std::vector<std::string> added, removed;
  std::size_t added_constraints = 0;
  std::optional<TableText> old_text, new_text;
};

std::vector<TableColumn> columns_of(const Schema &schema, const Object &table, const std::optional<TableText> &text) {
  if (text) return text->columns;
  std::vector<std::pair<int, TableColumn>> found;
  for (const Object &object : schema.objects) {
    if (object.id.kind != Kind::Column || object.id.relation != table.id.name) continue;
    TableColumn column;
    column.name = object.id.name;
    column.type = object.text(Attribute::Type);
    found.emplace_back(std::stoi("0" + object.text(Attribute::Position)), std::move(column));
  }
  std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
  std::vector<TableColumn> columns;
  for (auto &[position, column] : found) columns.push_back(std::move(column));
  return columns;
}

// The CREATE statement, without a comment at its end that would swallow a semicolon.
std::string created(const Object &object) {
  const std::string &sql = object.text(Attribute::Text);
  const Words all = words(sql);
  return all.empty() ? sql : sql.substr(0, all.back().end());
}

std::size_t times_named(const std::string &sql, const std::string &name) {
  std::size_t times = 0;
  for (const Word &word : words(sql))
    if (word.is_name() && folded(plain(word)) == folded(name)) ++times;
  return times;
}

class Rendering {
public:
  Rendering(const Schema &from, const Schema &to, const RenderOptions &options) : from_(from), to_(to), options_(options) {}

  Result<Rendered> render() {
    find_tables();
    for (const Change &change : compare(from_, to_, options_.compare)) note(change);
    choose();
    drop_objects();
    drop_tables();
    change_tables();
    create_objects();
    if (!rebuilt_.empty()) {
      add_first("PRAGMA legacy_alter_table = ON", "so that views and triggers are left as they are while a table is replaced");
      add("PRAGMA legacy_alter_table = OFF");
    }
    return std::move(rendered_);
  }

private:
  static Piece piece(std::string sql, std::string note, std::string allow) {
    return {Piece::Place::Transaction, std::move(sql), std::move(note), std::nullopt, std::move(allow)};
  }
  void add(std::string sql, std::string note = "", std::string allow = "") {
    rendered_.pieces.push_back(piece(std::move(sql), std::move(note), std::move(allow)));
  }
  void add_first(std::string sql, std::string note) {
    rendered_.pieces.insert(rendered_.pieces.begin(), piece(std::move(sql), std::move(note), ""));
  }

  void find_tables() {
    for (const Object &object : from_.objects)
      if (object.id.kind == Kind::Table) tables_[folded(object.id.name)].from = &object;
    for (const Object &object : to_.objects)
      if (object.id.kind == Kind::Table) tables_[folded(object.id.name)].to = &object;
    for (auto &[name, table] : tables_) {
      if (table.from != nullptr && table.to != nullptr && table.from->id.name != table.to->id.name) table.other = true;
    }
  }

  // A table that the reader could not make out has its whole text as its definition.
  static std::optional<TableText> understood(const Object &table) {
    if (table.has(Attribute::Definition)) return std::nullopt;
    return parse_table(table.text(Attribute::Text));
  }

  void note(const Change &change) {
    switch (change.id.kind) {
    case Kind::Table:
      if (change.what == Change::What::Changed) tables_[folded(change.id.name)].other = true;
      break;
    case Kind::Column: {
      Table &table = tables_[folded(change.id.relation)];
      if (change.what == Change::What::Added) table.added.push_back(change.id.name);
      if (change.what == Change::What::Removed) table.removed.push_back(change.id.name);
      if (change.what == Change::What::Changed) table.other = true;
      break;
    }
    case Kind::Constraint: {
      Table &table = tables_[folded(change.id.relation)];
      if (change.what == Change::What::Added)
        ++table.added_constraints;
      else
        table.other = true;
      break;
    }
    default:
      if (change.what != Change::What::Added) going_.insert(change.id);
      if (change.what != Change::What::Removed) coming_.insert(change.id);
    }
  }

  bool kept(const Table &table) const { return table.from != nullptr && table.to != nullptr; }
  bool changes(const Table &table) const {
    return kept(table) && (table.other || !table.added.empty() || !table.removed.empty() || table.added_constraints > 0);
  }

  bool can_add(const Table &table, const std::string &name) const {
    const TableColumn *column = table.new_text->column(name);
    if (column == nullptr || column->generated == "stored" || !column->constant_default) return false;
    if (!column->not_null.empty() && column->default_value.empty()) return false;
    return std::all_of(table.new_text->constraints.begin(), table.new_text->constraints.end(),
                       [&](const TableConstraint &constraint) {
                         if (constraint.column != column->name) return true;
                         return constraint.type == "check" || (constraint.type == "foreign key" && column->default_value.empty());
                       });
  }

  bool can_drop(const Table &table, const std::string &name) const {
    const TableColumn *column = table.old_text->column(name);
    if (column == nullptr || !column->generated.empty() || times_named(table.from->text(Attribute::Text), name) != 1)
      return false;
    for (const Object &object : from_.objects)
      if (object.id.kind == Kind::Index && folded(object.id.relation) == folded(table.from->id.name) &&
          !going_.contains(object.id) && times_named(object.text(Attribute::Text), name) > 0)
        return false;
    return table.old_text->columns.size() > table.removed.size();
  }

  bool keeps_order(const Table &table) const {
    std::vector<std::string> after, wanted;
    const auto has = [](const std::vector<std::string> &names, const std::string &name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const TableColumn &column : table.old_text->columns)
      if (!has(table.removed, column.name)) after.push_back(column.name);
    for (const TableColumn &column : table.new_text->columns) {
      wanted.push_back(column.name);
      if (has(table.added, column.name)) after.push_back(column.name);
    }
    return after == wanted;
  }

  bool can_alter(const Table &table) {
    if (table.other || !table.old_text || !table.new_text) return false;
    std::size_t brought = 0; // constraints written behind the added columns
    for (const std::string &name : table.added) {
      if (table.old_text->column(name) != nullptr || !can_add(table, name)) return false;
      for (const TableConstraint &constraint : table.new_text->constraints)
        if (constraint.column == name) ++brought;
    }
    if (brought != table.added_constraints) return false;
    if (!std::all_of(table.removed.begin(), table.removed.end(), [&](const std::string &name) { return can_drop(table, name); }))
      return false;
    if (!table.removed.empty()) {
      if (!staying_) staying_ = staying_words(from_, to_, speakers());
      if (!bear_drop_column(*staying_, table.removed)) return false;
    }
    return keeps_order(table) || !(options_.keep_order || sees_order(to_, table.to->id));
  }

  // The views and triggers that are there while tables are changed; at least these.
  std::vector<const Object *> speakers() const {
    std::vector<const Object *> found;
    for (const Object &object : from_.objects) {
      if (!speaks(object) || going_.contains(object.id)) continue;
      const auto table = tables_.find(folded(object.id.relation));
      const bool without_table = table != tables_.end() && table->second.from != nullptr && table->second.to == nullptr;
      if (!without_table && !going_.contains({Kind::View, "", "", object.id.relation})) found.push_back(&object);
    }
    return found;
  }

  void choose() {
    for (auto &[name, table] : tables_) {
      if (!changes(table)) continue;
      table.old_text = understood(*table.from);
      table.new_text = understood(*table.to);
      if (!can_alter(table)) rebuilt_.insert(name);
    }
  }

  // Goes with its table or view.
  bool goes_along(const ObjectId &id) const {
    if (id.relation.empty()) return false;
    const auto table = tables_.find(folded(id.relation));
    if (table != tables_.end() && table->second.from != nullptr)
      return table->second.to == nullptr || rebuilt_.contains(table->first);
    return going_.contains({Kind::View, "", "", id.relation});
  }

  void drop_objects() {
    for (const Kind kind : {Kind::Trigger, Kind::View, Kind::Index})
      for (const ObjectId &id : going_)
        if (id.kind == kind && !goes_along(id)) add("DROP " + upper_name(kind) + " " + quote_name(id.name));
  }

  static std::string upper_name(Kind kind) { return kind == Kind::Trigger ? "TRIGGER" : kind == Kind::View ? "VIEW" : "INDEX"; }

  void drop_tables() {
    for (const auto &[name, table] : tables_) {
      if (table.from == nullptr || table.to != nullptr) continue;
      add("DROP TABLE " + quote_name(table.from->id.name), "", "drop_table");
      rendered_.losses.push_back("rows of table " + table.from->id.name);
    }
  }

  bool taken(const std::string &name) const {
    const auto has = [&](const Schema &schema) {
      return std::any_of(schema.objects.begin(), schema.objects.end(),
                         [&](const Object &object) {
                           return object.id.relation.empty() || object.id.kind == Kind::Index
                                      ? folded(object.id.name) == folded(name)
                                      : false;
                         }) ||
             std::any_of(schema.unknown.begin(), schema.unknown.end(),
                         [&](const std::string &text) { return folded(text).find(folded(name)) != std::string::npos; });
    };
    return has(from_) || has(to_);
  }

  std::string free_name(const std::string &table) const {
    std::string name = "migrator_new_" + table;
    for (int number = 2; taken(name); ++number) name = "migrator_new_" + std::to_string(number) + "_" + table;
    return name;
  }

  void change_tables() {
    for (const auto &[name, table] : tables_) {
      if (table.from == nullptr) add(created(*table.to));
      if (!changes(table)) continue;
      if (rebuilt_.contains(name))
        rebuild_table(table);
      else
        alter(table);
    }
  }

  void alter(const Table &table) {
    const std::string start = "ALTER TABLE " + quote_name(table.to->id.name);
    for (const TableColumn &column : table.new_text->columns)
      if (std::find(table.added.begin(), table.added.end(), column.name) != table.added.end())
        add(start + " ADD COLUMN " + column.text);
    for (const std::string &column : table.removed) {
      add(start + " DROP COLUMN " + quote_name(column), "", "drop_column");
      rendered_.losses.push_back("column " + table.from->id.name + "." + column);
    }
  }

  void rebuild_table(const Table &table) {
    Rebuild work;
    work.from = table.from;
    work.to = table.to;
    work.old_columns = columns_of(from_, *table.from, table.old_text);
    work.new_columns = columns_of(to_, *table.to, table.new_text);
    work.rowids = table.old_text && table.new_text;
    if (table.old_text) work.old_text = *table.old_text;
    if (table.new_text) work.new_text = *table.new_text;
    for (const TableConstraint &constraint : work.new_text.constraints)
      if (constraint.type == "primary key" || constraint.type == "unique") work.uniques.push_back(constraint.columns);
    for (const Object &object : to_.objects)
      if (object.id.kind == Kind::Index && folded(object.id.relation) == folded(table.to->id.name) &&
          object.has(Attribute::Unique))
        work.uniques.push_back(object.value(Attribute::Columns));
    work.new_name = free_name(table.to->id.name);
    rebuild(work, rendered_);
  }

  bool comes_again(const Object &object) const {
    if (coming_.contains(object.id)) return true;
    return from_.find(object.id) != nullptr && goes_along(object.id);
  }

  void create_objects() {
    for (const Object &object : to_.objects)
      if (object.id.kind == Kind::Index && comes_again(object)) add(created(object));
    for (const Object &object : to_.objects)
      if (object.id.kind == Kind::View) create_view(object);
    for (const Object &object : to_.objects)
      if (object.id.kind == Kind::Trigger && comes_again(object)) add(created(object));
  }

  // Views that it reads first.
  void create_view(const Object &view) {
    if (!coming_.contains(view.id) || !made_.insert(view.id).second) return;
    for (const ObjectId &need : view.needs)
      if (const Object *other = to_.find(need); other != nullptr && need.kind == Kind::View) create_view(*other);
    add(created(view));
  }

  const Schema &from_;
  const Schema &to_;
  const RenderOptions &options_;
  Rendered rendered_;
  std::map<std::string, Table> tables_; // by folded name
  std::set<std::string> rebuilt_;       // folded names
  std::set<ObjectId> going_, coming_, made_;
  std::optional<StayingWords> staying_; // read when a column goes
};

} // namespace

Result<Rendered> SqliteRenderer::render(const Schema &from, const Schema &to, const RenderOptions &options) const {
  return Rendering(from, to, options).render();
}

std::vector<Piece> SqliteRenderer::rename(const std::vector<Rename> &renames) const {
  return rename_pieces(renames);
}

Schema SqliteRenderer::beside_renames(const std::vector<Rename> &renames, const Schema &ours, const Schema &all) const {
  return sqlite::beside_renames(renames, ours, all);
}

} // namespace migrator::schema::sqlite
