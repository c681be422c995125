#include "migrator/script/sections.h"

#include <algorithm>

#include <fmt/format.h>

namespace migrator::script {

std::vector<const Section *> sections_for(const Script &script, Direction direction, Dialect dialect) {
  std::vector<const Section *> found;
  for (const auto &section : script.sections) {
    if (section.direction == direction && section.applies_to(dialect)) found.push_back(&section);
  }
  return found;
}

bool is_irreversible(const Script &script, Dialect dialect) {
  return script.down_irreversible || std::none_of(script.sections.begin(), script.sections.end(), [&](const Section &section) {
           return section.direction == Direction::Down && section.applies_to(dialect);
         });
}

Status require_up_section(const Script &script, Dialect dialect) {
  const bool found = std::any_of(script.sections.begin(), script.sections.end(), [&](const Section &section) {
    return section.direction == Direction::Up && section.applies_to(dialect);
  });
  if (found) return {};
  Error error;
  error.code = ErrorCode::InvalidRevisionFile;
  error.message =
      fmt::format("revision {} has no up section for {}: write `-- migrate:up` or `-- migrate:up dialect:{}`; left empty, it "
                  "says that there is nothing to do",
                  script.revision, name(dialect), name(dialect));
  error.subject = {script.revision};
  error.file = script.path;
  return fail(std::move(error));
}

} // namespace migrator::script
