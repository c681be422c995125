// The same calls against a real API server, started by scripts/cluster with a client certificate in its kubeconfig.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrator/process/child.h"
#include "operator/kube/load.h"

namespace controller::kube {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr ResourceType kConfigMaps{"", "v1", "configmaps"};
constexpr ResourceType kNamespaces{"", "v1", "namespaces"};
constexpr ResourceType kServiceAccounts{"", "v1", "serviceaccounts"};

// Runs to its end; its stdout.
std::string output_of(const std::vector<std::string> &arguments) {
  migrator::process::Command command;
  command.arguments = arguments;
  std::string output;
  const auto ended = migrator::process::run(command, {}, [&](std::string_view piece) { output += piece; });
  if (!ended) throw std::runtime_error(ended.error().message);
  if (!ended->well()) throw std::runtime_error(arguments.front() + ": " + ended->errors);
  output.erase(output.find_last_not_of('\n') + 1);
  return output;
}

class ApiServer : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / ("kube-api-" + std::to_string(::getpid()));
    kubeconfig_ = output_of({CLUSTER, "api-up", folder_, "--while", std::to_string(::getpid())});
  }
  static void TearDownTestSuite() {
    output_of({CLUSTER, "api-down", folder_});
    std::filesystem::remove_all(folder_);
  }

  ApiServer() {
    ConnectOptions options;
    options.kubeconfig = kubeconfig_;
    options.context = "admin-certificate";
    options.qps = 0;
    Result<Connected> connected = connect(options);
    if (!connected) throw std::runtime_error(connected.error().message);
    client_ = std::move(connected->client);
    // A namespace a test: nothing of another is seen.
    static int number = 0;
    space_ = "test-" + std::to_string(++number);
    const Result<Json> made = client_->create(kNamespaces, "", {{"metadata", {{"name", space_}}}});
    if (!made) throw std::runtime_error(made.error().message);
  }

  static Json config_map(const std::string &name, const std::string &value = "1") {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"labels", {{"app", "t"}}}}},
            {"data", {{"v", value}}}};
  }

  static Json job(const std::string &name) {
    const Json container = {{"name", "migrator"}, {"image", "none.invalid/x"}};
    const Json pod = {{"spec", {{"restartPolicy", "Never"}, {"containers", Json::array({container})}}}};
    return {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", {{"name", name}}}, {"spec", {{"template", pod}}}};
  }

  static inline std::filesystem::path folder_;
  static inline std::string kubeconfig_;
  std::unique_ptr<Client> client_;
  std::string space_;
};

TEST_F(ApiServer, AnObjectsWholeLife) {
  const Result<Json> made = client_->create(kConfigMaps, space_, config_map("a"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ((*made)["metadata"]["managedFields"][0]["manager"], "migration-operator");
  EXPECT_EQ(client_->create(kConfigMaps, space_, config_map("a")).error().kind, ErrorKind::AlreadyExists);

  Json changed = *made;
  changed["data"]["v"] = "2";
  const Result<Json> updated = client_->update(kConfigMaps, {space_, "a"}, changed);
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(client_->update(kConfigMaps, {space_, "a"}, changed).error().kind, ErrorKind::Conflict)
      << "the version is an old one";

  const Json patch = {{"data", {{"w", "3"}}}};
  ASSERT_TRUE(client_->patch(kConfigMaps, {space_, "a"}, PatchType::Merge, patch));
  const Json test = Json::array({{{"op", "test"}, {"path", "/data/v"}, {"value", "9"}}});
  EXPECT_EQ(client_->patch(kConfigMaps, {space_, "a"}, PatchType::JsonPatch, test).error().kind, ErrorKind::Invalid);

  const Result<Json> got = client_->get(kConfigMaps, {space_, "a"});
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)["data"], Json({{"v", "2"}, {"w", "3"}}));

  EXPECT_EQ(client_->remove(kConfigMaps, {space_, "a"}, "another").error().kind, ErrorKind::Conflict);
  const Status removed = client_->remove(kConfigMaps, {space_, "a"}, (*got)["metadata"]["uid"]);
  EXPECT_TRUE(removed);
  EXPECT_EQ(client_->get(kConfigMaps, {space_, "a"}).error().kind, ErrorKind::NotFound);
}

TEST_F(ApiServer, ARefusalSaysWhatIsWrong) {
  Json wrong = job("a");
  wrong["spec"]["template"]["spec"]["restartPolicy"] = "Always";
  const Result<Json> made = client_->create(kJobs, space_, wrong);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(made.error().status, 422);
  EXPECT_THAT(made.error().message, HasSubstr("restartPolicy"));
}

