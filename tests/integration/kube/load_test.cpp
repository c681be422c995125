// connect(): which configuration counts, what is told of a wrong one, and exec plugins, with shell scripts in their place.
#include "operator/kube/load.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/kube/access.h"
#include "tests/integration/kube/client_at_unruly_server.h"
#include "tests/support/made_certificates.h"

namespace controller::kube {
namespace {

using testing::HasSubstr;

class Load : public testing::Test {
protected:
  Load() : folder_(std::filesystem::temp_directory_path() / ("kube-load-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    for (const char *name : {"KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"}) ::unsetenv(name);
    ::setenv("HOME", folder_.c_str(), 1);
    server_.answer({answer_of(200, {{"kind", "Job"}})});
  }
  ~Load() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string &name, const std::string &text) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::trunc) << text;
    return path;
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  // A kubeconfig whose only user is `user`, one line of YAML.
  std::string config(const std::string &user, const std::string &name_space = "") const {
    return "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: k, user: u" +
           (name_space.empty() ? "" : ", namespace: " + name_space) + "}}]\nclusters: [{name: k, cluster: {server: '" + url() +
           "'}}]\nusers: [{name: u, user: " + user + "}]\n";
  }

  static std::string error_of(const ConnectOptions &options = {}) {
    const Result<Connected> connected = connect(options);
    if (connected) return "no error";
    EXPECT_EQ(connected.error().kind, ErrorKind::Invalid);
    return connected.error().message;
  }

  // The Authorization header of a GET with what is found.
  std::string authorization(const ConnectOptions &options = {}) {
    const Result<Connected> connected = connect(options);
    if (!connected) return connected.error().message;
    const Result<Json> got = connected->client->get(kJobs, {"shop", "a"});
    if (!got) return got.error().message;
    return server_.seen()[0]["headers"].value("authorization", "");
  }

  const std::filesystem::path folder_;
  UnrulyServer server_;
};

TEST_F(Load, TheFlagComesBeforeTheVariableBeforeTheFileAtHome) {
  write(".kube/config", config("{token: home}"));
  EXPECT_EQ(authorization(), "Bearer home");
  ::setenv("KUBECONFIG", write("variable", config("{token: variable}")).c_str(), 1);
  EXPECT_EQ(authorization(), "Bearer variable");
  ConnectOptions options;
  options.kubeconfig = write("flag", config("{token: flag}"));
  EXPECT_EQ(authorization(options), "Bearer flag");
}

TEST_F(Load, SeveralFilesAreMergedAndMissingOnesPassedOver) {
  const std::string first = write("first", "users: [{name: u, user: {token: first}}]\n");
  const std::string second = write("second", config("{token: second}", "shop"));
  ::setenv("KUBECONFIG", (":" + first + ":" + (folder_ / "none").string() + ":" + second).c_str(), 1);
  EXPECT_EQ(authorization(), "Bearer first");
  const Result<Connected> connected = connect({});
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->name_space, "shop");
  EXPECT_EQ(connected->server, url());
}

TEST_F(Load, WithoutANamespaceItIsDefault) {
  write(".kube/config", config("{token: t}"));
  EXPECT_EQ(connect({})->name_space, "default");
}

TEST_F(Load, NothingFoundIsTold) {
  EXPECT_EQ(error_of(), "there is no kubeconfig, and this is no pod. Name one with --kubeconfig or KUBECONFIG, or write " +
                            folder_.string() + "/.kube/config.");
  ::setenv("KUBECONFIG", "/none/a:/none/b", 1);
  EXPECT_EQ(error_of(), "no file that KUBECONFIG names is there: /none/a:/none/b. Correct it, or unset it.");
  ConnectOptions options;
  options.kubeconfig = "/none/c";
  EXPECT_EQ(error_of(options), "/none/c: there is no such kubeconfig. Name another with --kubeconfig.");
}

TEST_F(Load, AFileThatIsNamedAndMissingIsTold) {
  const std::string path = write(".kube/config", config("{client-certificate: c.pem, client-key: /none/key}"));
  EXPECT_EQ(error_of(), path + ": user \"u\": client-certificate: " + folder_.string() +
                            "/.kube/c.pem: cannot be read: No such file or directory.");
}

TEST_F(Load, ATokenFileIsFoundBesideTheKubeconfig) {
  write(".kube/token", " from-file \n");
  write(".kube/config", config("{tokenFile: token}"));
  EXPECT_EQ(authorization(), "Bearer  from-file");
}

TEST_F(Load, InAPodItsServiceAccountCounts) {
  const MadeCertificate authority = make_authority("cluster");
  const MadeCertificate shown = make_certificate(authority, "server", {"IP:127.0.0.1"});
  UnrulyServer server({"127.0.0.1", write("server.pem", shown.certificate), write("server.key", shown.key)});
  server.answer({answer_of(200, {{"kind", "Job"}})});
  write("pod/token", "projected");
  write("pod/ca.crt", authority.certificate);
  write("pod/namespace", "operators\n");
  Result<Access> access = access_in_pod("127.0.0.1", std::to_string(server.port()), folder_ / "pod");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->name_space, "operators");
  const auto client = make_rest_client(make_cpprest_transport(access->server, access->trust), std::move(access->credentials), {});
  ASSERT_TRUE(client->get(kJobs, {"shop", "a"}));
  EXPECT_EQ(server.seen()[0]["headers"]["authorization"], "Bearer projected");
}

