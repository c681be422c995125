// The codes, their exit codes, and that the README and docs/json.md say the same.
#include "migrator/error/error.h"

#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace migrator {
namespace {

struct Row {
  ErrorCode code;
  std::string name;
  int exit_code;
};

const std::vector<Row> kRows = {
    {ErrorCode::Usage, "Usage", 2},
    {ErrorCode::InvalidConfiguration, "InvalidConfiguration", 2},
    {ErrorCode::InvalidRevisionFile, "InvalidRevisionFile", 2},
    {ErrorCode::InvalidGraph, "InvalidGraph", 2},
    {ErrorCode::CycleDetected, "CycleDetected", 2},
    {ErrorCode::MultipleHeads, "MultipleHeads", 2},
    {ErrorCode::UnknownRevision, "UnknownRevision", 2},
    {ErrorCode::AmbiguousRevision, "AmbiguousRevision", 2},
    {ErrorCode::AmbiguousWalk, "AmbiguousWalk", 2},
    {ErrorCode::OutOfRange, "OutOfRange", 2},
    {ErrorCode::InvalidTarget, "InvalidTarget", 2},
    {ErrorCode::FileExists, "FileExists", 2},
    {ErrorCode::CheckFailed, "CheckFailed", 3},
    {ErrorCode::LockBusy, "LockBusy", 10},
    {ErrorCode::LockTimeout, "LockTimeout", 10},
    {ErrorCode::Unreachable, "Unreachable", 11},
    {ErrorCode::ConnectionLost, "ConnectionLost", 11},
    {ErrorCode::CommitUnknown, "CommitUnknown", 11},
    {ErrorCode::WaitTimeout, "WaitTimeout", 12},
    {ErrorCode::RunTimeout, "RunTimeout", 13},
    {ErrorCode::SqlError, "SqlError", 20},
    {ErrorCode::AssertionFailed, "AssertionFailed", 20},
    {ErrorCode::ChecksumMismatch, "ChecksumMismatch", 21},
    {ErrorCode::MissingRevision, "MissingRevision", 21},
    {ErrorCode::Diverged, "Diverged", 21},
    {ErrorCode::Ahead, "Ahead", 21},
    {ErrorCode::ApprovalNeeded, "ApprovalNeeded", 22},
    {ErrorCode::BackupFailed, "BackupFailed", 23},
    {ErrorCode::StoppedHalfway, "StoppedHalfway", 24},
    {ErrorCode::Reverted, "Reverted", 25},
    {ErrorCode::Restored, "Restored", 25},
    {ErrorCode::NoPermission, "NoPermission", 26},
    {ErrorCode::Irreversible, "Irreversible", 26},
    {ErrorCode::DownNotAllowed, "DownNotAllowed", 26},
    {ErrorCode::OwnedByAnother, "OwnedByAnother", 26},
    {ErrorCode::HistoryMoved, "HistoryMoved", 26},
    {ErrorCode::NotWritable, "NotWritable", 26},
    {ErrorCode::Internal, "Internal", 70},
    {ErrorCode::Terminated, "Terminated", 143},
};

std::string repository_file(const std::string &path) {
  std::ifstream file(std::string(MIGRATOR_TESTDATA) + "/../../" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ErrorCodes, HaveTheseNamesAndExitCodes) {
  for (const Row &row : kRows) {
    EXPECT_EQ(name(row.code), row.name);
    EXPECT_EQ(exit_code(row.code), row.exit_code) << row.name;
  }
}

// The codes are numbered without gaps: a code beyond the table's end would be one that it lacks.
TEST(ErrorCodes, AreAllInTheTable) {
  for (std::size_t at = 0; at < kRows.size(); ++at) EXPECT_EQ(static_cast<std::size_t>(kRows[at].code), at);
  const auto beyond = static_cast<ErrorCode>(kRows.size());
  EXPECT_EQ(name(beyond), "Internal");
  EXPECT_EQ(exit_code(beyond), 70);
}

TEST(ErrorCodes, ThreeAreWorthARetry) {
  for (const Row &row : kRows)
    EXPECT_EQ(worth_a_retry(row.code), row.exit_code == 10 || row.exit_code == 11 || row.exit_code == 143) << row.name;
}

TEST(ErrorCodes, ExitCodesAreTheReadmes) {
  const std::string readme = repository_file("README.md");
  const std::size_t begin = readme.find("## Exit codes");
  ASSERT_NE(begin, std::string::npos);
  const std::string table = readme.substr(begin, readme.find("\n## ", begin + 1) - begin);
  std::set<int> documented;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > 2 && line[2] >= '0' && line[2] <= '9') documented.insert(std::stoi(line.substr(2)));
  }
  std::set<int> known{0};
  for (const Row &row : kRows) known.insert(row.exit_code);
  EXPECT_EQ(documented, known);
}

TEST(ErrorCodes, NamesAreTheJsonPages) {
  const std::string page = repository_file("docs/json.md");
  const std::size_t begin = page.find("| `code` |");
  ASSERT_NE(begin, std::string::npos);
  const std::string line = page.substr(begin, page.find('\n', begin) - begin);
  std::set<std::pair<std::string, int>> documented;
  std::vector<std::string> waiting;
  // `Name`, `Name` (2); …
  for (std::size_t at = line.find_first_of("`(", 8); at != std::string::npos; at = line.find_first_of("`(", at + 1)) {
    const std::size_t end = line.find_first_of("`)", at + 1);
    ASSERT_NE(end, std::string::npos);
    const std::string inside = line.substr(at + 1, end - at - 1);
    if (line[at] == '`') {
      waiting.push_back(inside);
    } else {
      for (const std::string &code : waiting) documented.emplace(code, std::stoi(inside));
      waiting.clear();
    }
    at = end;
  }
  std::set<std::pair<std::string, int>> known;
  for (const Row &row : kRows) known.emplace(row.name, row.exit_code);
  EXPECT_EQ(documented, known);
}

TEST(ErrorText, SaysWhere) {
  Error error;
  error.message = "it is wrong";
  EXPECT_EQ(error.text(), "it is wrong");
  error.line = 3;
  EXPECT_EQ(error.text(), "it is wrong");
  error.file = "m/a.sql";
  EXPECT_EQ(error.text(), "m/a.sql:3: it is wrong");
  error.line = 0;
  EXPECT_EQ(error.text(), "m/a.sql: it is wrong");
}

TEST(Fail, MakesAnError) {
  const Status plain = fail(ErrorCode::MultipleHeads, "which", {"a", "b"});
  EXPECT_EQ(plain.error().code, ErrorCode::MultipleHeads);
  EXPECT_EQ(plain.error().message, "which");
  EXPECT_EQ(plain.error().subject, (std::vector<std::string>{"a", "b"}));
  const Status placed = fail_at("m/a.sql", 7, ErrorCode::SqlError, "no");
  EXPECT_EQ(placed.error().text(), "m/a.sql:7: no");
  const Status again = fail(placed.error());
  EXPECT_EQ(again.error().code, ErrorCode::SqlError);
}

} // namespace
} // namespace migrator
