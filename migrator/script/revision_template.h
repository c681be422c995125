// The text of a new revision's file: header and sections, or comments that say what to write. Pure.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "migrator/script/script.h"

namespace migrator::script {

struct NewRevision {
  std::string revision;
  std::string message; // line ends and control characters become blanks; may be empty
  std::vector<std::string> down_revisions;
  std::vector<std::string> depends_on;
  std::vector<std::string> labels;
  std::chrono::sys_seconds created{};
  std::vector<std::string> notes; // comment lines below the header, without "-- "
  bool down_irreversible = false; // `down irreversible` at the end; no down section stands in `sections` then
  std::vector<Section> sections;  // written out as they are; none: an empty up and down section with a comment
};

// A file that parse() accepts if the ids and labels are valid.
std::string render_revision(const NewRevision &revision);

// A header alone: what render_revision() begins with.
std::string render_header(const NewRevision &revision);

} // namespace migrator::script