TEST_F(ApiServer, StatusIsAppliedAndAnOldVersionConflicts) {
  const Result<Json> made = client_->create(kJobs, space_, job("a"));
  ASSERT_TRUE(made) << made.error().message;
  Json status = {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", {{"name", "a"}}}, {"status", {{"active", 1}}}};
  const Result<Json> applied = client_->apply_status(kJobs, {space_, "a"}, status);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ((*applied)["status"]["active"], 1);
  status["metadata"]["resourceVersion"] = (*made)["metadata"]["resourceVersion"];
  status["status"]["active"] = 2;
  EXPECT_EQ(client_->apply_status(kJobs, {space_, "a"}, status).error().kind, ErrorKind::Conflict);
  status["metadata"]["resourceVersion"] = (*applied)["metadata"]["resourceVersion"];
  EXPECT_TRUE(client_->apply_status(kJobs, {space_, "a"}, status));
}

TEST_F(ApiServer, ALeaseIsTakenOnce) {
  const Json lease = {{"metadata", {{"name", "l"}}}, {"spec", {{"holderIdentity", "one"}}}};
  Result<Json> made = client_->create(kLeases, space_, lease);
  ASSERT_TRUE(made) << made.error().message;
  Json first = *made;
  Json second = *made;
  first["spec"]["holderIdentity"] = "first";
  second["spec"]["holderIdentity"] = "second";
  EXPECT_TRUE(client_->update(kLeases, {space_, "l"}, first));
  EXPECT_EQ(client_->update(kLeases, {space_, "l"}, second).error().kind, ErrorKind::Conflict);
}

TEST_F(ApiServer, PagesMakeTheWholeList) {
  for (int number = 0; number < 7; ++number)
    ASSERT_TRUE(client_->create(kConfigMaps, space_, config_map("c" + std::to_string(number))));
  ListOptions options;
  options.label_selector = "app=t";
  options.limit = 3;
  std::vector<std::string> names;
  int pages = 0;
  do {
    const Result<Json> page = client_->list(kConfigMaps, space_, options);
    ASSERT_TRUE(page) << page.error().message;
    for (const Json &item : (*page)["items"]) names.push_back(item["metadata"]["name"]);
    options.continue_token = (*page)["metadata"].value("continue", "");
    ++pages;
  } while (!options.continue_token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(names, ElementsAre("c0", "c1", "c2", "c3", "c4", "c5", "c6"));
}

TEST_F(ApiServer, AVersionOfTheFutureIsExpired) {
  ListOptions options;
  options.resource_version = "999999999";
  EXPECT_EQ(client_->list(kConfigMaps, space_, options).error().kind, ErrorKind::Expired);
}

TEST_F(ApiServer, AnOldVersionIsStillListed) {
  const Result<Json> first = client_->list(kConfigMaps, space_, {});
  ASSERT_TRUE(first);
  ASSERT_TRUE(client_->create(kConfigMaps, space_, config_map("new")));
  ListOptions options;
  options.resource_version = (*first)["metadata"]["resourceVersion"];
  EXPECT_TRUE(client_->list(kConfigMaps, space_, options));
  options.resource_version = "0";
  EXPECT_TRUE(client_->list(kConfigMaps, space_, options));
}

TEST_F(ApiServer, AWatchTellsWhatHappensUntilItIsStopped) {
  const Result<Json> listed = client_->list(kConfigMaps, space_, {"app=t", "", "", 500, ""});
  ASSERT_TRUE(listed);
  WatchOptions options;
  options.label_selector = "app=t";
  options.resource_version = (*listed)["metadata"]["resourceVersion"];
  std::stop_source stop;
  std::vector<std::string> seen;
  Status ended;
  std::thread watcher([&] {
    ended = client_->watch(kConfigMaps, space_, options, stop.get_token(), [&](const WatchEvent &event) {
      if (event.type == "BOOKMARK") return;
      seen.push_back(event.type + " " + event.object["metadata"]["name"].get<std::string>());
      if (event.type == "DELETED") stop.request_stop();
    });
  });
  const Result<Json> made = client_->create(kConfigMaps, space_, config_map("w"));
  ASSERT_TRUE(made);
  ASSERT_TRUE(client_->patch(kConfigMaps, {space_, "w"}, PatchType::Merge, {{"data", {{"v", "2"}}}}));
  ASSERT_TRUE(client_->remove(kConfigMaps, {space_, "w"}, (*made)["metadata"]["uid"]));
  watcher.join();
  EXPECT_THAT(seen, ElementsAre("ADDED w", "MODIFIED w", "DELETED w"));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::Stopped);
}

TEST_F(ApiServer, AQuietWatchEndsByTheServersTimeout) {
  WatchOptions options;
  options.timeout = 2s;
  const Status ended = client_->watch(kConfigMaps, space_, options, {}, [](const WatchEvent &) {});
  EXPECT_TRUE(ended) << ended.error().message;
}

TEST_F(ApiServer, TheLogOfAPodWithoutANodeIsRefusedInWords) {
  const Result<Json> made = client_->create(kJobs, space_, job("a"));
  ASSERT_TRUE(made);
  const Result<std::string> log = client_->log({space_, "none"}, "migrator", 10, 1000);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, ErrorKind::NotFound);
  EXPECT_EQ(log.error().message, "pods \"none\" not found");
}

// A ServiceAccount's token, renewed in its file while the client goes on: what a pod sees.
TEST_F(ApiServer, ATokenFileIsReadAgainAfterARefusal) {
  const std::string token_path = folder_ / "token";
  const auto write = [&](const std::string &token) { std::ofstream(token_path, std::ios::trunc) << token; };
  ASSERT_TRUE(client_->create(kServiceAccounts, space_, {{"metadata", {{"name", "robot"}}}}));
  const std::string token = output_of({KUBECTL, "--kubeconfig", kubeconfig_, "create", "token", "robot", "-n", space_});
  Json config = Json::parse(output_of({KUBECTL, "--kubeconfig", kubeconfig_, "config", "view", "--raw", "-o", "json"}));
  config["users"][0]["user"] = {{"tokenFile", token_path}};
  std::ofstream(folder_ / "robot.json") << config.dump();
  ConnectOptions options;
  options.kubeconfig = folder_ / "robot.json";
  write("eyJ.wrong.token");
  Result<Connected> robot = connect(options);
  ASSERT_TRUE(robot) << robot.error().message;
  EXPECT_EQ(robot->client->get(kConfigMaps, {space_, "a"}).error().kind, ErrorKind::Unauthorized);
  write(token + "\n");
  const Result<Json> got = robot->client->get(kConfigMaps, {space_, "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::Forbidden) << "known now, and without a right";
  EXPECT_THAT(got.error().message, HasSubstr("system:serviceaccount:" + space_ + ":robot"));
}

} // namespace
} // namespace controller::kube
