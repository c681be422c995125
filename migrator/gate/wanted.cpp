#include "migrator/gate/wanted.h"

#include <map>
#include <set>

#include <fmt/format.h>

namespace migrator::gate {

namespace {

using Rows = std::map<std::string, const ledger::ViewRow *, std::less<>>;

Verdict no(std::string reason) {
  return Verdict{false, std::move(reason)};
}

// The row that a text names.
const ledger::ViewRow *find(const Rows &rows, const std::string &text, Wanted as) {
  const auto at = rows.lower_bound(text);
  if (at == rows.end() || at->first.compare(0, text.size(), text) != 0) return nullptr;
  if (at->first == text) return at->second;
  if (as == Wanted::Ids || text.empty()) return nullptr;
  const auto next = std::next(at);
  const bool unique = next == rows.end() || next->first.compare(0, text.size(), text) != 0;
  return unique ? at->second : nullptr;
}

Verdict one(const Rows &rows, const std::string &wanted, Wanted as) {
  const ledger::ViewRow *row = find(rows, wanted, as);
  if (row == nullptr) return no(fmt::format("revision {} is not applied yet", wanted));
  if (row->state == "rolled back")
    return no(fmt::format("revision {} was rolled back by {} on {}", row->id, row->changed_by, row->changed_at));
  if (row->state != "applied" && row->state != "partial") return no(fmt::format("revision {} is not applied", row->id));
  std::set<std::string, std::less<>> seen{row->id};
  std::vector<const ledger::ViewRow *> open{row};
  while (!open.empty()) {
    const ledger::ViewRow *next = open.back();
    open.pop_back();
    if (next->state == "partial")
      return no(fmt::format("revision {} is partial: a migration of it is under way or stopped half-way", next->id));
    for (const std::vector<std::string> *below : {&next->parents, &next->depends_on})
      for (const std::string &id : *below)
        if (const auto found = rows.find(id); found != rows.end() && seen.insert(id).second) open.push_back(found->second);
  }
  return Verdict{true, {}};
}

} // namespace

Verdict verdict(const std::vector<ledger::ViewRow> &rows, const std::vector<std::string> &wanted, Wanted as) {
  Rows by_id;
  for (const ledger::ViewRow &row : rows) by_id.emplace(row.id, &row);
  for (const std::string &revision : wanted)
    if (Verdict found = one(by_id, revision, as); !found.contained) return found;
  return Verdict{true, {}};
}

} // namespace migrator::gate
