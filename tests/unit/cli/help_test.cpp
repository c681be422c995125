#include "migrator/cli/help.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "migrator/cli/completion.h"
#include "migrator/cli/parse.h"

namespace migrator::cli {
namespace {

std::string information(const std::vector<std::string> &arguments) {
  const Result<Invocation> parsed = parse(arguments);
  const auto *text = parsed ? std::get_if<InformationArguments>(&parsed->command) : nullptr;
  return text == nullptr ? std::string("no information") : text->text;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

class HelpOf : public testing::TestWithParam<Verb> {};

TEST_P(HelpOf, ExplainsFlagsExamplesAndExitCodes) {
  const Verb &verb = GetParam();
  const std::string text = help(verb);
  EXPECT_GE(verb.examples.size(), 2U);
  for (const Example &example : verb.examples) {
    EXPECT_TRUE(contains(text, example.command));
    EXPECT_TRUE(contains(example.command, "migrator " + std::string(verb.name)));
  }
  for (const auto &group : verb.flags)
    for (const Flag &flag : group) EXPECT_TRUE(contains(text, std::string(long_name(flag)))) << flag.names;
  for (const int code : {0, 2, 70}) EXPECT_TRUE(contains(text, exit_code_meaning(code)));
  for (const int code : verb.exit_codes) EXPECT_TRUE(contains(text, exit_code_meaning(code)));
}

TEST_P(HelpOf, IsReachedInEveryWay) {
  const std::string name(GetParam().name);
  const std::string text = help(GetParam());
  for (const std::vector<std::string> &line :
       {std::vector<std::string>{name, "--help"}, {name, "-h"}, {"--help", name}, {"help", name}, {"-q", "help", name}})
    EXPECT_EQ(information(line), text);
}

TEST_P(HelpOf, HasFlagsWithoutDoubles) {
  std::vector<std::string_view> names;
  for (const auto &group : GetParam().flags)
    for (const Flag &flag : group) names.insert(names.end(), {short_name(flag), long_name(flag)});
  for (const Flag &flag : global_flags()) names.insert(names.end(), {short_name(flag), long_name(flag)});
  names.erase(std::remove(names.begin(), names.end(), ""), names.end());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST_P(HelpOf, FlagTakesAValueOrNotTheSameInEveryVerb) {
  // The verb is found by stepping over flags and their values, before it is known whose flags they are.
  for (const auto &group : GetParam().flags)
    for (const Flag &flag : group)
      for (const Verb &other : verbs())
        for (const auto &other_group : other.flags)
          for (const Flag &other_flag : other_group) {
            if (long_name(flag) == long_name(other_flag)) {
              EXPECT_EQ(flag.value.empty(), other_flag.value.empty()) << flag.names;
            }
          }
}

TEST_P(HelpOf, CompletionKnowsTheVerb) {
  for (const CompletionSubject shell : {CompletionSubject::Bash, CompletionSubject::Zsh, CompletionSubject::Fish}) {
    const std::string script = completion_script(shell);
    EXPECT_TRUE(contains(script, GetParam().name));
    for (const auto &group : GetParam().flags)
      for (const Flag &flag : group) EXPECT_TRUE(contains(script, long_name(flag).substr(2))) << flag.names;
  }
}

INSTANTIATE_TEST_SUITE_P(Verbs, HelpOf, testing::ValuesIn(verbs()), [](const auto &given) {
  std::string name(given.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Overview, ListsEveryVerb) {
  for (const std::vector<std::string> &line : {std::vector<std::string>{}, {"--help"}, {"-h"}, {"help"}}) {
    const std::string text = information(line);
    for (const Verb &verb : verbs()) EXPECT_TRUE(contains(text, std::string(verb.name) + " ")) << verb.name;
  }
}

TEST(Version, IsPrinted) {
  EXPECT_EQ(information({"--version"}), "migrator " MIGRATOR_VERSION "\n");
  EXPECT_EQ(information({"-V"}), "migrator " MIGRATOR_VERSION "\n");
  EXPECT_EQ(information({"heads", "--version"}), "migrator " MIGRATOR_VERSION "\n");
}

TEST(Help, NoLineIsWiderThanAHundredColumns) {
  for (const Verb &verb : verbs()) {
    const std::string text = help(verb);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_LE(end - at, 110U) << text.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(ExitCodeMeaning, KnowsEveryErrorsCode) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::Terminated); ++code)
    EXPECT_NE(exit_code_meaning(exit_code(static_cast<ErrorCode>(code))), "unknown");
}

} // namespace
} // namespace migrator::cli
