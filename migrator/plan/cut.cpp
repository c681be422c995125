#include "migrator/plan/cut.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include "migrator/text/ascii.h"

namespace migrator::plan {

namespace {

using database::Statement;

bool begins_with(const std::string &text, std::string_view start) {
  return text.compare(0, start.size(), start) == 0;
}

bool says(const std::string &text, std::string_view upper_case_word) {
  return std::search(text.begin(), text.end(), upper_case_word.begin(), upper_case_word.end(),
                     [](char a, char b) { return text::upper(a) == b; }) != text.end();
}

// Whether what follows may need to be in the transaction of this statement.
bool ties(const Statement &statement) {
  static constexpr std::array<std::string_view, 8> kKeywords{"SAVEPOINT",       "RELEASE",         "ROLLBACK", "DECLARE",
                                                             "SET CONSTRAINTS", "SET TRANSACTION", "FETCH",    "MOVE"};
  if (std::any_of(kKeywords.begin(), kKeywords.end(),
                  [&](std::string_view keyword) { return begins_with(statement.keyword, keyword); }))
    return true;
  if (statement.keyword == "SET") return says(statement.text, "CONSTRAINTS") || says(statement.text, "TRANSACTION");
  if (begins_with(statement.keyword, "SELECT")) return says(statement.text, "SET_CONFIG") && says(statement.text, "TRUE");
  return begins_with(statement.keyword, "CREATE") && says(statement.text, "ON COMMIT");
}

bool sets_locally(const Statement &statement) {
  return begins_with(statement.keyword, "SET") && says(statement.text, "LOCAL");
}

bool may_begin_a_part(const Statement &statement) {
  static constexpr std::array<std::string_view, 3> kKeywords{"CREATE", "ALTER", "DROP"};
  return std::any_of(kKeywords.begin(), kKeywords.end(),
                     [&](std::string_view keyword) { return begins_with(statement.keyword, keyword); });
}

std::vector<Unit> parts_of(Unit whole, const script::Section *section) {
  std::vector<UnitItem> items = std::exchange(whole.items, {});
  whole.session = section;
  std::vector<Unit> parts{whole};
  std::vector<Statement> local;
  std::optional<Timeouts> timeouts;
  bool tied = false;
  for (UnitItem &item : items) {
    if (const auto *now = std::get_if<Timeouts>(&item)) timeouts = *now;
    if (const auto *statement = std::get_if<Statement>(&item)) {
      if (!tied && may_begin_a_part(*statement) && parts.back().statement_count() >= kPartOfTransaction) {
        Unit next = whole;
        next.again = local;
        if (timeouts) next.items.emplace_back(*timeouts);
        parts.push_back(std::move(next));
      }
      tied = tied || ties(*statement);
      if (sets_locally(*statement)) local.push_back(*statement);
    }
    parts.back().items.push_back(std::move(item));
  }
  return parts;
}

} // namespace

void cut_long_transactions(Plan &plan) {
  for (Step &step : plan.steps) {
    std::vector<const script::Section *> sections; // of the statements
    for (const StepItem &item : step.items)
      if (std::holds_alternative<Statement>(item.what)) sections.push_back(item.section);
    auto at = sections.size();
    for (const Unit &unit : step.units) at -= static_cast<std::size_t>(unit.statement_count());
    std::vector<Unit> units;
    for (Unit &unit : step.units) {
      const script::Section *const section = at < sections.size() ? sections[at] : nullptr;
      at += static_cast<std::size_t>(unit.statement_count());
      const bool is_long =
          unit.kind == UnitKind::Transaction && unit.session == nullptr && unit.statement_count() > kLongTransaction;
      if (!is_long) {
        units.push_back(std::move(unit));
        continue;
      }
      for (Unit &part : parts_of(std::move(unit), section)) units.push_back(std::move(part));
    }
    step.units = std::move(units);
  }
}

} // namespace migrator::plan
