// See schema/render.h. First goes what must, last made first; then things are made and altered, in the order in which they need each other; what
// kept columns still had goes last.
#include "migrator/schema/postgresql/renderer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "migrator/schema/postgresql/alter.h"
#include "migrator/schema/postgresql/definitions.h"
#include "migrator/schema/postgresql/existing.h"
#include "migrator/schema/postgresql/guards.h"
#include "migrator/schema/postgresql/indexes.h"
#include "migrator/schema/postgresql/names.h"
#include "migrator/schema/postgresql/numbering.h"
#include "migrator/schema/postgresql/order.h"
#include "migrator/schema/postgresql/plan.h"
#include "migrator/schema/postgresql/sequences.h"
#include "migrator/schema/postgresql/transactions.h"

namespace migrator::schema::postgresql {

namespace {

bool is_relation_like(Kind kind) {
  return kind == Kind::Table || kind == Kind::View || kind == Kind::MaterializedView || kind == Kind::Enum ||
         kind == Kind::Domain;
}

const char *late_kind(const ObjectId &id) {
  return id.kind == Kind::Sequence ? "SEQUENCE" : id.kind == Kind::Enum ? "TYPE" : "DOMAIN";
}

class Rendering {
public:
  Rendering(const Schema &from, const Schema &to, const RenderOptions &options)
      : plan_(from, to, options.compare), indexes_(plan_), options_(options) {}

  const Plan &plan() const noexcept { return plan_; }

  Rendered run() {
    choose_within_tables();
    add(guards(plan_));
    detach_defaults();
    drop_what_goes();
    rename_what_is_late();
    make_and_alter();
    own_sequences();
    add(indexes_.marks());
    add(allow_nulls(plan_));
    drop_late();
    rendered_.pieces = in_transactions(std::move(rendered_.pieces));
    return std::move(rendered_);
  }

private:
  void add(std::string sql, std::string note = {}) {
    rendered_.pieces.push_back(in_transaction(std::move(sql), std::move(note)));
  }
  void add(std::vector<std::string> statements) {
    for (std::string &sql : statements) add(std::move(sql));
  }
  void add(std::vector<Piece> pieces) {
    for (Piece &piece : pieces) rendered_.pieces.push_back(std::move(piece));
  }

  void choose_within_tables();
  void detach_defaults();
  void drop_what_goes();
  bool goes_with_relation(const Object &object) const;
  void drop_one(const Object &object);
  void rename_what_is_late();
  void make_and_alter();
  bool is_retyped_column(const ObjectId &id) const;
  void postpone(std::size_t begin, std::vector<Piece> &postponed);
  void make(const Object &object);
  void build(const Object &object);
  void make_table(const Object &table);
  void make_inside(const Object &object);
  void finish_new(const Object &object);
  void own_sequences();
  void drop_late();

