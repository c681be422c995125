#include "migrator/schema/sqlite/table_text.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "migrator/schema/sqlite/words.h"
#include "migrator/text/ascii.h"

namespace migrator::schema::sqlite {

namespace {

using script::TokenKind;

// Reads one CREATE TABLE from its first word to its last. What it does not know makes ok() false.
class TableReader {
public:
  explicit TableReader(std::string_view create) : sql_(create), words_(words(create)) {}

  std::optional<TableText> read() {
    if (!take("CREATE") || !take("TABLE")) return std::nullopt;
    table_.name = name();
    context_.own = folded(table_.name);
    find_names();
    if (!take("(")) return std::nullopt;
    while (ok_ && !at_constraint()) {
      column();
      if (!take(",")) break;
    }
    while (ok_ && !done() && !now().is(")")) {
      table_constraint();
      take(",");
    }
    if (!take(")")) return std::nullopt;
    options();
    if (!ok_ || !done()) return std::nullopt;
    return std::move(table_);
  }

private:
  bool done() const { return at_ >= words_.size(); }
  const Word &now() const {
    static const Word kNone{};
    return done() ? kNone : words_[at_];
  }
  const Word &ahead(std::size_t count) const {
    static const Word kNone{};
    return at_ + count < words_.size() ? words_[at_ + count] : kNone;
  }
  bool take(std::string_view word) {
    if (!now().is(word)) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view first, std::string_view second) {
    if (!now().is(first) || !ahead(1).is(second)) return false;
    at_ += 2;
    return true;
  }
  std::string name() {
    if (done() || !now().is_name()) {
      ok_ = false;
      return {};
    }
    return plain(words_[at_++]);
  }

  // Columns' names are known before their expressions are read: the first word of each part at the first level.
  void find_names() {
    int depth = 0;
    for (std::size_t at = at_; at < words_.size(); ++at) {
      if (depth == 1 && words_[at].is_name() && (words_[at - 1].is("(") || words_[at - 1].is(",")))
        context_.names.insert(folded(plain(words_[at])));
      if (words_[at].is("(")) ++depth;
      if (words_[at].is(")")) --depth;
    }
    for (const char *rowid : {"rowid", "oid", "_rowid_"}) context_.names.insert(rowid);
    context_.names.insert(context_.own);
  }

  bool at_constraint() const {
    return now().is("CONSTRAINT") || now().is("PRIMARY") || now().is("UNIQUE") || now().is("CHECK") || now().is("FOREIGN");
  }

  // The words inside the parentheses that begin here; goes behind them.
  std::pair<std::size_t, std::size_t> parentheses() {
    if (!take("(")) {
      ok_ = false;
      return {at_, at_};
    }
    const std::size_t begin = at_;
    for (int depth = 1; !done(); ++at_) {
      if (now().is("(")) ++depth;
      if (now().is(")") && --depth == 0) return {begin, at_++};
    }
    ok_ = false;
    return {begin, begin};
  }

  // Whether the parenthesis at `begin` closes at `end`, so that both say nothing.
  bool wrapped(std::size_t begin, std::size_t end) const {
    if (end - begin < 2 || !words_[begin].is("(") || !words_[end - 1].is(")")) return false;
    int depth = 0;
    for (std::size_t at = begin; at < end; ++at) {
      if (words_[at].is("(")) ++depth;
      if (words_[at].is(")") && --depth == 0) return at + 1 == end;
    }
    return false;
  }

  std::string expression(std::pair<std::size_t, std::size_t> range) const {
    while (wrapped(range.first, range.second)) range = {range.first + 1, range.second - 1};
    return normal(words_, range.first, range.second, context_);
  }

  std::string conflict() {
    if (!take("ON", "CONFLICT")) return {};
    const std::string how = text::upper(name());
    return how == "ABORT" ? std::string() : "ON CONFLICT " + how;
  }

  // ( a COLLATE x DESC, b )
  void terms(TableConstraint &constraint) {
    const auto [begin, end] = parentheses();
    for (std::size_t at = begin; ok_ && at < end;) {
      std::size_t stop = at;
      while (stop < end && !words_[stop].is(",")) ++stop;
      if (stop > at && words_[stop - 1].is("AUTOINCREMENT")) table_.autoincrement = true;
      constraint.columns.push_back(plain(words_[at]));
      if (!constraint.terms.empty()) constraint.terms += ", ";
      constraint.terms += folded(constraint.columns.back());
      for (std::size_t word = at + 1; word < stop; ++word)
        if (!words_[word].is("ASC") && !words_[word].is("AUTOINCREMENT")) constraint.terms += ' ' + folded(plain(words_[word]));
      at = stop + 1;
    }
  }

