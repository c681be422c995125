#include "migrator/report/output.h"

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "migrator/report/question.h"

namespace migrator::report {
namespace {

class Streams {
public:
  Streams() : out_(::open_memstream(&out_text_, &out_size_)), err_(::open_memstream(&err_text_, &err_size_)) {}
  ~Streams() {
    std::fclose(out_);
    std::fclose(err_);
    std::free(out_text_);
    std::free(err_text_);
  }
  Streams(const Streams &) = delete;
  Streams &operator=(const Streams &) = delete;
  std::FILE *out() { return out_; }
  std::FILE *err() { return err_; }
  std::string out_text() {
    std::fflush(out_);
    return std::string(out_text_, out_size_);
  }
  std::string err_text() {
    std::fflush(err_);
    return std::string(err_text_, err_size_);
  }

private:
  char *out_text_ = nullptr;
  char *err_text_ = nullptr;
  std::size_t out_size_ = 0;
  std::size_t err_size_ = 0;
  std::FILE *out_;
  std::FILE *err_;
};

void say_everything(Output &output) {
  output.line("line");
  output.block("one\ntwo");
  output.block("three\n");
  output.document({{"heads", {"a"}}});
  output.note("note");
  output.warning("careful");
  output.error({ErrorCode::Usage, "wrong.", {}, {}, 0, {}, {}});
}

TEST(Output, TextPutsResultsOnStdoutAndTheRestOnStderr) {
  Streams streams;
  Output output({}, streams.out(), streams.err());
  say_everything(output);
  EXPECT_EQ(streams.out_text(), "line\none\ntwo\nthree\n");
  EXPECT_EQ(streams.err_text(), "note\nwarning: careful\nerror: wrong.\n");
  EXPECT_TRUE(output.finish());
}

TEST(Output, QuietLeavesNotesOutOnly) {
  Streams streams;
  OutputOptions options;
  options.quiet = true;
  Output output(options, streams.out(), streams.err());
  say_everything(output);
  EXPECT_EQ(streams.out_text(), "line\none\ntwo\nthree\n");
  EXPECT_EQ(streams.err_text(), "warning: careful\nerror: wrong.\n");
}

TEST(Output, JsonPutsDocumentsOnStdout) {
  Streams streams;
  OutputOptions options;
  options.format = OutputFormat::Json;
  Output output(options, streams.out(), streams.err());
  say_everything(output);
  EXPECT_EQ(streams.out_text(), "{\"heads\":[\"a\"]}\n"); // one document: the verb's own comes before the error's
  EXPECT_EQ(streams.err_text(), "note\nwarning: careful\n");
}

TEST(Output, JsonPutsAnErrorOnStdout) {
  Streams streams;
  OutputOptions options;
  options.format = OutputFormat::Json;
  Output output(options, streams.out(), streams.err());
  output.error({ErrorCode::Usage, "wrong.", {}, {}, 0, {}, {}});
  EXPECT_EQ(streams.out_text(), "{\"error\":{\"code\":\"Usage\",\"exit_code\":2,\"message\":\"wrong.\",\"subject\":[]}}\n");
  EXPECT_EQ(streams.err_text(), "");
}

TEST(Output, JsonSurvivesBytesThatAreNotUtf8) {
  Streams streams;
  OutputOptions options;
  options.format = OutputFormat::Json;
  Output output(options, streams.out(), streams.err());
  output.document({{"path", "gr\xf6\xdf"}});
  EXPECT_EQ(streams.out_text(), "{\"path\":\"gr\xef\xbf\xbd\xef\xbf\xbd\"}\n");
}

TEST(Output, ColoursOnlyWhereAsked) {
  Streams streams;
  OutputOptions options;
  options.error_style.color = true;
  Output output(options, streams.out(), streams.err());
  output.error({ErrorCode::Usage, "wrong.", {}, {}, 0, {}, {}});
  output.warning("careful");
  EXPECT_EQ(streams.err_text(), "\x1b[31merror:\x1b[0m wrong.\n\x1b[33mwarning:\x1b[0m careful\n");
}

TEST(Output, SaysThatStdoutIsFull) {
  std::FILE *full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  Streams streams;
  Output output({}, full, streams.err());
  output.line("line");
  const Status done = output.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::NotWritable);
  EXPECT_EQ(done.error().text(),
            "the result could not be written to stdout: No space left on device. Run the verb again with room for it.");
  std::fclose(full);
}

struct AnswerCase {
  std::string name;
  std::string answer;
  bool yes;
};

class Answer : public testing::TestWithParam<AnswerCase> {};
TEST_P(Answer, IsUnderstood) {
  EXPECT_EQ(means_yes(GetParam().answer), GetParam().yes);
}
INSTANTIATE_TEST_SUITE_P(Words, Answer,
                         testing::Values(AnswerCase{"Y", "y", true}, AnswerCase{"Yes", " YES\r", true},
                                         AnswerCase{"Nothing", "", false}, AnswerCase{"Blank", "  ", false},
                                         AnswerCase{"No", "n", false}, AnswerCase{"Yesterday", "yesterday", false}),
                         [](const auto &given) { return given.param.name; });

TEST(Confirm, AsksNobodyWithoutATerminal) {
  std::FILE *in = std::fopen("/dev/null", "r");
  std::FILE *err = std::fopen("/dev/null", "w");
  EXPECT_TRUE(confirm("This empties the database.", false, in, err));
  EXPECT_TRUE(confirm("This empties the database.", true, in, err));
  std::fclose(in);
  std::fclose(err);
}

} // namespace
} // namespace migrator::report
