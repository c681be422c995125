#include "migrator/script/down_text.h"

#include <fmt/format.h>

#include "migrator/script/parser.h"
#include "migrator/script/section_text.h"
#include "migrator/script/sections.h"

namespace migrator::script {

std::string render_down(const Script &script, Dialect dialect) {
  if (script.down_irreversible) return "-- migrate:down irreversible\n";
  std::string text;
  for (const auto *section : sections_for(script, Direction::Down, dialect)) append_section(text, *section);
  return text;
}

Result<Script> parse_down(std::string_view text, int format, Script header) {
  if (format != kDownFormat) {
    return fail(ErrorCode::Irreversible,
                fmt::format("the journal keeps the down sections of revision {} in format {}, this version reads format {}: use "
                            "the migrator that applied the "
                            "revision, or a newer one, or a folder that has its file",
                            header.revision, format, kDownFormat),
                {header.revision});
  }
  header.path = fmt::format("journal of {}", header.revision);
  return parse_down_sections(text, std::move(header));
}

} // namespace migrator::script
