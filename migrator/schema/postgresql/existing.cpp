// See existing.h.
#include "migrator/schema/postgresql/existing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "migrator/schema/postgresql/conversions.h"
#include "migrator/schema/postgresql/definitions.h"
#include "migrator/schema/postgresql/names.h"
#include "migrator/schema/postgresql/numbering.h"
#include "migrator/schema/postgresql/sequences.h"
#include "migrator/script/names.h"
#include "migrator/script/tokenizer.h"

namespace migrator::schema::postgresql {

namespace {

constexpr std::size_t kLongestName = 63;
constexpr std::size_t kLongestBatchName = 64;

std::string alter_table(const ObjectId &inside) {
  return "ALTER TABLE " + relation_of(inside) + " ";
}

std::string alter_column_of(const ObjectId &column) {
  return alter_table(column) + "ALTER COLUMN " + quote_name(column.name) + " ";
}

// By a check that is made valid without a lock, the scan of SET NOT NULL is spared.
std::vector<Piece> set_not_null(const ObjectId &column) {
  std::string name = column.relation + "_" + column.name + "_is_given";
  if (name.size() > kLongestName) name = "migrator_column_is_given";
  return {in_transaction(fmt::format("{}ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID", alter_table(column),
                                     quote_name(name), quote_name(column.name))),
          outside(fmt::format("{}VALIDATE CONSTRAINT {}", alter_table(column), quote_name(name)),
                  "fails while there are rows without a value: give them one first"),
          in_transaction(alter_column_of(column) + "SET NOT NULL"),
          in_transaction(fmt::format("{}DROP CONSTRAINT {}", alter_table(column), quote_name(name)))};
}

// Between double quotes all but control characters, and a quote as the first.
bool stands_in_directive(const std::string &name) {
  return script::is_qualified_name(name, 2) &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

// Whether an UPDATE of a column that is new fires it: UPDATE OF others does not.
bool fires_on_update(const Object &trigger) {
  const std::string &state = trigger.text(Attribute::Enabled);
  if (state == "disabled" || state == "replica") return false;
  script::Tokenizer tokens(trigger.text(Attribute::Definition), Dialect::Postgresql);
  auto token = tokens.next_significant();
  while (token && !script::is_word(*token, "TRIGGER")) token = tokens.next_significant();
  tokens.next_significant(); // its name
  for (token = tokens.next_significant(); token && !script::is_word(*token, "ON"); token = tokens.next_significant())
    if (script::is_word(*token, "UPDATE")) {
      token = tokens.next_significant();
      return !token || !script::is_word(*token, "OF");
    }
  return false;
}

std::vector<const Object *> fired_by_update(const Schema &schema, const ObjectId &column) {
  std::vector<const Object *> fired;
  for (const Object &object : schema.objects)
    if (object.id.kind == Kind::Trigger && object.id.schema == column.schema && object.id.relation == column.relation &&
        fires_on_update(object))
      fired.push_back(&object);
  return fired;
}

// Rules that rewrite an UPDATE: an INSTEAD leaves the rows as they are, and says nothing. They come and go by hand alone.
const Value &fired_rules(const Plan &plan, const ObjectId &column) {
  static const Value kNone;
  const Object *table = plan.from.find({Kind::Table, column.schema, "", column.relation});
  return table == nullptr ? kNone : table->value(Attribute::Rules);
}

// What an UPDATE of a new column would fire, as a note says it; empty: nothing.
std::string update_fires(const Plan &plan, const ObjectId &column) {
  const bool triggers = !fired_by_update(plan.from, column).empty() || !fired_by_update(plan.to, column).empty();
  const bool rules = !fired_rules(plan, column).empty();
  return triggers ? rules ? "triggers and rules" : "triggers" : rules ? "rules" : "";
}

// Triggers that are there meanwhile are off, and rules, in a transaction that nothing cuts: it begins here.
std::vector<Piece> undisturbed(const Plan &plan, const ObjectId &column, Piece update) {
  std::vector<Piece> pieces, on;
  const auto off = [&](std::string sql, std::string again) {
    if (pieces.empty())
      pieces.push_back(
          outside("", fmt::format("the {} of the table are off while rows get their values: on again in the same transaction",
                                  update_fires(plan, column))));
    pieces.push_back(in_transaction(std::move(sql)));
    on.push_back(in_transaction(std::move(again)));
  };
  for (const Object *trigger : fired_by_update(plan.from, column)) {
    if (plan.goes(trigger->id)) continue;
    Object disabled = *trigger;
    disabled.attributes[Attribute::Enabled] = {"disabled"};
    off(set_enabled(disabled), set_enabled(*trigger));
  }
  for (const std::string &rule : fired_rules(plan, column))
    off(alter_table(column) + "DISABLE" + rule.substr(rule.find(" RULE ")), alter_table(column) + rule);
  pieces.push_back(std::move(update));
  pieces.insert(pieces.end(), on.begin(), on.end());
  return pieces;
}

// A key of the old table that batches can be cut by, and that is not touched; quoted. None where each batch would fire triggers or rules.
std::optional<std::string> batch_key(const Plan &plan, const ObjectId &column) {
  if (!update_fires(plan, column).empty()) return std::nullopt;
  for (const Object &object : plan.from.objects) {
    if (object.id.kind != Kind::Constraint || object.id.schema != column.schema || object.id.relation != column.relation ||
        object.text(Attribute::ConstraintType) != "primary key" || object.value(Attribute::Columns).size() != 1 ||
        plan.goes(object.id))
      continue;
    const ObjectId key{Kind::Column, column.schema, column.relation, object.text(Attribute::Columns)};
    const Object *found = plan.from.find(key);
    if (found == nullptr || plan.goes(key) || plan.changes_type(key)) return std::nullopt;
    const std::string &type = found->text(Attribute::Type);
    const std::string name = quote_name(key.name);
    if (!stands_in_directive(name) || !stands_in_directive(relation_of(key))) return std::nullopt;
    if (type == "integer" || type == "bigint" || type == "smallint" || type == "uuid") return name;
  }
  return std::nullopt;
}

// Whether a value may stand in one row only.
bool is_unique(const Schema &schema, const ObjectId &column) {
  return std::any_of(schema.objects.begin(), schema.objects.end(), [&](const Object &object) {
    if (object.id.schema != column.schema || object.id.relation != column.relation) return false;
    const std::string &type = object.text(Attribute::ConstraintType);
    const bool key = object.id.kind == Kind::Constraint && (type == "unique" || type == "primary key" || type == "exclusion");
    const bool index = object.id.kind == Kind::Index && object.has(Attribute::Unique);
    const Value &columns = object.value(Attribute::Columns);
    return (key || index) && std::find(columns.begin(), columns.end(), column.name) != columns.end();
  });
}

// A row of the table that a foreign key of this column leads to.
std::optional<std::string> referenced_value(const Schema &schema, const ObjectId &column) {
  for (const Object &object : schema.objects) {
    if (object.id.kind != Kind::Constraint || object.id.schema != column.schema || object.id.relation != column.relation)
      continue;
    const Value &columns = object.value(Attribute::Columns), &references = object.value(Attribute::References);
    const auto at = std::find(columns.begin(), columns.end(), column.name);
    const auto place = static_cast<std::size_t>(at - columns.begin());
    if (at == columns.end() || references.size() < place + 3) continue;
    return fmt::format("(SELECT {0} FROM {1}.{2} WHERE {0} IS NOT NULL LIMIT 1)", quote_name(references[place + 2]),
                       quote_name(references[0]), quote_name(references[1]));
  }
  return std::nullopt;
}

std::string batch_name(const ObjectId &column) {
  const std::string whole = "fill_" + column.relation + "_" + column.name;
  std::string name = whole;
  for (char &c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 || static_cast<unsigned char>(c) >= 0x80) c = '_';
  const bool odd = std::count(name.begin(), name.end(), '_') != std::count(whole.begin(), whole.end(), '_');
  return odd || name.size() > kLongestBatchName ? name.substr(0, 40) + "_" + fingerprint(column.schema + "." + whole) : name;
}

// Another value for each row, where it may stand in one only.
std::optional<std::string> numbered(const Plan &plan, const Object &column) {
  return is_unique(plan.to, column.id) ? numbered_value(plan.to, column, "numbered.number") : std::nullopt;
}

std::string a_guess(const std::string &value, const std::string &column) {
  return fmt::format("a guess: rows that are there get {} as {}; put in what they should have", value, column);
}

Piece fill(const Plan &plan, const Object &column) {
  const ObjectId &id = column.id;
  const std::string table = relation_of(id), name = quote_name(id.name);
  if (const auto number = numbered(plan, column))
    return in_transaction(fmt::format("UPDATE {0} SET {1} = {2} FROM (SELECT ctid AS place, row_number() OVER () AS number FROM "
                                      "{0}) AS numbered WHERE {0}.ctid = numbered.place AND {0}.{1} IS NULL",
                                      table, name, *number),
                          a_guess("numbers", name));
  const auto referenced = referenced_value(plan.to, id);
  const std::string value = referenced ? *referenced : placeholder(plan.to, column);
  const std::string note = a_guess(value, name);
  const auto key = batch_key(plan, id);
  if (!key) return in_transaction(fmt::format("UPDATE {} SET {} = {} WHERE {} IS NULL", table, name, value, name), note);
  Piece piece;
  piece.place = Piece::Place::Data;
  piece.sql = fmt::format("UPDATE {0} SET {1} = {2} WHERE {1} IS NULL AND {3} > :from AND {3} <= :to", table, name, value, *key);
  piece.note = note;
  piece.batch = script::DataBatch{batch_name(id), table, *key, 1000};
  return piece;
}

// Added without the default, which would rewrite the table, and given it in batches.
std::optional<std::vector<Piece>> add_and_fill(const Plan &plan, const Object &column) {
  const auto key = batch_key(plan, column.id);
  if (!key) return std::nullopt;
  const std::string name = quote_name(column.id.name);
  Object bare = column;
  bare.attributes.erase(Attribute::Default);
  Piece piece;
  piece.place = Piece::Place::Data;
  piece.sql = fmt::format("UPDATE {0} SET {1} = DEFAULT WHERE {1} IS NULL AND {2} > :from AND {2} <= :to", relation_of(column.id),
                          name, *key);
  piece.note = "the default gives each row a value of its own: in batches, for at once it would rewrite the table under a lock";
  piece.batch = script::DataBatch{batch_name(column.id), relation_of(column.id), *key, 1000};
  std::vector<Piece> pieces{in_transaction(alter_table(column.id) + "ADD COLUMN " + column_definition(bare, true)),
                            in_transaction(alter_column_of(column.id) + "SET DEFAULT " + column.text(Attribute::Default)), piece};
  if (!column.has(Attribute::NotNull)) return pieces;
  for (Piece &one : set_not_null(column.id)) pieces.push_back(std::move(one));
  return pieces;
}

// Without an UPDATE: the value is a default for a moment. None where no default can be the value, or the type has one of its own.
std::optional<std::vector<Piece>> add_with_value(const Plan &plan, const Object &column) {
  const ObjectId &id = column.id;
  const bool own_default = std::any_of(column.needs.begin(), column.needs.end(), [&](const ObjectId &needed) {
    const Object *domain = needed.kind == Kind::Domain ? plan.to.find(needed) : nullptr;
    return domain != nullptr && domain->has(Attribute::Default) && qualified(needed) == column.text(Attribute::Type);
  });
  if (own_default || numbered(plan, column) || referenced_value(plan.to, id)) return std::nullopt;
  Object given = column;
  given.attributes[Attribute::Default] = {placeholder(plan.to, column)};
  return std::vector<Piece>{in_transaction(alter_table(id) + "ADD COLUMN " + column_definition(given),
                                           a_guess(given.text(Attribute::Default), quote_name(id.name)) +
                                               "; as a default for a moment, for an UPDATE would fire the " +
                                               update_fires(plan, id) + " of the table"),
                            in_transaction(alter_column_of(id) + "DROP DEFAULT")};
}

} // namespace

Piece in_transaction(std::string sql, std::string note) {
  Piece piece;
  piece.sql = std::move(sql);
  piece.note = std::move(note);
  return piece;
}

Piece outside(std::string sql, std::string note) {
  Piece piece = in_transaction(std::move(sql), std::move(note));
  piece.place = Piece::Place::Outside;
  return piece;
}

std::vector<Piece> add_constraint(const Object &constraint) {
  const ObjectId &id = constraint.id;
  const std::string &type = constraint.text(Attribute::ConstraintType);
  if (type == "exclusion")
    return {in_transaction(create(constraint), "reads the whole table under a lock that keeps writers out")};
  if (!is_valid(constraint)) return {in_transaction(create(constraint))};
  const std::string owner = constraint.value(Attribute::ConstraintType).size() > 1 ? "ALTER DOMAIN " : "ALTER TABLE ";
  return {in_transaction(create(constraint) + kNotValid),
          outside(fmt::format("{}{} VALIDATE CONSTRAINT {}", owner, relation_of(id), quote_name(id.name)))};
}

std::vector<Piece> add_column(const Plan &plan, const Object &column) {
  const bool volatile_default = has_volatile_default(plan.to, column);
  if (volatile_default)
    if (auto pieces = add_and_fill(plan, column)) return *pieces;
  const bool filled = column.has(Attribute::Default) || column.has(Attribute::Generated) || column.has(Attribute::Identity);
  const bool later = column.has(Attribute::NotNull) && !filled;
  const bool rewrites = volatile_default || column.has(Attribute::Identity) ||
                        (column.has(Attribute::Generated) && column.text(Attribute::Generated) == "stored");
  const std::string fired = update_fires(plan, column.id);
  if (later && !fired.empty())
    if (auto pieces = add_with_value(plan, column)) return *pieces;
  std::string note = rewrites ? "rewrites the table under a lock that keeps everybody out" : "";
  if (volatile_default && !fired.empty()) note += "; batches would fire the " + fired + " of the table";
  std::vector<Piece> pieces{
      in_transaction(alter_table(column.id) + "ADD COLUMN " + column_definition(column, later), std::move(note))};
  if (!later) return pieces;
  for (Piece &piece : undisturbed(plan, column.id, fill(plan, column))) pieces.push_back(std::move(piece));
  for (Piece &piece : set_not_null(column.id)) pieces.push_back(std::move(piece));
  return pieces;
}

std::vector<Piece> alter_column(const Plan &plan, const Object &from, const Object &to) {
  const ObjectId &id = to.id;
  const std::string alter = alter_column_of(id);
  std::vector<Piece> pieces;
  const auto add_all = [&](std::vector<std::string> statements) {
    for (std::string &sql : statements) pieces.push_back(in_transaction(std::move(sql)));
  };
  add_all(leave_identity(plan, from, to));
  bool has_default = from.has(Attribute::Default) && !plan.lost_default.contains(id);
  const bool moves = plan.changes_type(id);
  if (moves) {
    if (has_default) pieces.push_back(in_transaction(alter + "DROP DEFAULT"));
    has_default = false;
    std::string sql = alter + "TYPE " + to.text(Attribute::Type);
    if (to.has(Attribute::Collation)) sql += " COLLATE " + to.text(Attribute::Collation);
    std::string note = "rewrites the table under a lock that keeps everybody out, unless the old values fit as they are";
    if (const auto way = conversion(plan.from, from, plan.to, to, plan.retyped.contains(id))) {
      sql += " USING " + way->expression;
      if (way->guess) note = "a guess: values are converted as USING says; " + note;
    }
    pieces.push_back(in_transaction(sql, note));
  }
  add_all(follow_sequence(plan, from, to));
  const bool other_default = from.value(Attribute::Default) != to.value(Attribute::Default);
  if (to.has(Attribute::Default) ? other_default || !has_default : has_default)
    pieces.push_back(in_transaction(to.has(Attribute::Default) ? alter + "SET DEFAULT " + to.text(Attribute::Default)
                                                               : alter + "DROP DEFAULT"));
  if (to.has(Attribute::NotNull) && !from.has(Attribute::NotNull))
    for (Piece &piece : set_not_null(id)) pieces.push_back(std::move(piece));
  const Value column{id.schema, id.relation, id.name};
  const bool only = from.value(Attribute::Identity) == to.value(Attribute::Identity) ||
                    std::none_of(plan.from.objects.begin(), plan.from.objects.end(), [&](const Object &object) {
                      return object.id.kind == Kind::Sequence && object.value(Attribute::OwnedBy) == column;
                    });
  add_all(alter_identity(from, to, only, left_place(plan, from)));
  return pieces;
}

std::vector<Piece> allow_nulls(const Plan &plan) {
  std::vector<Piece> pieces;
  for (const auto &[id, change] : plan.changes)
    if (id.kind == Kind::Column && change.what == Change::What::Changed && !plan.comes(id) &&
        plan.change(id, Attribute::NotNull) != nullptr && !plan.to.find(id)->has(Attribute::NotNull))
      pieces.push_back(in_transaction(alter_column_of(id) + "DROP NOT NULL"));
  return pieces;
}

} // namespace migrator::schema::postgresql
