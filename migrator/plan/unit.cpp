#include "migrator/plan/unit.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace migrator::plan {

namespace {

using database::Statement;
using database::TransactionRule;
using script::Section;

Status refuse(const script::Script &script, int line, std::string message) {
  Error error{ErrorCode::InvalidRevisionFile, std::move(message), {script.revision}, script.path, line, {}, script.revision};
  return fail(std::move(error));
}

std::string directive_of(const Section &section) {
  std::string out = fmt::format("-- migrate:{}", name(section.direction));
  if (section.dialect) out += fmt::format(" dialect:{}", name(*section.dialect));
  return out;
}

Status check_statement(const script::Script &script, const Section &section, const Statement &statement) {
  if (statement.rule == TransactionRule::Refused)
    return refuse(
        script, statement.line,
        fmt::format("{} is not allowed here: the migrator begins and ends the transactions and owns the session; remove it",
                    statement.keyword));
  if (section.transaction && !section.data && statement.rule == TransactionRule::NeverInside)
    return refuse(
        script, statement.line,
        fmt::format("{} cannot run inside a transaction; put it into a section of its own that begins with: {} transaction:false",
                    statement.keyword, directive_of(section)));
  return {};
}

bool starts_with_word(const std::string &keyword, std::string_view word) {
  return keyword.compare(0, word.size(), word) == 0 && (keyword.size() == word.size() || keyword[word.size()] == ' ');
}

bool may_be_batched(const Statement &statement) {
  static constexpr std::array<std::string_view, 4> kWords{"UPDATE", "DELETE", "INSERT", "WITH"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return starts_with_word(statement.keyword, word); });
}

Status check_data_section(const script::Script &script, const Section &section, const std::vector<Statement> &statements) {
  if (statements.size() != 1)
    return refuse(script, section.line,
                  fmt::format("the data section {} has {} statements; it must have exactly one UPDATE, DELETE or INSERT … SELECT",
                              section.data->name, statements.size()));
  if (!may_be_batched(statements.front()))
    return refuse(
        script, statements.front().line,
        fmt::format("the data section {} holds {}; it must be one UPDATE, DELETE or INSERT … SELECT that uses :from and :to",
                    section.data->name, statements.front().keyword));
  return {};
}

Status check_assert(const script::Script &script, const script::Assert &assertion, const database::SqlDialect &sql) {
  const Result<std::vector<Statement>> split = sql.split(script::SqlText{assertion.query, assertion.line}, script.path);
  if (!split) return fail(split.error());
  const bool reads = split->size() == 1 &&
                     (starts_with_word(split->front().keyword, "SELECT") || starts_with_word(split->front().keyword, "VALUES") ||
                      starts_with_word(split->front().keyword, "WITH"));
  if (!reads) return refuse(script, assertion.line, "an assert must be exactly one SELECT that gives one row of true or 1");
  return {};
}

// The statements before `end` that a section set its session up with.
std::vector<Statement> session_statements(const std::vector<StepItem> &items, std::size_t end, const Section *section) {
  std::vector<Statement> out;
  for (std::size_t at = 0; at < end; ++at)
    if (const auto *statement = std::get_if<Statement>(&items[at].what); statement != nullptr && items[at].section == section)
      if (statement->sets_session) out.push_back(*statement);
  return out;
}

class Grouping {
public:
  void add_assert(const script::Assert &assertion, const Section *section) {
    if (section != nullptr && (!section->transaction || section->data)) {
      close();
      Unit &unit = units_.emplace_back();
      unit.kind = UnitKind::Check;
      unit.timeouts = timeouts_of(section);
      unit.session = section->transaction ? nullptr : section;
      unit.items.emplace_back(assertion);
      return;
    }
    transaction(section).items.emplace_back(assertion);
  }

  void add_statement(const Statement &statement, const Section &section) {
    if (section.data) {
      close();
      alone(UnitKind::Batch, statement, section).data = section.data;
    } else if (!section.transaction) {
      close();
      const bool bare = statement.rule == TransactionRule::NeverInside || statement.bare_when_alone;
      alone(bare ? UnitKind::Bare : UnitKind::Transaction, statement, section).session = &section;
    } else {
      Unit &unit = transaction(&section);
      unit.check_foreign_keys = unit.check_foreign_keys || !statement.keeps_foreign_keys;
      unit.items.emplace_back(statement);
    }
  }

  // What comes next begins a transaction of its own.
  void close() { open_ = false; }

