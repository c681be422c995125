// Pairs in tests/testdata/script: NAME.sql and NAME.golden, which is what parsing gives: the structure, the warnings and the checksums, or the error. The
// checksums in them are a promise: databases keep them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "migrator/script/checksum.h"
#include "migrator/script/parser.h"
#include "migrator/script/section_text.h"

namespace migrator::script {
namespace {

const std::string kFolder = MIGRATOR_TESTDATA "/script/";

std::string read_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string describe(const Script &script) {
  std::string out =
      fmt::format("revision {}\nmessage {}\ndown_revisions [{}]\ndepends_on [{}]\nlabels [{}]\ncreated {}\nirreversible {}\n",
                  script.revision, script.message, fmt::join(script.down_revisions, ", "), fmt::join(script.depends_on, ", "),
                  fmt::join(script.labels, ", "), script.created, script.down_irreversible);
  for (const auto &warning : script.warnings) out += fmt::format("warning {}\n", warning);
  for (const auto &precondition : script.preconditions)
    out += fmt::format("precondition, line {}: {}\n", precondition.line, precondition.query);
  for (const auto &section : script.sections) {
    out += fmt::format("=== {} on line {}\n", name(section.direction), section.line);
    append_section(out, section);
  }
  out += "===\n";
  for (const auto direction : {Direction::Up, Direction::Down}) {
    for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
      out += fmt::format("{} {} {}\n", name(direction), name(dialect), checksum(script, direction, dialect));
    }
  }
  return out;
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto &entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".sql") found.push_back(entry.path().stem().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, IsAsWritten) {
  const auto script = parse(read_file(kFolder + GetParam() + ".sql"), GetParam() + ".sql");
  EXPECT_EQ(script ? describe(*script) : script.error().text() + "\n", read_file(kFolder + GetParam() + ".golden"));
}

INSTANTIATE_TEST_SUITE_P(, Golden, testing::ValuesIn(names()), [](const auto &test) { return test.param; });

} // namespace
} // namespace migrator::script
