// The revisions of a history and how they stand to each other: ids, labels, parents, dependencies, heads and bases (docs/targets.md).
// Built from the revision files, and from the database's journal for revisions whose files are gone. The planner asks it; it reads
// no file, opens no database and never changes after build().
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/graph/adjacency.h"

namespace migrator::graph {

struct Node {
  std::string id;
  std::vector<std::string> down_revisions; // ids; none: a base; several: a merge
  std::vector<std::string> depends_on;     // ids or labels, as written
  std::vector<std::string> labels;         // as written on this revision
  bool in_files = true;                    // false: known only from the database's journal
  std::string path;                        // for messages; may be empty
  bool known = true; // false: only named as a parent by a revision of the journal; neither a file nor a journal row holds it.
                     // build() adds these; callers leave it true.
};

// What a revision is linked to.
enum class Relation : std::uint8_t {
  Parents,  // its down_revisions
  Children, // those that have it as a down_revision
  Needs,    // parents and dependencies: what must be applied before it
  Needers,  // children and dependents: what must be gone before it goes
};

// Immutable, copyable, safe to read from several threads.
//
// "Heads", "bases", branch and merge points are those of the revision files. A revision that only the journal knows takes part in
// ancestry, can be named by its id and can be walked down from; it is never a way up.
class RevisionMap {
public:
  // Takes revisions in any order.
  // InvalidGraph: an id given twice (both paths named), a parent or dependency that is not there (who names whom, and where),
  //   a label given to two revisions, a label that equals an id. A parent or dependency of a file must itself be a file; one of a
  //   journal revision may be missing and becomes a Node with known == false. Between a label of a file and the same label in
  //   the journal the file's counts.
  // CycleDetected: subject is one cycle, each revision followed by one that it needs, beginning with the smallest id.
  static Result<RevisionMap> build(std::vector<Node> nodes);

  // --- by name -------------------------------------------------------------------------------------------------------------
  const Node *find(std::string_view id) const; // full id only; nullptr if there is none
  // Topological: what a revision needs stands before it; among those that could come next, the smallest id.
  const std::vector<Node> &nodes() const noexcept { return nodes_; }
  // The id that `text` means: a full id, a label, or the beginning of exactly one id or label (one character is enough).
  // UnknownRevision, with near misses; AmbiguousRevision, subject: the candidates; InvalidTarget if empty.
  Result<std::string> resolve(std::string_view text) const;

  std::vector<std::string> heads() const;         // no file has it as a down_revision; sorted
  std::vector<std::string> real_heads() const;    // no file needs it in any way (`heads --resolve-dependencies`); sorted
  std::vector<std::string> bases() const;         // no down_revision; sorted
  std::vector<std::string> branch_points() const; // several files have it as a down_revision; sorted
  std::vector<std::string> merge_points() const;  // several down_revisions; sorted
  // Sorted; empty for an unknown id. Children may include revisions that only the journal knows.
  std::vector<std::string> children(std::string_view id) const;
  std::vector<std::string> dependencies(std::string_view id) const; // depends_on with labels resolved to ids
  std::vector<std::string> dependents(std::string_view id) const;   // those whose depends_on means this revision

  // Every label with the revision that carries it, sorted by label.
  std::vector<std::pair<std::string, std::string>> labels() const;
  // The labels that cover a revision, sorted. A label covers the revision that carries it, everything that descends from that, and
  // what lies below it down to, but not including, the nearest branch point or merge (Alembic's rule).
  std::vector<std::string> effective_labels(std::string_view id) const;
  // The same for all of nodes(), in its order; linear in what it gives.
  std::vector<std::vector<std::string>> effective_labels() const;

  // The given revisions and everything below or above them, sorted by id. Unknown ids count for nothing.
  std::vector<std::string> ancestors(const std::vector<std::string> &ids, bool include_dependencies = true) const;
  std::vector<std::string> descendants(const std::vector<std::string> &ids, bool include_dependents = true) const;

  // --- by position in nodes() ----------------------------------------------------------------------------------------------
  std::optional<Index> position(std::string_view id) const;    // full id only
  Result<Index> resolve_position(std::string_view text) const; // as resolve()
  // All that `text` can be the beginning of, or names in full; each once, sorted by id.
  std::vector<Index> matches(std::string_view text) const;
  const Adjacency &links(Relation relation) const;
  const Node &node(Index index) const { return nodes_[index]; }
  const std::string &id(Index index) const { return nodes_[index].id; }
  Index rank(Index index) const { return rank_[index]; } // place of its id among all ids, sorted
  std::size_t size() const noexcept { return nodes_.size(); }
  std::vector<Index> head_positions() const; // in the order of heads()
  std::vector<Index> real_head_positions() const;
  std::vector<Index> base_positions() const;
  std::vector<std::string> ids(const std::vector<Index> &positions) const; // sorted
  // What shares a line with a revision: itself, its ancestors and its descendants.
  RevisionSet lineage(Index index, bool include_dependencies = false) const;

private:
  friend class RevisionMapBuilder;
  RevisionMap() = default;
  bool needed_by_a_file(Index index, Relation upward) const;
  Error unknown(std::string_view text) const;

  std::vector<Node> nodes_;
  std::vector<Index> rank_;                           // by position
  std::vector<Index> by_id_;                          // positions sorted by id
  std::vector<std::pair<std::string, Index>> labels_; // sorted by label
  Adjacency parents_, children_, needs_, needers_;
  Adjacency dependencies_; // depends_on alone
};

} // namespace migrator::graph