  std::vector<Unit> finish() {
    for (std::size_t at = 0; at + 1 < units_.size(); ++at)
      if (units_[at].kind == UnitKind::Transaction && units_[at].statement_count() == 0) units_[at].kind = UnitKind::Check;
    if (units_.empty()) units_.emplace_back();
    // The version row moves with the last unit going up: asserts at the end are part of what must hold before it does.
    if (units_.back().kind == UnitKind::Check) units_.back().kind = UnitKind::Transaction;
    return std::move(units_);
  }

private:
  static Timeouts timeouts_of(const Section *section) {
    return section == nullptr ? Timeouts{} : Timeouts{section->lock_timeout, section->statement_timeout};
  }

  Unit &alone(UnitKind kind, const Statement &statement, const Section &section) {
    Unit &unit = units_.emplace_back();
    unit.kind = kind;
    unit.timeouts = timeouts_of(&section);
    unit.foreign_keys = section.foreign_keys;
    unit.check_foreign_keys = !statement.keeps_foreign_keys;
    unit.items.emplace_back(statement);
    return unit;
  }

  Unit &transaction(const Section *section) {
    const bool foreign_keys = section != nullptr && section->foreign_keys;
    const Timeouts wanted = timeouts_of(section);
    if (!open_ || units_.back().foreign_keys != foreign_keys) {
      Unit &unit = units_.emplace_back();
      unit.foreign_keys = foreign_keys;
      unit.timeouts = wanted;
      current_ = wanted;
      open_ = true;
    } else if (current_ != wanted) {
      units_.back().items.emplace_back(wanted);
      current_ = wanted;
    }
    return units_.back();
  }

  std::vector<Unit> units_;
  bool open_ = false;
  Timeouts current_;
};

} // namespace

int Unit::statement_count() const noexcept {
  return static_cast<int>(
      std::count_if(items.begin(), items.end(), [](const UnitItem &item) { return std::holds_alternative<Statement>(item); }));
}

Result<std::vector<StepItem>> step_items(const script::Script &script, Direction direction, Dialect dialect,
                                         const database::SqlDialect &sql) {
  std::vector<StepItem> out;
  bool apart = false;
  const auto add = [&](StepItem item) {
    item.apart = std::exchange(apart, false);
    out.push_back(std::move(item));
  };
  const auto add_assert = [&](const script::Assert &assertion, const Section *section) -> Status {
    if (Status ok = check_assert(script, assertion, sql); !ok) return ok;
    add(StepItem{assertion, section});
    return {};
  };
  if (direction == Direction::Up)
    for (const script::Assert &assertion : script.preconditions)
      if (Status ok = add_assert(assertion, nullptr); !ok) return fail(ok.error());
  for (const Section &section : script.sections) {
    if (section.direction != direction || !section.applies_to(dialect)) continue;
    std::vector<Statement> of_section;
    apart = apart || !section.transaction;
    for (const script::SectionItem &item : section.items) {
      if (const auto *assertion = std::get_if<script::Assert>(&item)) {
        if (Status ok = add_assert(*assertion, &section); !ok) return fail(ok.error());
        continue;
      }
      Result<std::vector<Statement>> split = sql.split(std::get<script::SqlText>(item), script.path);
      if (!split) return fail(split.error());
      for (Statement &statement : *split) {
        if (Status ok = check_statement(script, section, statement); !ok) return fail(ok.error());
        if (section.data) of_section.push_back(statement);
        add(StepItem{std::move(statement), &section});
      }
    }
    if (section.data)
      if (Status ok = check_data_section(script, section, of_section); !ok) return fail(ok.error());
  }
  return out;
}

std::vector<Unit> group(const std::vector<StepItem> &items, int statements_done, bool begun) {
  std::size_t first = 0;
  for (int left = statements_done; left > 0 && first < items.size(); ++first)
    if (std::holds_alternative<Statement>(items[first].what)) --left;
  while (begun && first < items.size() && !std::holds_alternative<Statement>(items[first].what)) ++first;
  Grouping grouping;
  for (std::size_t at = first; at < items.size(); ++at) {
    const StepItem &item = items[at];
    if (item.apart) grouping.close();
    if (const auto *assertion = std::get_if<script::Assert>(&item.what))
      grouping.add_assert(*assertion, item.section);
    else
      grouping.add_statement(std::get<Statement>(item.what), *item.section);
  }
  std::vector<Unit> units = grouping.finish();
  if (units.front().session != nullptr) units.front().replay = session_statements(items, first, units.front().session);
  return units;
}

std::vector<std::string> statement_texts(const std::vector<StepItem> &items) {
  std::vector<std::string> out;
  for (const StepItem &item : items)
    if (const auto *statement = std::get_if<Statement>(&item.what)) out.push_back(statement->text);
  return out;
}

} // namespace migrator::plan
