// The command line: values, and what wrong ones are answered to the letter.
#include "operator/options/options.h"

#include <gtest/gtest.h>

namespace {

using namespace controller;
using Words = std::vector<std::string>;

TEST(Options, DefaultsStandInTheHeader) {
  const auto options = read_options({});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_TRUE(options->namespaces.empty());
  EXPECT_TRUE(options->leader_election);
  EXPECT_FALSE(options->gating);
  EXPECT_EQ(options->max_concurrent_runs, 20);
  EXPECT_EQ(options->listen, "0.0.0.0:8080");
}

TEST(Options, AllAreRead) {
  const auto options = read_options({"--namespaces",
                                     "shop,billing,shop",
                                     "--stock-image=m:1",
                                     "--workers",
                                     "2",
                                     "--max-concurrent-runs",
                                     "5",
                                     "--max-concurrent-runs-per-namespace",
                                     "3",
                                     "--progress",
                                     "--gating",
                                     "--leader-elect=false",
                                     "--lease-name",
                                     "l",
                                     "--lease-namespace",
                                     "ns",
                                     "--kubeconfig",
                                     "/k",
                                     "--context",
                                     "c",
                                     "--listen",
                                     "[::]:9090",
                                     "--kube-api-qps",
                                     "7.5",
                                     "--kube-api-burst",
                                     "9",
                                     "--log-level",
                                     "debug",
                                     "--log-format",
                                     "text"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->namespaces, (Words{"billing", "shop"}));
  EXPECT_EQ(options->stock_image, "m:1");
  EXPECT_EQ(options->workers, 2);
  EXPECT_EQ(options->max_concurrent_runs, 5);
  EXPECT_EQ(options->max_concurrent_runs_per_namespace, 3);
  EXPECT_TRUE(options->progress);
  EXPECT_TRUE(options->gating);
  EXPECT_FALSE(options->leader_election);
  EXPECT_EQ(options->lease_name, "l");
  EXPECT_EQ(options->lease_namespace, "ns");
  EXPECT_EQ(options->kubeconfig, "/k");
  EXPECT_EQ(options->context, "c");
  EXPECT_EQ(options->listen, "[::]:9090");
  EXPECT_EQ(options->qps, 7.5);
  EXPECT_EQ(options->burst, 9);
  EXPECT_EQ(options->log_level, "debug");
  EXPECT_EQ(options->log_format, "text");
}

TEST(Options, SwitchesCanBeTurnedOffByValue) {
  const auto options = read_options({"--progress=false", "--gating=true", "--leader-elect=true"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_FALSE(options->progress);
  EXPECT_TRUE(options->gating);
  EXPECT_TRUE(options->leader_election);
}

struct Wrong {
  std::string name;
  Words arguments;
  std::string text;
};
class WrongOptions : public testing::TestWithParam<Wrong> {};

TEST_P(WrongOptions, SayWhatToWrite) {
  const auto options = read_options(GetParam().arguments);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().exit_code, 2);
  EXPECT_EQ(options.error().text, "error: " + GetParam().text + "\nSee migration-operator --help.\n");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongOptions,
    testing::Values(
        Wrong{"Unknown", {"--gatting"}, "The following argument was not expected: --gatting"},
        Wrong{"NotANumber", {"--workers", "two"}, "Could not convert: --workers = two"},
        Wrong{"NoWorkers", {"--workers", "0"}, "--workers 0: write a number from 1 to 1000"},
        Wrong{"TooManyRuns", {"--max-concurrent-runs", "1001"}, "--max-concurrent-runs 1001: write a number from 1 to 1000"},
        Wrong{"NoQps", {"--kube-api-qps", "0"}, "--kube-api-qps: write a number above 0, at most 10000"},
        Wrong{"Namespace",
              {"--namespaces", "shop,Bad_Name"},
              "--namespaces: \"Bad_Name\" is no name of a namespace; write names with commas between: shop,billing"},
        Wrong{"LeaseNamespace", {"--lease-namespace", "-x"}, "--lease-namespace: \"-x\" is no name of a namespace"},
        Wrong{"LeaseName", {"--lease-name", ""}, "--lease-name must not be empty"},
        Wrong{"ListenPort",
              {"--listen", "0.0.0.0"},
              "--listen 0.0.0.0: write HOST:PORT, such as 0.0.0.0:8080, [::]:8080 or 127.0.0.1:9090"},
        Wrong{"ListenHigh",
              {"--listen", "0.0.0.0:65536"},
              "--listen 0.0.0.0:65536: write HOST:PORT, such as 0.0.0.0:8080, [::]:8080 or 127.0.0.1:9090"},
        Wrong{"ListenBare6",
              {"--listen", "::1:8080"},
              "--listen ::1:8080: write HOST:PORT, such as 0.0.0.0:8080, [::]:8080 or 127.0.0.1:9090"},
        Wrong{"LogLevel", {"--log-level", "loud"}, "--log-level: loud not in {debug,info,warning,error}"}),
    [](const auto &one) { return one.param.name; });

TEST(Options, HelpNamesEveryFlagAndShowsExamples) {
  const auto help = read_options({"--help"});
  ASSERT_FALSE(help);
  EXPECT_EQ(help.error().exit_code, 0);
  for (const char *text :
       {"--namespaces", "--stock-image", "--workers", "--max-concurrent-runs", "--max-concurrent-runs-per-namespace",
        "--progress", "--gating", "--leader-elect", "--lease-name", "--lease-namespace", "--kubeconfig", "--context", "--listen",
        "--kube-api-qps", "--kube-api-burst", "--log-level", "--log-format",
        "migration-operator --kubeconfig ~/.kube/config --context dev --leader-elect=false"})
    EXPECT_NE(help.error().text.find(text), std::string::npos) << text;
}

TEST(Options, VersionIsPrinted) {
  const auto version = read_options({"--version"});
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().exit_code, 0);
  EXPECT_EQ(version.error().text, "migration-operator " MIGRATOR_VERSION "\n");
}

} // namespace