  void references(TableConstraint &constraint) {
    constraint.type = "foreign key";
    constraint.parent = name();
    if (now().is("(")) {
      const auto [begin, end] = parentheses();
      for (std::size_t at = begin; at < end; ++at)
        if (at == begin || words_[at - 1].is(",")) constraint.parent_columns.push_back(plain(words_[at]));
    }
    while (ok_ && (now().is("ON") || now().is("MATCH"))) {
      if (take("MATCH")) {
        name();
        continue;
      }
      ++at_;
      const std::string event = folded(name());
      std::string action = folded(name());
      if (action == "set" || action == "no") action += ' ' + folded(name());
      if (action != "no action") (event == "delete" ? on_delete_ : on_update_) = " on " + event + ' ' + action;
    }
    constraint.actions = std::exchange(on_delete_, {}) + std::exchange(on_update_, {});
    if (!constraint.actions.empty()) constraint.actions.erase(0, 1);
    deferred(constraint);
  }

  // [NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]: only one of these makes a difference.
  bool deferred(TableConstraint &constraint) {
    const bool immediate = now().is("NOT") && ahead(1).is("DEFERRABLE");
    if (!immediate && !now().is("DEFERRABLE")) return false;
    at_ += immediate ? 2 : 1;
    const bool initially = take("INITIALLY", "DEFERRED");
    if (!initially) take("INITIALLY", "IMMEDIATE");
    if (initially && !immediate)
      constraint.actions += constraint.actions.empty() ? "deferrable initially deferred" : " deferrable initially deferred";
    return true;
  }

  void table_constraint() {
    TableConstraint constraint;
    while (take("CONSTRAINT")) constraint.name = name();
    if (take("PRIMARY", "KEY")) {
      constraint.type = "primary key";
      terms(constraint);
      constraint.conflict = conflict();
    } else if (take("UNIQUE")) {
      constraint.type = "unique";
      terms(constraint);
      constraint.conflict = conflict();
    } else if (take("CHECK")) {
      constraint.type = "check";
      constraint.terms = expression(parentheses());
      conflict(); // SQLite reads it there and does nothing with it
    } else if (take("FOREIGN", "KEY")) {
      const auto [begin, end] = parentheses();
      for (std::size_t at = begin; at < end; ++at)
        if (at == begin || words_[at - 1].is(",")) constraint.columns.push_back(plain(words_[at]));
      if (!take("REFERENCES")) ok_ = false;
      references(constraint);
    } else {
      ok_ = false;
      return;
    }
    table_.constraints.push_back(std::move(constraint));
  }

