#include "operator/api/runner_report.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "migrator/report/printable.h"
#include "operator/api/bounded_text.h"
#include "operator/api/limits.h"

namespace controller::api {
namespace {

Json good() {
  return Json::parse(
      R"({"protocol": "1.0", "kind": "run", "run_id": "u.7.migrate", "outcome": "Done", "exit_code": 0, "database_read": true,
    "heads_before": ["a1"], "heads_after": ["b2"], "target_heads": ["b2"], "file_heads": ["b2"], "pending": 0, "applied_revisions": ["b2", "a1"],
    "plan_hash": "v1:x", "steps": [{"revision": "b2", "direction": "up", "seconds": 0.25}], "seconds": 1.75,
    "backup": {"id": "b-1", "bytes": 123, "sha256": "abc", "verified": "archive"}, "notes": ["n"]})");
}

tl::expected<RunnerReport, ReportFault> read(const Json &document) {
  return read_report(document.dump(), "u.7.migrate");
}

TEST(ReadReport, ReadsARun) {
  const auto report = read(good());
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->protocol, "1.0");
  EXPECT_EQ(report->outcome, "Done");
  EXPECT_EQ(report->heads_before, std::vector<std::string>{"a1"});
  EXPECT_EQ(report->heads_after, std::vector<std::string>{"b2"});
  EXPECT_TRUE(report->heads_known);
  EXPECT_EQ(report->target_heads, std::vector<std::string>{"b2"});
  EXPECT_EQ(report->file_heads, std::vector<std::string>{"b2"});
  EXPECT_EQ(report->pending, 0);
  EXPECT_EQ(report->applied_revisions, (std::vector<std::string>{"b2", "a1"}));
  EXPECT_EQ(report->plan_hash, "v1:x");
  EXPECT_EQ(report->seconds, 1);
  EXPECT_EQ(report->backup->id, "b-1");
  EXPECT_EQ(report->backup->bytes, 123);
  EXPECT_EQ(report->backup->verified, "archive");
  EXPECT_FALSE(report->failed);
}

TEST(ReadReport, ReadsAFailure) {
  Json document = good();
  document["outcome"] = "Failed";
  document["exit_code"] = 20;
  document["error"] = {{"code", "SqlError"}, {"exit_code", 20}, {"message", "no table \"t\""}, {"subject", {"b2"}},
                       {"file", "x.sql"},    {"line", 3},       {"sqlstate", "42P01"},         {"revision", "b2"}};
  const auto report = read(document);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->exit_code, 20);
  EXPECT_EQ(report->error_code, "SqlError");
  EXPECT_EQ(report->message, "no table \"t\"");
  EXPECT_EQ(report->subject, std::vector<std::string>{"b2"});
  EXPECT_EQ(report->failed->file, "x.sql");
  EXPECT_EQ(report->failed->line, 3);
  EXPECT_EQ(report->failed->sqlstate, "42P01");
}

TEST(ReadReport, ReadsAPlanAndCountsWhatWasCut) {
  Json document = good();
  document.merge_patch(Json::parse(
      R"({"kind": "plan", "outcome": "Moves", "steps": [{"revision": "b2", "direction": "down", "transactional": false}],
    "steps_cut": 4, "down_revisions": ["b2"], "down_revisions_cut": 2, "destructive": true, "kinds": ["down"], "findings": ["drops t"],
    "sql": ["DROP TABLE t"]})"));
  const auto report = read(document);
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->steps.size(), 1U);
  EXPECT_EQ(report->steps[0].direction, "down");
  EXPECT_FALSE(report->steps[0].transactional);
  EXPECT_EQ(report->steps_cut, 4);
  EXPECT_EQ(report->down_revisions, std::vector<std::string>{"b2"});
  EXPECT_EQ(report->down_revisions_cut, 2);
  EXPECT_TRUE(report->destructive);
  EXPECT_EQ(report->kinds, std::vector<std::string>{"down"});
  EXPECT_EQ(report->findings, std::vector<std::string>{"drops t"});
  EXPECT_EQ(report->sql, std::vector<std::string>{"DROP TABLE t"});
}

TEST(ReadReport, HeadsOfTheFilesThatAreNotAllThereAreNoneAtAll) {
  Json document = good();
  document["file_heads_cut"] = 1;
  EXPECT_TRUE(read(document)->file_heads.empty());
  document.erase("file_heads_cut");
  document["file_heads"] = std::vector<std::string>(kMostHeads + 1, "a");
  EXPECT_TRUE(read(document)->file_heads.empty());
}

TEST(ReadReport, HeadsMeanNothingIfTheDatabaseWasNotRead) {
  Json document = good();
  document.erase("database_read");
  EXPECT_FALSE(read(document)->heads_known);
}

