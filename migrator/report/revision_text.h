// A revision as history, heads, branches, show and current print it: one line in Alembic's form, in detail, or as a JSON object. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "migrator/report/style.h"

namespace migrator::report {

// Everything there is to say of one revision, gathered from file, graph and database.
struct RevisionView {
  std::string id;
  std::string message;
  std::vector<std::string> down_revisions;
  std::vector<std::string> depends_on; // as written
  std::vector<std::string> labels;     // as written in its file
  std::vector<std::string> branches;   // every label that covers it, sorted
  std::vector<std::string> children;   // sorted
  std::string created;                 // RFC 3339, or empty
  std::string path;                    // empty: no file, only the journal knows it
  bool head = false;                   // no revision has it as its parent
  bool needed = false;                 // a head that another revision depends on ("effective head")
  bool branch_point = false;
  bool merge_point = false;
  std::optional<bool> applied; // nullopt: no database was asked
  bool current = false;        // one of the database's heads
};

// What a line holds besides the id and the marks of a head.
struct LineParts {
  bool parents = false;  // "a, b -> c"
  bool branches = false; // "(label)"
  bool places = false;   // "(branchpoint) (mergepoint)"
  bool message = false;  // ", message"
};

// Alembic's line: "a -> b (label) (head) (branchpoint), message". A base's parent is "<base>". Dependencies stand in brackets after the
// parents. "(current)" where `current` is set.
std::string revision_line(const RevisionView &view, const LineParts &parts, const Style &style);

// Several lines, ending with an empty one: "Rev: …", "Parent: …" or "Merges: …", "Also depends on: …", "Branches into: …", "Branch
// names: …", "Applied: yes|no" if known, "Created: …", "Path: …", and the message, indented.
std::string revision_details(const RevisionView &view, const Style &style);

// The object of docs/json.md, "revision".
nlohmann::ordered_json revision_json(const RevisionView &view);

// The marks of a line as the graph draws it: "(label) (head) (branchpoint)".
std::string revision_marks(const RevisionView &view, bool places, const Style &style);

} // namespace migrator::report