  bool at_column_constraint() const {
    for (const char *word :
         {"CONSTRAINT", "DEFAULT", "NULL", "NOT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "AS", "DEFERRABLE"})
      if (now().is(word)) return true;
    return now().is("GENERATED") && ahead(1).is("ALWAYS");
  }

  std::string type() {
    std::string type;
    while (!done() && now().is_name() && !at_column_constraint()) {
      if (!type.empty()) type += ' ';
      type += text::upper(name());
    }
    if (!now().is("(") || type.empty()) return type;
    const auto [begin, end] = parentheses();
    type += '(';
    for (std::size_t at = begin; at < end; ++at) type += text::upper(words_[at].text);
    return type + ')';
  }

  void default_value(TableColumn &column) {
    std::size_t begin = at_, end = at_;
    if (now().is("(")) {
      std::tie(begin, end) = parentheses();
      while (wrapped(begin, end)) ++begin, --end;
      column.constant_default = false;
    } else {
      at_ += now().is("+") || now().is("-") ? 2 : 1;
      end = at_;
    }
    if (end > words_.size() || begin == end) {
      ok_ = false;
      return;
    }
    const Word &first = words_[begin];
    if (end - begin == 1) {
      const bool value = first.is("NULL") || first.is("TRUE") || first.is("FALSE") || first.is("CURRENT_TIME") ||
                         first.is("CURRENT_DATE") || first.is("CURRENT_TIMESTAMP");
      column.constant_default = !value || first.text.size() < 10;
      if (first.is("NULL")) return;
      // A bare or quoted name as a default is a text.
      if (first.kind == TokenKind::QuotedIdentifier || (first.kind == TokenKind::Word && !value)) {
        column.default_value = literal(plain(first));
        return;
      }
    }
    Context nothing;
    column.default_value = normal(words_, begin, end, nothing);
  }

  void column() {
    const std::size_t begin = at_;
    TableColumn column;
    column.name = name();
    column.type = type();
    std::string constraint_name;
    while (ok_ && !done() && at_column_constraint()) {
      if (take("CONSTRAINT")) {
        constraint_name = name();
        continue;
      }
      column_constraint(column, std::exchange(constraint_name, {}));
    }
    if (!ok_ || at_ == begin) return;
    column.text = sql_.substr(words_[begin].at, words_[at_ - 1].end() - words_[begin].at);
    table_.columns.push_back(std::move(column));
  }

  void column_constraint(TableColumn &column, std::string constraint_name) {
    if (!table_.constraints.empty() && table_.constraints.back().column == column.name &&
        table_.constraints.back().type == "foreign key" && deferred(table_.constraints.back()))
      return;
    TableConstraint constraint;
    constraint.name = std::move(constraint_name);
    constraint.column = column.name;
    constraint.columns = {column.name};
    if (take("DEFAULT")) return default_value(column);
    if (take("NULL")) return void(conflict());
    if (take("NOT", "NULL")) {
      column.not_null = conflict();
      if (column.not_null.empty()) column.not_null = "true";
      return;
    }
    if (take("COLLATE")) {
      column.collation = text::upper(name());
      if (column.collation == "BINARY") column.collation.clear();
      return;
    }
    if (take("GENERATED", "ALWAYS") || now().is("AS")) {
      if (!take("AS")) ok_ = false;
      column.expression = expression(parentheses());
      column.generated = "virtual";
      if (take("STORED")) column.generated = "stored";
      take("VIRTUAL");
      return;
    }
    if (take("PRIMARY", "KEY")) {
      constraint.type = "primary key";
      constraint.terms = folded(column.name);
      if (take("DESC")) {
        constraint.descending = true;
        constraint.terms += " desc";
      }
      take("ASC");
      constraint.conflict = conflict();
      if (take("AUTOINCREMENT")) table_.autoincrement = true;
    } else if (take("UNIQUE")) {
      constraint.type = "unique";
      constraint.terms = folded(column.name);
      constraint.conflict = conflict();
    } else if (take("CHECK")) {
      constraint.type = "check";
      constraint.columns.clear();
      constraint.terms = expression(parentheses());
      conflict();
    } else if (take("REFERENCES")) {
      references(constraint);
    } else {
      ok_ = false;
      return;
    }
    table_.constraints.push_back(std::move(constraint));
  }

  void options() {
    while (ok_ && !done()) {
      if (take("WITHOUT", "ROWID"))
        table_.without_rowid = true;
      else if (take("STRICT"))
        table_.strict = true;
      else if (!take(","))
        ok_ = false;
    }
  }

  std::string_view sql_;
  Words words_;
  std::size_t at_ = 0;
  bool ok_ = true;
  Context context_;
  TableText table_;
  std::string on_delete_, on_update_;
};

} // namespace

const TableColumn *TableText::column(std::string_view wanted) const {
  const std::string name_folded = folded(wanted);
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const TableColumn &column) { return folded(column.name) == name_folded; });
  return found == columns.end() ? nullptr : &*found;
}

const TableConstraint *TableText::primary_key() const {
  const auto found = std::find_if(constraints.begin(), constraints.end(),
                                  [](const TableConstraint &constraint) { return constraint.type == "primary key"; });
  return found == constraints.end() ? nullptr : &*found;
}

std::string TableText::rowid_alias() const {
  const TableConstraint *key = primary_key();
  if (without_rowid || key == nullptr || key->columns.size() != 1 || key->descending) return {};
  const TableColumn *found = column(key->columns.front());
  return found != nullptr && found->type == "INTEGER" ? found->name : std::string();
}

std::optional<TableText> parse_table(std::string_view create) {
  return TableReader(create).read();
}

std::string with_name(std::string_view create, std::string_view name) {
  const Words all = words(create);
  if (all.size() < 3) return std::string(create);
  const std::string own = folded(plain(all[2]));
  std::string out(create.substr(0, all[2].at));
  out += quote_name(name);
  std::size_t copied = all[2].end();
  for (std::size_t at = 3; at + 2 < all.size(); ++at) {
    if (!all[at].is_name() || !all[at + 1].is(".") || all[at - 1].is(".") || folded(plain(all[at])) != own) continue;
    out += create.substr(copied, all[at].at - copied);
    copied = all[at + 1].end();
  }
  out += create.substr(copied);
  return out;
}

} // namespace migrator::schema::sqlite