TEST(ReadReport, ToldApartByItsFault) {
  const auto fault = [](const Json &document) { return read(document).error(); };
  EXPECT_EQ(read_report("", "u.7.migrate").error(), ReportFault::Missing);
  EXPECT_EQ(read_report("terminate called", "u.7.migrate").error(), ReportFault::NotJson);
  EXPECT_EQ(read_report("[1]", "u.7.migrate").error(), ReportFault::NotJson);
  EXPECT_EQ(read_report(good().dump().substr(0, 300), "u.7.migrate").error(), ReportFault::NotJson);
  EXPECT_EQ(read_report(std::string(100'000, ' ') + good().dump(), "u.7.migrate").error(), ReportFault::NotJson);
  Json document = good();
  document["run_id"] = "u.6.migrate";
  EXPECT_EQ(fault(document), ReportFault::OtherRun);
  for (const char *version : {"0.9", "0.0"}) {
    document = good();
    document["protocol"] = version;
    EXPECT_EQ(fault(document), ReportFault::TooOld) << version;
  }
  document["protocol"] = "2.0";
  EXPECT_EQ(fault(document), ReportFault::TooNew);
  document["protocol"] = "1.7";
  EXPECT_TRUE(read(document).has_value());
  for (const char *version : {"", "1", "1.", ".1", "1.0.0", "-1.0", "1.-1", "one"}) {
    document["protocol"] = version;
    EXPECT_EQ(fault(document), ReportFault::NotJson) << version;
  }
}

TEST(ReadReport, AFieldOfTheWrongKindIsNoReport) {
  const char *const patches[] = {R"({"outcome": null})",
                                 R"({"outcome": "two words"})",
                                 R"({"exit_code": null})",
                                 R"({"exit_code": 256})",
                                 R"({"exit_code": -1})",
                                 R"({"exit_code": "0"})",
                                 R"({"heads_after": "b2"})",
                                 R"({"heads_after": [1]})",
                                 R"({"steps": [1]})",
                                 R"({"steps": [{"direction": "sideways"}]})",
                                 R"({"pending": -1})",
                                 R"({"backup": []})",
                                 R"({"backup": {"bytes": 1e300}})",
                                 R"({"destructive": 1})",
                                 R"({"seconds": -0.1})",
                                 R"({"error": "x"})",
                                 R"({"database_read": "yes"})",
                                 R"({"file_heads_cut": -1})"};
  for (const char *patch : patches) {
    Json document = good();
    document.merge_patch(Json::parse(patch));
    const auto report = read(document);
    ASSERT_FALSE(report.has_value()) << patch;
    EXPECT_EQ(report.error(), ReportFault::NotJson) << patch;
  }
}

bool fits(const std::string &text, std::size_t longest) {
  return text.size() <= longest && migrator::report::printable(text) == text;
}

bool fit(const std::vector<std::string> &texts, std::size_t most, std::size_t longest) {
  return texts.size() <= most &&
         std::all_of(texts.begin(), texts.end(), [&](const std::string &text) { return fits(text, longest); });
}

// Whatever a runner writes, what is read of it is bounded and without control characters.
RC_GTEST_PROP(ReadReport, BoundsAndCleansEveryText, (std::vector<std::string> texts, std::string message)) {
  for (std::string &text : texts)
    text += *rc::gen::element<std::string>("", "\x1b[2J", "\xff", "\n", "\xe2\x80\xae", std::string(3'000, 'x'));
  Json document = good();
  for (const char *key : {"heads_before", "heads_after", "target_heads", "file_heads", "applied_revisions", "down_revisions",
                          "kinds", "findings", "sql"})
    document[key] = texts;
  document["error"] = {{"message", message}, {"file", message}, {"subject", texts}};
  const auto report = read_report(document.dump(-1, ' ', false, Json::error_handler_t::replace), "u.7.migrate");
  RC_PRE(report.has_value());
  RC_ASSERT(fit(report->heads_after, kMostHeads, kLongestRevision));
  RC_ASSERT(fit(report->target_heads, kMostHeads, kLongestRevision));
  RC_ASSERT(fit(report->applied_revisions, kMostApplied, kLongestRevision));
  RC_ASSERT(fit(report->down_revisions, kMostApplied, kLongestRevision));
  RC_ASSERT(fit(report->kinds, kMostKinds, kLongestWord));
  RC_ASSERT(fit(report->findings, kMostFindings, kLongestFinding));
  RC_ASSERT(fit(report->sql, kMostStatements, kLongestStatement));
  RC_ASSERT(fit(report->subject, kMostHeads, kLongestName));
  RC_ASSERT(fits(report->message, kLongestText));
}

TEST(BoundedText, CutsBetweenCharacters) {
  EXPECT_EQ(bounded_text("abcdef", 6), "abcdef");
  EXPECT_EQ(bounded_text("abcdefg", 6), "abc…");
  EXPECT_EQ(bounded_text("ääää", 7), "ää…");
  EXPECT_EQ(bounded_text("abcd", 3), "…");
  EXPECT_EQ(bounded_text("a\tb\x01\xff", 10), "a b ?");
}

} // namespace
} // namespace controller::api
