// Any bytes as a revision file. Laws: an error has a position and advice; CRLF and comments are not in checksums; the text that the journal keeps is the
// way back; reading the header alone agrees with reading all.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "migrator/script/checksum.h"
#include "migrator/script/down_text.h"
#include "migrator/script/parser.h"
#include "tests/fuzz/law.h"

namespace {

using namespace migrator;
using namespace migrator::script;
using migrator::fuzz::require;

std::string with_windows_line_ends(std::string_view text) {
  std::string windows;
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return windows;
}

void check_way_back(const Script &script, Dialect dialect) {
  const auto text = render_down(script, dialect);
  Script header;
  header.revision = script.revision;
  const auto again = parse_down(text, kDownFormat, header);
  require(again.has_value(), "render_down() can be parsed");
  require(render_down(*again, dialect) == text, "rendered again it is the same");
  require(checksum(*again, Direction::Down, dialect) == checksum(script, Direction::Down, dialect),
          "the way back keeps its checksum");
}

void check_layout(std::string_view text, const Script &script) {
  const auto windows = parse(with_windows_line_ends(text), "f.sql");
  require(windows.has_value(), "with CRLF it can be parsed");
  auto commented = script;
  for (auto &section : commented.sections) {
    for (auto &item : section.items) {
      if (auto *sql = std::get_if<SqlText>(&item)) sql->text.insert(0, "-- a comment\n /* and another */ \n");
    }
  }
  for (const auto direction : {Direction::Up, Direction::Down}) {
    for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
      const auto form = canonical_form(script, direction, dialect);
      require(form == canonical_form(*windows, direction, dialect), "CRLF is in no checksum");
      require(form == canonical_form(commented, direction, dialect), "comments are in no checksum");
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(bytes), size);
  const auto script = parse(text, "f.sql");
  const auto header = parse_header(text, "f.sql");
  if (!script) {
    const auto &error = script.error();
    require(error.code == ErrorCode::InvalidRevisionFile && error.line > 0 && !error.message.empty() && error.file == "f.sql",
            "an error has a position");
    return 0;
  }
  require(header.has_value() && header->revision == script->revision && header->down_revisions == script->down_revisions &&
              header->sections.empty(),
          "the header alone agrees");
  // A lone carriage return before a line end would become a CRLF's.
  if (text.find('\r') == std::string_view::npos) check_layout(text, *script);
  check_way_back(*script, Dialect::Sqlite);
  check_way_back(*script, Dialect::Postgresql);
  return 0;
}
