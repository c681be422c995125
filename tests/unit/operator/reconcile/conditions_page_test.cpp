// docs/conditions.md against the closed list of reasons, and the reasons against the conditions that decide sets them on.
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "operator/api/reasons.h"

namespace controller::reconcile {
namespace {

std::string page() {
  std::ifstream file(MIGRATOR_TESTDATA "/../../docs/conditions.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ConditionsPage, HasEveryReasonAsTheOperatorGivesIt) {
  const std::string text = page();
  ASSERT_FALSE(text.empty());
  std::size_t rows = 0;
  for (const api::ReasonText &reason : api::reasons()) {
    std::vector<std::string_view> types;
    for (const api::ConditionType type : reason.of) types.push_back(api::name(type));
    const std::string row = fmt::format("| `{}` | {} | {} |\n", reason.name, fmt::join(types, ", "), reason.sentence);
    EXPECT_NE(text.find(row), std::string::npos) << row;
    ++rows;
  }
  const std::size_t table = text.find("| Reason | Given by | Means |");
  ASSERT_NE(table, std::string::npos);
  std::istringstream lines(text.substr(table));
  std::size_t listed = 0;
  for (std::string line; std::getline(lines, line) && !line.empty();) ++listed;
  EXPECT_EQ(listed, rows + 2) << "a row for what is no reason";
}

} // namespace
} // namespace controller::reconcile
