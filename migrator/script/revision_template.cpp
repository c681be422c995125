#include "migrator/script/revision_template.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/script/directive.h"
#include "migrator/script/section_text.h"
#include "migrator/script/timestamp.h"

namespace migrator::script {

namespace {

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, ' ');
  return std::string(trimmed(text));
}

void append_list(std::string &out, std::string_view directive, const std::vector<std::string> &list) {
  if (!list.empty()) out += fmt::format("-- migrate:{} {}\n", directive, fmt::join(list, " "));
}

void append_hint(std::string &out, Direction direction, bool merge) {
  out += fmt::format("\n-- migrate:{}\n", name(direction));
  if (merge) {
    out += direction == Direction::Up
               ? "-- This revision joins branches: there is nothing to do, unless you add SQL here.\n"
               : "-- The SQL that takes the up section back; without any, going down only parts the branches again.\n";
  } else if (direction == Direction::Up) {
    out += "-- The SQL of this step, each statement ended by a semicolon. `-- migrate:up dialect:sqlite` or\n"
           "-- `dialect:postgresql` makes a section for one database.\n";
  } else {
    out += "-- The SQL that takes the up section back. If nothing can, write `-- migrate:down irreversible` instead.\n";
  }
}

} // namespace

std::string render_header(const NewRevision &revision) {
  std::string out = fmt::format("-- migrate:revision {}\n", revision.revision);
  if (const auto message = one_line(revision.message); !message.empty()) out += fmt::format("-- migrate:message {}\n", message);
  out += fmt::format("-- migrate:down_revision {}\n",
                     revision.down_revisions.empty() ? "none" : fmt::format("{}", fmt::join(revision.down_revisions, " ")));
  append_list(out, "depends_on", revision.depends_on);
  append_list(out, "labels", revision.labels);
  out += fmt::format("-- migrate:created {}\n", rfc3339(revision.created));
  return out;
}

std::string render_revision(const NewRevision &revision) {
  std::string out = render_header(revision);
  if (!revision.notes.empty()) out += '\n';
  for (const std::string &note : revision.notes) out += fmt::format("-- {}\n", one_line(note));
  for (const auto &section : revision.sections) {
    out += '\n';
    append_section(out, section);
  }
  if (revision.down_irreversible) out += "\n-- migrate:down irreversible\n";
  if (revision.sections.empty() && !revision.down_irreversible) {
    const bool merge = revision.down_revisions.size() > 1;
    append_hint(out, Direction::Up, merge);
    append_hint(out, Direction::Down, merge);
  }
  return out;
}

} // namespace migrator::script
