// Targets as a user types them (docs/targets.md): their grammar, and what each means in a graph. Used by walks, stamp and history;
// knows nothing of databases but the heads it is given. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"

namespace migrator::graph {

// [LABEL@][SYMBOL][+N|-N], with a symbol or a count or both. SYMBOL is head, heads, base, current or a name for resolve().
struct Target {
  std::string text; // as typed
  std::optional<std::string> label;
  std::optional<std::string> symbol;
  std::optional<std::int64_t> offset;

  bool is(std::string_view word) const { return symbol && *symbol == word && !offset; }
  bool head_like() const { return is("head") || is("heads"); }
  bool relative_to_current() const { return !symbol; }
};

// InvalidTarget: anything else, and a count of more than 18 digits.
Result<Target> parse_target(std::string_view text);

// What an absolute target means: the revisions, sorted by id; none for base. `label@head` narrows to that label's branch. `head`,
// where there are no files, is none too. For the verbs that name revisions: show, edit, merge, revision --head.
// MultipleHeads: `head` where there are several. UnknownRevision, AmbiguousRevision: see RevisionMap::resolve().
// InvalidTarget: malformed, relative to the current revision, or not on the branch of its label.
// AmbiguousWalk, OutOfRange: a count that meets several revisions, or none.
Result<std::vector<std::string>> resolve_target(const RevisionMap &map, std::string_view target);

// --- for the other parts of migrator/graph --------------------------------------------------------------------------------

using Place = std::optional<Index>; // none: base

// Where a database stands: its rows and everything that they imply.
struct Standing {
  std::vector<std::string> rows; // sorted, each once
  std::vector<Index> heads;      // the same, by position
  RevisionSet applied;
};

// MissingRevision: a row that is neither in the files nor in the journal.
Result<Standing> standing_at(const RevisionMap &map, const std::vector<std::string> &rows);

// The revision that carries or is named by a label in front of an @.
Result<Index> resolve_label(const RevisionMap &map, const std::string &label);

// head, heads, base or a name, without a count; within the label's branch if one is given. No positions: base, or no files.
Result<std::vector<Index>> resolve_symbol(const RevisionMap &map, const std::optional<std::string> &label,
                                          const std::string &symbol);

// The one place that a target's symbol means, its count aside; base also for `head` where there are no files.
// MultipleHeads: head or heads mean several.
Result<Place> resolve_single(const RevisionMap &map, const Target &target, const std::optional<std::string> &label);

// What a target means that is not relative to the current revision, as resolve_target().
Result<std::vector<Index>> resolve_absolute(const RevisionMap &map, const Target &target);

enum class PastTheEnd : std::uint8_t { Fails, Stops };

// A count of steps along children (up) or parents (down).
struct Stroll {
  std::int64_t count = 0;              // negative: down
  std::string typed;                   // for messages
  const RevisionSet *within = nullptr; // going up: only these
  const RevisionSet *also = nullptr;   // going up: besides the files, these
  PastTheEnd past_the_end = PastTheEnd::Fails;
};
Result<Place> stroll(const RevisionMap &map, Place start, const Stroll &how);

// A target with a symbol and a count.
Result<Place> resolve_from_symbol(const RevisionMap &map, const Target &target, const RevisionSet *also = nullptr,
                                  PastTheEnd past_the_end = PastTheEnd::Fails);

// [LABEL@]+N and [LABEL@]-N from where the database stands.
Result<Place> resolve_up_from(const RevisionMap &map, const Target &target, const Standing &standing,
                              PastTheEnd past_the_end = PastTheEnd::Fails);
struct DownFrom {
  Place target;
  Index branch = 0; // the revision whose branch is meant
};
Result<DownFrom> resolve_down_from(const RevisionMap &map, const Target &target, const Standing &standing,
                                   PastTheEnd past_the_end = PastTheEnd::Fails);

} // namespace migrator::graph
