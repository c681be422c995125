// Merging, and which cluster and user a context means.
#include "operator/kube/kubeconfig_choice.h"

#include <gtest/gtest.h>

namespace controller::kube {
namespace {

Kubeconfig parsed(const std::string &text, const std::string &path = "c") {
  auto config = parse_kubeconfig(text, path);
  if (!config) ADD_FAILURE() << config.error().message;
  return config ? *config : Kubeconfig{};
}

TEST(Merge, WhoeverSaysItFirstIsRight) {
  Kubeconfig all = parsed("users: [{name: u, user: {token: first}}]", "one");
  merge(all, parsed("current-context: second\nusers: [{name: u, user: {tokenFile: /f}}, {name: v, user: {token: v}}]", "two"));
  merge(all, parsed("current-context: third\ncontexts: [{name: third, context: {cluster: k}}]", "three"));
  EXPECT_EQ(all.current_context, "second");
  EXPECT_EQ(all.users.at("u").token, "first");
  EXPECT_EQ(all.users.at("u").token_file, "") << "an entry stays whole";
  EXPECT_EQ(all.users.at("v").place, "two: user \"v\"");
  EXPECT_EQ(all.contexts.at("third").place, "three: context \"third\"");
}

const std::string kGood =
    "current-context: a\nclusters: [{name: k, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {token: t}}]\n"
    "contexts: [{name: a, context: {cluster: k, user: u}}, {name: b, context: {cluster: k, namespace: n}}]\n";

TEST(Choose, TheCurrentContextOrTheOneNamed) {
  const auto current = choose(parsed(kGood), "");
  ASSERT_TRUE(current) << current.error().message;
  EXPECT_EQ(current->user.token, "t");
  EXPECT_EQ(current->name_space, "");
  const auto named = choose(parsed(kGood), "b");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->user.token, "");
  EXPECT_EQ(named->name_space, "n");
}

TEST(Choose, AContextThatLeadsNowhereIsTold) {
  EXPECT_EQ(choose(parsed(kGood), "x").error().message,
            "the kubeconfig has no context \"x\". Name another with --context. It has a, b.");
  EXPECT_EQ(choose(parsed(""), "").error().message,
            "the kubeconfig has no current-context. Name one with --context. It has none.");
  EXPECT_EQ(choose(parsed("contexts: [{name: a, context: {cluster: k}}]"), "a").error().message,
            "c: context \"a\": its cluster \"k\" is not there. Add it to clusters, or name another.");
  EXPECT_EQ(
      choose(
          parsed("clusters: [{name: k, cluster: {server: 'https://h'}}]\ncontexts: [{name: a, context: {cluster: k, user: u}}]"),
          "a")
          .error()
          .message,
      "c: context \"a\": its user \"u\" is not there. Add it to users, or name another.");
}

TEST(Choose, ManyContextsAreNotAllListed) {
  Kubeconfig config;
  for (int number = 10; number < 25; ++number) config.contexts["c" + std::to_string(number)] = {};
  EXPECT_EQ(choose(config, "x").error().message, "the kubeconfig has no context \"x\". Name another with --context. It has c10, "
                                                 "c11, c12, c13, c14, c15, c16, c17, c18, c19 and 5 more.");
}

struct Wrong {
  std::string cluster;
  std::string user;
  std::string message;
};

class WrongChoice : public testing::TestWithParam<Wrong> {};

TEST_P(WrongChoice, IsToldWithWhatToDo) {
  const auto choice = choose(parsed("clusters: [{name: k, cluster: {" + GetParam().cluster + "}}]\nusers: [{name: u, user: {" +
                                    GetParam().user + "}}]\ncontexts: [{name: a, context: {cluster: k, user: u}}]\n"),
                             "a");
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(choice.error().message, "c: " + GetParam().message);
}

constexpr const char *kServer = "server: 'https://h'";
constexpr const char *kV1 = "exec: {apiVersion: client.authentication.k8s.io/v1, command: p";

INSTANTIATE_TEST_SUITE_P(
    All, WrongChoice,
    testing::Values(
        Wrong{"", "", "cluster \"k\": there is no server. Give it one, like https://10.0.0.1:6443."},
        Wrong{"server: h", "", "cluster \"k\": server must be a URL like https://10.0.0.1:6443, without a user and a query."},
        Wrong{"server: 'https://h', proxy-url: 'http://p'", "",
              "cluster \"k\": proxy-url is not supported. Remove it and reach the API server directly, or through a tunnel."},
        Wrong{"server: 'https://h', certificate-authority: f, certificate-authority-data: YQ==", "",
              "cluster \"k\": certificate-authority and certificate-authority-data are both given. Keep one of them."},
        Wrong{"server: 'https://h', certificate-authority: f, insecure-skip-tls-verify: true", "",
              "cluster \"k\": insecure-skip-tls-verify and a certificate authority are both given. Keep the authority."},
        Wrong{kServer, "username: u, password: secret",
              "user \"u\": basic authentication is not supported, by Kubernetes neither since 1.19. Use a token or a client "
              "certificate."},
        Wrong{kServer, "auth-provider: {name: gcp}",
              "user \"u\": auth-provider is not supported, by kubectl neither since 1.26. Use the exec plugin of your provider."},
        Wrong{kServer, "token: t, as: root",
              "user \"u\": impersonation (as, as-uid, as-groups, as-user-extra) is not supported. Use credentials of the user "
              "that is meant."},
        Wrong{kServer, "client-certificate: a, client-certificate-data: YQ==, client-key: b",
              "user \"u\": client-certificate and client-certificate-data are both given. Keep one of them."},
        Wrong{kServer, "client-certificate: a",
              "user \"u\": there is a client certificate and no key for it. Add client-key or client-key-data."},
        Wrong{kServer, "client-key: a",
              "user \"u\": there is a client key and no certificate for it. Add client-certificate or client-certificate-data."},
        Wrong{kServer, "token: t, exec: {command: p}",
              "user \"u\": a token and an exec plugin are both given. Keep one of them."},
        Wrong{kServer, "exec: {apiVersion: client.authentication.k8s.io/v1}",
              "user \"u\": exec has no command. Name the program."},
        Wrong{kServer, "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: p}",
              "user \"u\": exec.apiVersion must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1. "
              "Update the plugin, or "
              "have it write its kubeconfig again."},
        Wrong{kServer, std::string(kV1) + "}",
              "user \"u\": exec.interactiveMode is missing. Write Never, IfAvailable or Always."},
        Wrong{kServer, std::string(kV1) + ", interactiveMode: Sometimes}",
              "user \"u\": exec.interactiveMode must be Never, IfAvailable or Always."},
        Wrong{kServer, std::string(kV1) + ", interactiveMode: Always}",
              "user \"u\": exec.interactiveMode is Always: the plugin wants a terminal, and this program gives it none. Use a "
              "token, a client "
              "certificate, or a plugin that can do without."}));

TEST(Choose, V1beta1NeedsNoInteractiveMode) {
  EXPECT_TRUE(choose(
      parsed("clusters: [{name: k, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {exec: {apiVersion: "
             "client.authentication.k8s.io/v1beta1, command: p}}}]\ncontexts: [{name: a, context: {cluster: k, user: u}}]\n"),
      "a"));
}

} // namespace
} // namespace controller::kube
