// Kubeconfig files as text.
#include "operator/kube/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/kube/base64.h"

namespace controller::kube {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr const char *kFull = R"(apiVersion: v1
kind: Config
preferences: {}
current-context: dev
clusters:
- name: k
  cluster:
    server: https://10.0.0.1:6443
    tls-server-name: kubernetes
    proxy-url: http://proxy:3128
    certificate-authority: pki/ca.crt
    insecure-skip-tls-verify: false
    extensions:
    - name: other
      extension: 1
    - name: client.authentication.k8s.io/exec
      extension: {audience: a, retries: 3, quoted: "3", deep: [true, null, 1.5]}
- name: data
  cluster: {server: "https://h", certificate-authority-data: dGV4dAo=}
users:
- name: plain
  user: {token: 12345, client-certificate: /abs/c.pem, client-key-data: "a2V5\n"}
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: bin/plugin
      args: [get, "7"]
      env: [{name: A, value: b}]
      installHint: get it
      interactiveMode: Never
      provideClusterInfo: true
- name: old
  user: {username: u, auth-provider: {name: gcp}, as: root}
contexts:
- name: dev
  context: {cluster: k, user: plain, namespace: shop}
- name: nothing
)";

TEST(Kubeconfig, IsReadWhole) {
  const auto config = parse_kubeconfig(kFull, "/home/me/.kube/config");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->current_context, "dev");
  const ClusterEntry &cluster = config->clusters.at("k");
  EXPECT_EQ(cluster.place, "/home/me/.kube/config: cluster \"k\"");
  EXPECT_EQ(cluster.server, "https://10.0.0.1:6443");
  EXPECT_EQ(cluster.server_name, "kubernetes");
  EXPECT_EQ(cluster.proxy_url, "http://proxy:3128");
  EXPECT_EQ(cluster.authority.file, "/home/me/.kube/pki/ca.crt");
  EXPECT_FALSE(cluster.insecure);
  EXPECT_EQ(cluster.exec_config.dump(), R"({"audience":"a","deep":[true,null,1.5],"quoted":"3","retries":3})");
  EXPECT_EQ(config->clusters.at("data").authority.text, "text\n");
  const UserEntry &plain = config->users.at("plain");
  EXPECT_EQ(plain.token, "12345");
  EXPECT_EQ(plain.certificate.file, "/abs/c.pem");
  EXPECT_EQ(plain.key.text, "key");
  EXPECT_FALSE(plain.exec);
  const ExecEntry &exec = *config->users.at("plugin").exec;
  EXPECT_EQ(exec.command, "/home/me/.kube/bin/plugin");
  EXPECT_THAT(exec.arguments, ElementsAre("get", "7"));
  EXPECT_THAT(exec.environment, ElementsAre(Pair("A", "b")));
  EXPECT_TRUE(exec.provide_cluster_info);
  EXPECT_THAT(config->users.at("old").unsupported, ElementsAre("username", "auth-provider", "as"));
  EXPECT_EQ(config->contexts.at("dev").name_space, "shop");
  EXPECT_EQ(config->contexts.at("nothing").cluster, "");
}

TEST(Kubeconfig, JsonIsYamlToo) {
  const auto config = parse_kubeconfig(R"({"clusters":[{"name":"k","cluster":{"server":"https://h"}}]})", "c");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->clusters.at("k").server, "https://h");
}

TEST(Kubeconfig, OfOneNameTheFirstCounts) {
  const auto config = parse_kubeconfig("users: [{name: u, user: {token: a}}, {name: u, user: {token: b}}]", "c");
  EXPECT_EQ(config->users.at("u").token, "a");
}

TEST(Kubeconfig, EmptySaysNothing) {
  for (const char *text : {"", "\n", "# c\n", "---\n", "{}", "clusters: null\nusers:\n"}) {
    const auto config = parse_kubeconfig(text, "c");
    ASSERT_TRUE(config) << text;
    EXPECT_TRUE(config->clusters.empty() && config->users.empty() && config->contexts.empty() && config->current_context.empty());
  }
}

TEST(Kubeconfig, ACommandWithoutASlashIsLeftToPath) {
  const auto config = parse_kubeconfig("users: [{name: u, user: {exec: {command: aws}}}]", "/a/c");
  EXPECT_EQ(config->users.at("u").exec->command, "aws");
}

struct Wrong {
  std::string text;
  std::string message;
};

class WrongKubeconfig : public testing::TestWithParam<Wrong> {};

TEST_P(WrongKubeconfig, IsToldWithItsLine) {
  const auto config = parse_kubeconfig(GetParam().text, "dir/c");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(config.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongKubeconfig,
    testing::Values(
        Wrong{"just text", "dir/c:1: this is no kubeconfig: it must be a map with clusters, users and contexts."},
        Wrong{"[1]", "dir/c:1: this is no kubeconfig: it must be a map with clusters, users and contexts."},
        Wrong{"a: 1\nclusters: {}", "dir/c:2: clusters must be a list."},
        Wrong{"users:\n- 7", "dir/c:2: each entry of users must be a map with a name."},
        Wrong{"users:\n- user: {token: t}", "dir/c:2: an entry of users has no name. Give it one."},
        Wrong{"users:\n- name: u\n  user: secret", "dir/c:3: user of \"u\" must be a map."},
        Wrong{"users:\n- name: u\n  user:\n    token: [secret]", "dir/c:4: user.token must be a text."},
        Wrong{"users:\n- name: u\n  user: {client-key-data: '%secret'}",
              "dir/c:3: user.client-key-data is not base64. Encode the whole file with `base64 -w0`."},
        Wrong{"clusters:\n- name: k\n  cluster: {insecure-skip-tls-verify: yes}",
              "dir/c:3: cluster.insecure-skip-tls-verify must be true or false."},
        Wrong{"users: [{name: u, user: {exec: plugin}}]", "dir/c:1: user.exec must be a map."},
        Wrong{"users: [{name: u, user: {exec: {args: x}}}]", "dir/c:1: user.exec.args must be a list."},
        Wrong{"users: [{name: u, user: {exec: {args: [[x]]}}}]", "dir/c:1: each entry of user.exec.args must be a text."},
        Wrong{"users: [{name: u, user: {exec: {env: [x]}}}]",
              "dir/c:1: each entry of user.exec.env must be a map with name and value."},
        Wrong{"users: [",
              "dir/c:1: this is not YAML: end of sequence flow not found. Check the indentation and the quotes of this line "
              "and the one above."},
        Wrong{std::string("a\0b", 3), "dir/c: there is a NUL byte in it. Save it as plain UTF-8 text."}));

TEST(Base64, DecodesWhatItEncodes) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd", "\x01\xff\x02"})
    EXPECT_EQ(decode_base64(encode_base64(text)), text);
  EXPECT_EQ(encode_base64("text\n"), "dGV4dAo=");
  EXPECT_EQ(decode_base64(" dGV4\n dAo=\r\n"), "text\n");
  for (const char *none : {"a", "ab=", "====", "a===", "dGV4dA=o", "dGV4*A==", "-_-_"})
    EXPECT_EQ(decode_base64(none), std::nullopt) << none;
}

} // namespace
} // namespace controller::kube