  Plan plan_;
  IndexChanges indexes_;
  RenderOptions options_;
  Rendered rendered_;
  std::set<ObjectId> within_;  // constraints that stand in their CREATE TABLE
  std::set<ObjectId> renamed_; // of what is late
  std::vector<const Object *> late_indexes_;
};

void Rendering::choose_within_tables() {
  for (const Object &object : plan_.to.objects) {
    if (object.id.kind != Kind::Constraint || !plan_.comes({Kind::Table, object.id.schema, "", object.id.relation})) continue;
    const std::string &type = object.text(Attribute::ConstraintType);
    const bool simple = type == "primary key" || type == "unique" || type == "check";
    const bool calls = std::any_of(object.needs.begin(), object.needs.end(),
                                   [](const ObjectId &needed) { return needed.kind == Kind::Function; });
    if (simple && !calls && is_valid(object)) within_.insert(object.id);
  }
}

// What must be before anything is dropped: columns let go of defaults, identities and expressions, sequences of columns that go.
void Rendering::detach_defaults() {
  for (const Object &object : plan_.from.objects) {
    const ObjectId &id = object.id;
    const bool late_sequence = id.kind == Kind::Sequence && plan_.late.contains(id);
    if ((plan_.goes(id) && !late_sequence) || plan_.relation_goes(id)) continue;
    const Object *wanted = plan_.to.find(id);
    if (wanted == nullptr && !late_sequence) continue;
    if (id.kind == Kind::Sequence && object.has(Attribute::OwnedBy)) {
      const auto &owner = object.value(Attribute::OwnedBy);
      const ObjectId column{Kind::Column, owner[0], owner[1], owner[2]};
      if (plan_.goes(column) || plan_.relation_goes(column)) add("ALTER SEQUENCE " + qualified(id) + " OWNED BY NONE");
    }
    if (id.kind == Kind::Domain && plan_.lost_default.contains(id)) add("ALTER DOMAIN " + qualified(id) + " DROP DEFAULT");
    if (id.kind != Kind::Column) continue;
    const std::string alter = fmt::format("ALTER TABLE {} ALTER COLUMN {} ", relation_of(id), quote_name(id.name));
    if (plan_.lost_default.contains(id)) add(alter + "DROP DEFAULT");
    if (object.has(Attribute::Identity) && !wanted->has(Attribute::Identity))
      add(draws_elsewhere(plan_, object, *wanted) ? set_identity_aside(id) : alter + "DROP IDENTITY");
    if (object.has(Attribute::Generated) && !wanted->has(Attribute::Generated)) add(alter + "DROP EXPRESSION");
  }
}

void Rendering::drop_what_goes() {
  std::set<ObjectId> going, within;
  for (const auto &[id, fate] : plan_.fates) {
    if (!plan_.goes(id) || plan_.late.contains(id) || id.kind == Kind::Namespace || id.kind == Kind::Extension) continue;
    going.insert(id);
    if (goes_with_relation(*plan_.from.find(id))) within.insert(id);
  }
  const auto ordered = in_order(plan_.from, going, within);
  for (auto object = ordered.rbegin(); object != ordered.rend(); ++object) drop_one(**object);
}

// Not so a foreign key that holds what it leads to, what calls a function of the table's rows, nor the constraint of a domain that goes late.
bool Rendering::goes_with_relation(const Object &object) const {
  const ObjectId &id = object.id;
  if (!plan_.relation_goes(id)) return false;
  if (id.kind == Kind::Column) return true;
  for (const ObjectId &needed : object.needs) {
    const Object *other = plan_.from.find(needed);
    const bool circle = needed.relation != id.relation && other != nullptr &&
                        std::any_of(other->needs.begin(), other->needs.end(), [&](const ObjectId &back) {
                          return back.schema == id.schema && (back.relation == id.relation || back.name == id.relation);
                        });
    if (circle && other->id.kind == Kind::Function) return false;
  }
  if (id.kind != Kind::Constraint) return true;
  if (plan_.late.contains({Kind::Domain, id.schema, "", id.relation})) return false;
  const auto &references = object.value(Attribute::References);
  if (references.size() < 2 || (references[0] == id.schema && references[1] == id.relation)) return true;
  return !plan_.goes({Kind::Table, references[0], "", references[1]}) &&
         std::none_of(object.needs.begin(), object.needs.end(),
                      [&](const ObjectId &needed) { return needed.relation != id.relation && plan_.goes(needed); });
}

void Rendering::drop_one(const Object &object) {
  const ObjectId &id = object.id;
  if (goes_with_relation(object) || indexes_.has_successor(object)) return;
  if (id.kind == Kind::Index && indexes_.goes_last(object)) {
    late_indexes_.push_back(&object);
    return;
  }
  if (id.kind == Kind::Sequence && object.has(Attribute::OwnedBy)) {
    const auto &owner = object.value(Attribute::OwnedBy);
    const ObjectId column{Kind::Column, owner[0], owner[1], owner[2]};
    if (plan_.goes(column) || plan_.relation_goes(column)) return;
  }
  Piece piece = id.kind == Kind::Index ? indexes_.drop(object) : in_transaction(drop(object));
  if (id.kind == Kind::Table) {
    rendered_.losses.push_back("rows of " + text(id));
    piece.allow = "drop_table";
  }
  if (id.kind == Kind::Column) {
    if (!object.has(Attribute::Generated)) rendered_.losses.push_back(text(id));
    piece.allow = "drop_column";
  }
  rendered_.pieces.push_back(std::move(piece));
}

// They are in use until columns have moved; their names may be wanted before, and a sequence's by an identity.
void Rendering::rename_what_is_late() {
  for (const ObjectId &id : plan_.late) {
    const bool taken =
        id.kind == Kind::Sequence || std::any_of(plan_.to.objects.begin(), plan_.to.objects.end(), [&](const Object &object) {
          return is_relation_like(object.id.kind) && object.id.schema == id.schema && object.id.name == id.name;
        });
    if (!taken) continue;
    renamed_.insert(id);
    add(fmt::format("ALTER {} {} RENAME TO {}", late_kind(id), qualified(id), waiting_name(id)));
  }
}

void Rendering::make_and_alter() {
  std::set<ObjectId> ids;
  for (const auto &[id, fate] : plan_.fates)
    if (plan_.comes(id)) ids.insert(id);
  for (const auto &[id, change] : plan_.changes)
    if (change.what == Change::What::Changed) ids.insert(id);
  for (const auto *set : {&plan_.retyped, &plan_.lost_default})
    for (const ObjectId &id : *set)
      if (plan_.to.find(id) != nullptr) ids.insert(id);
  for (const Object &object : plan_.to.objects)
    if ((object.id.kind == Kind::Index || object.id.kind == Kind::Constraint) && object.has(Attribute::Storage) &&
        plan_.is_made_anew(object))
      ids.insert(object.id);
  const std::vector<const Object *> ordered = in_order(plan_.to, ids, within_);
  auto retyped = static_cast<std::size_t>(
      std::count_if(ordered.begin(), ordered.end(), [this](const Object *object) { return is_retyped_column(object->id); }));
  std::vector<Piece> postponed;
  for (const Object *object : ordered) {
    const std::size_t before = rendered_.pieces.size();
    if (plan_.comes(object->id) && plan_.to.find(object->id) != nullptr)
      make(*object);
    else
      add(alter(plan_, *plan_.from.find(object->id), *object, options_.compare.owned));
    if (is_retyped_column(object->id)) --retyped;
    if (retyped > 0 && object->id.kind == Kind::Column && !is_retyped_column(object->id)) postpone(before, postponed);
    if (retyped == 0) add(std::exchange(postponed, {}));
  }
  for (const auto &[id, change] : plan_.changes)
    if (id.kind == Kind::Table && plan_.change(id, Attribute::Options) != nullptr)
      add(alter_toast(*plan_.from.find(id), *plan_.to.find(id)));
}

bool Rendering::is_retyped_column(const ObjectId &id) const {
  return id.kind == Kind::Column && plan_.retyped.contains(id);
}

// A type that is made anew and the columns of it change in one transaction: what would end it comes after.
void Rendering::postpone(std::size_t begin, std::vector<Piece> &postponed) {
  const auto first = rendered_.pieces.begin() + static_cast<std::ptrdiff_t>(begin);
  if (std::all_of(first, rendered_.pieces.end(), [](const Piece &piece) { return piece.place == Piece::Place::Transaction; }))
    return;
  postponed.insert(postponed.end(), std::make_move_iterator(first), std::make_move_iterator(rendered_.pieces.end()));
  rendered_.pieces.erase(first, rendered_.pieces.end());
}

void Rendering::make_table(const Object &table) {
  std::vector<const Object *> columns, constraints;
  const auto each_inside = [&](Kind kind, const auto &take) {
    const ObjectId first{kind, table.id.schema, table.id.name, ""};
    auto object = std::lower_bound(plan_.to.objects.begin(), plan_.to.objects.end(), first,
                                   [](const Object &one, const ObjectId &wanted) { return one.id < wanted; });
    for (; object != plan_.to.objects.end() && object->id.kind == kind && object->id.schema == first.schema &&
           object->id.relation == first.relation;
         ++object)
      take(*object);
  };
  each_inside(Kind::Column, [&](const Object &column) { columns.push_back(&column); });
  each_inside(Kind::Constraint, [&](const Object &constraint) {
    if (within_.contains(constraint.id)) constraints.push_back(&constraint);
  });
  const auto place = [](const Object *column) { return std::stol("0" + column->text(Attribute::Position)); };
  std::stable_sort(columns.begin(), columns.end(), [&](const Object *a, const Object *b) { return place(a) < place(b); });
  std::stable_sort(constraints.begin(), constraints.end(), [](const Object *a, const Object *b) {
    return (a->text(Attribute::ConstraintType) == "primary key") > (b->text(Attribute::ConstraintType) == "primary key");
  });
  add(create_table(table, columns, constraints));
}

// A column, constraint, index or trigger.
void Rendering::make_inside(const Object &object) {
  const bool new_relation = plan_.relation_comes(object.id);
  switch (object.id.kind) {
  case Kind::Column:
    if (!new_relation) add(add_column(plan_, object));
    return add(column_settings(nullptr, object));
  case Kind::Constraint:
  case Kind::Index:
    if (within_.contains(object.id)) return;
    if (new_relation)
      add(create(object));
    else
      build(object);
    return add(index_statistics(nullptr, object));
  default:
    break;
  }
  add(create(object));
  if (object.has(Attribute::Enabled)) add(set_enabled(object));
}

// A constraint or index, on a table that is there.
void Rendering::build(const Object &object) {
  const Object *before = plan_.from.find(object.id);
  if (before != nullptr && indexes_.has_successor(*before)) return add(indexes_.successor(*before, object));
  if (object.id.kind == Kind::Index) return add(indexes_.build(object));
  const std::string &type = object.text(Attribute::ConstraintType);
  add(type == "primary key" || type == "unique" ? indexes_.build_key(object) : add_constraint(object));
}

void Rendering::make(const Object &object) {
  if (object.id.kind == Kind::Table)
    make_table(object);
  else if (!object.id.relation.empty())
    make_inside(object);
  else
    add(create(object));
  finish_new(object);
}

// What was there before gets its owner and grants back, unless those are what is compared.
void Rendering::finish_new(const Object &object) {
  add(comments(nullptr, object));
  const Object *before = plan_.from.find(object.id);
  if (options_.compare.owned || before == nullptr) return add(owner_and_grants(nullptr, object));
  Object kept = object;
  for (const Attribute attribute : {Attribute::Owner, Attribute::Grants}) {
    kept.attributes.erase(attribute);
    if (before->has(attribute)) kept.attributes[attribute] = before->value(attribute);
  }
  add(owner_and_grants(nullptr, kept));
}

void Rendering::own_sequences() {
  const auto is_unlogged = [](const Object &object) {
    return object.id.kind == Kind::Sequence && object.has(Attribute::Persistence);
  };
  // Before PostgreSQL 15 there are none, nor words for it.
  const bool may_be_unlogged = std::any_of(plan_.from.objects.begin(), plan_.from.objects.end(), is_unlogged) ||
                               std::any_of(plan_.to.objects.begin(), plan_.to.objects.end(), is_unlogged);
  for (const Object &object : plan_.to.objects) {
    if (object.id.kind != Kind::Sequence) continue;
    // A table that becomes unlogged, or logged, takes its sequences with it, also one that it will not own any more.
    const auto is_taken = [&](const Object *sequence) {
      const Value of = sequence == nullptr ? Value() : sequence->value(Attribute::OwnedBy);
      const Object *table = of.size() == 3 ? plan_.to.find({Kind::Table, of[0], "", of[1]}) : nullptr;
      return table != nullptr && plan_.change(table->id, Attribute::Persistence) != nullptr &&
             table->has(Attribute::Persistence) != object.has(Attribute::Persistence);
    };
    if (may_be_unlogged && (is_taken(&object) || is_taken(plan_.from.find(object.id))))
      add(fmt::format("ALTER SEQUENCE {} SET {}", qualified(object.id),
                      object.has(Attribute::Persistence) ? "UNLOGGED" : "LOGGED"));
    const Object *before = plan_.goes(object.id) ? nullptr : plan_.from.find(object.id);
    const auto &owner = object.value(Attribute::OwnedBy);
    const ObjectId column = owner.size() == 3 ? ObjectId{Kind::Column, owner[0], owner[1], owner[2]} : ObjectId{};
    const bool new_owner = owner.size() == 3 && (plan_.comes(column) || plan_.relation_comes(column));
    const Value &old = before == nullptr ? Value() : before->value(Attribute::OwnedBy);
    if (new_owner || (before == nullptr ? !owner.empty() : old != owner)) add(sequence_owner(object));
    const Object *drawing = owner.size() == 3 ? plan_.to.find(column) : nullptr;
    const Object *drew = drawing == nullptr ? nullptr : plan_.from.find(column);
    const bool follows = drew != nullptr && draws_elsewhere(plan_, *drew, *drawing);
    const bool has_values = drawing != nullptr && !new_owner && !follows && drawing->has(Attribute::Serial);
    const Value &options = object.value(Attribute::Options);
    if (before == nullptr && has_values && counts_up(options))
      add(move_sequence(*drawing, literal(qualified(object.id)), options));
  }
}

void Rendering::drop_late() {
  for (const Object *index : late_indexes_) rendered_.pieces.push_back(indexes_.drop(*index));
  std::set<ObjectId> last;
  for (const auto &[id, fate] : plan_.fates)
    if (fate == Fate::Drop && (id.kind == Kind::Namespace || id.kind == Kind::Extension)) last.insert(id);
  last.insert(plan_.late.begin(), plan_.late.end());
  const auto ordered = in_order(plan_.from, last, {});
  for (auto at = ordered.rbegin(); at != ordered.rend(); ++at) {
    const Object &object = **at;
    if (renamed_.contains(object.id))
      add(fmt::format("DROP {} {}.{}", late_kind(object.id), quote_name(object.id.schema), waiting_name(object.id)));
    else
      add(drop(object));
  }
}

} // namespace

Result<Rendered> PostgresqlRenderer::render(const Schema &from, const Schema &to, const RenderOptions &options) const {
  Rendering rendering(from, to, options);
  if (const auto lost = rendering.plan().lost_with_a_view())
    return fail(
        ErrorCode::Irreversible,
        fmt::format("a view must be made again, and {} would be lost with it, for such is not generated: write this by hand, and "
                    "make it anew behind the CREATE VIEW",
                    *lost));
  return rendering.run();
}

} // namespace migrator::schema::postgresql