TEST_F(Load, AnIncompletePodIsTold) {
  EXPECT_EQ(access_in_pod("fd00::1", "443", folder_).error().message,
            folder_.string() + "/ca.crt: cannot be read: No such file or directory.");
  write("ca.crt", "no certificate");
  EXPECT_EQ(access_in_pod("fd00::1", "443", folder_).error().message,
            folder_.string() + "/ca.crt holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).");
  EXPECT_EQ(
      access_in_pod("10.0.0.1", "https", folder_).error().message,
      "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no URL: https://10.0.0.1:https. Kubernetes sets both in every "
      "pod.");
}

// --- exec plugins ------------------------------------------------------------------------------------------------------------

class Exec : public Load {
protected:
  // A kubeconfig with a plugin: the shell script, beside it.
  void plugin(const std::string &script, const std::string &more = "") {
    const std::string path = write(".kube/plugin.sh", "#!/bin/sh\n" + script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    write(".kube/config",
          config("{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, interactiveMode: Never" + more +
                 "}}"));
  }
  static std::string answer(const std::string &status) {
    return R"(echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" + status + "}'\n";
  }
  std::string runs() const {
    std::ifstream file(folder_ / "runs");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string counted() const { return "echo run >> " + (folder_ / "runs").string() + "\n"; }
};

TEST_F(Exec, ItsTokenIsUsedAndItRunsOnce) {
  plugin(counted() + answer(R"({"token":"made"})"));
  const Result<Connected> connected = connect({});
  ASSERT_TRUE(connected) << connected.error().message;
  EXPECT_EQ(runs(), "") << "not before the first request";
  for (int time = 0; time < 3; ++time) ASSERT_TRUE(connected->client->get(kJobs, {"shop", "a"}));
  EXPECT_EQ(server_.seen()[2]["headers"]["authorization"], "Bearer made");
  EXPECT_EQ(runs(), "run\n");
}

TEST_F(Exec, ItRunsAgainWhenItsAnswerHasExpiredAndAfter401) {
  plugin(counted() + answer(R"({"token":"made","expirationTimestamp":"2020-01-01T00:00:00Z"})"));
  const Result<Connected> connected = connect({});
  ASSERT_TRUE(connected->client->get(kJobs, {"shop", "a"}));
  ASSERT_TRUE(connected->client->get(kJobs, {"shop", "a"}));
  EXPECT_EQ(runs(), "run\nrun\n");

  plugin(counted() + answer(R"({"token":"made","expirationTimestamp":"2120-01-01T00:00:00Z"})"));
  server_.answer({failure(401, "Unauthorized", "Unauthorized"), answer_of(200, {{"kind", "Job"}})});
  ASSERT_TRUE(connect({})->client->get(kJobs, {"shop", "a"}));
  EXPECT_EQ(runs(), "run\nrun\nrun\nrun\n");
}

TEST_F(Exec, ItIsToldWhatItWasPromised) {
  plugin("printf '%s|%s|%s' \"$1\" \"$ADDED\" \"$KUBERNETES_EXEC_INFO\" > " + (folder_ / "told").string() + "\n" +
             answer(R"({"token":"made"})"),
         ", args: [get-token], env: [{name: ADDED, value: yes}], provideClusterInfo: true");
  EXPECT_EQ(authorization(), "Bearer made");
  std::ifstream file(folder_ / "told");
  const std::string told{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(
      told,
      R"(get-token|yes|{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"cluster":{"server":")" +
          url() + R"("},"interactive":false}})");
}

TEST_F(Exec, ItsFailuresAreToldAndItsOutputIsNot) {
  const std::string place = (folder_ / ".kube/config").string() + ": user \"u\": the exec plugin ";
  plugin("echo secret; echo 'please log in' >&2; exit 3", ", installHint: Install it from example.org.");
  EXPECT_EQ(authorization(), place + "ends with 3: please log in Install it from example.org.");
  plugin("echo secret");
  EXPECT_EQ(authorization(), place + "printed no ExecCredential. Run it by hand and see what it prints.");
  plugin(answer(R"({"clientCertificateData":"secret","clientKeyData":"secret"})"));
  EXPECT_EQ(authorization(),
            (folder_ / ".kube/config").string() +
                ": user \"u\": the exec plugin's answer: the client certificate holds no certificate. It must be "
                "PEM text (-----BEGIN CERTIFICATE-----).");
  std::filesystem::remove(folder_ / ".kube/plugin.sh");
  EXPECT_THAT(authorization(), HasSubstr("the exec plugin cannot be started: there is no program \""));
}

TEST_F(Exec, TheStopTokenEndsIt) {
  plugin("echo started > " + (folder_ / "runs").string() + "\nexec sleep 300");
  std::stop_source stop;
  ConnectOptions options;
  options.stop = stop.get_token();
  const Result<Connected> connected = connect(options);
  ASSERT_TRUE(connected);
  std::thread stopper([&] {
    while (runs().empty()) std::this_thread::yield();
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  const Result<Json> got = connected->client->get(kJobs, {"shop", "a"});
  stopper.join();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::Stopped);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

} // namespace
} // namespace controller::kube
