// What a plugin is told, and what it answers.
#include "operator/kube/exec_credential.h"

#include <gtest/gtest.h>

namespace controller::kube {
namespace {

using namespace std::chrono;

ExecEntry entry(bool cluster_info = false) {
  ExecEntry exec;
  exec.api_version = "client.authentication.k8s.io/v1";
  exec.provide_cluster_info = cluster_info;
  return exec;
}

std::string answer(const std::string &status) {
  return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" + status + "}";
}

TEST(ExecInfo, TellsOfTheClusterOnlyIfAskedTo) {
  ClusterEntry cluster;
  cluster.server = "https://h";
  cluster.server_name = "n";
  cluster.exec_config = {{"audience", "a"}};
  EXPECT_EQ(exec_info(entry(), cluster, "PEM"),
            R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}})");
  EXPECT_EQ(
      exec_info(entry(true), cluster, "PEM"),
      R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"cluster":{)"
      R"("certificate-authority-data":"UEVN","config":{"audience":"a"},"server":"https://h","tls-server-name":"n"},"interactive":false}})");
}

TEST(ExecAnswer, IsATokenOrACertificateOrBoth) {
  const auto token = parse_exec_answer(answer(R"({"token":"t"})"), entry(), "P");
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->credential.token, "t");
  EXPECT_EQ(token->expires, std::nullopt);
  const auto certificate = parse_exec_answer(answer(R"({"clientCertificateData":"c","clientKeyData":"k"})"), entry(), "P");
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->credential.identity, (Identity{"c", "k"}));
}

struct Expiry {
  std::string text;
  sys_seconds time;
};

class Expiries : public testing::TestWithParam<Expiry> {};

TEST_P(Expiries, AreRead) {
  const auto read = parse_exec_answer(answer(R"({"token":"t","expirationTimestamp":")" + GetParam().text + "\"}"), entry(), "P");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->expires, system_clock::time_point(GetParam().time));
}

INSTANTIATE_TEST_SUITE_P(All, Expiries,
                         testing::Values(Expiry{"2026-11-22T13:43:40Z", sys_days(2026y / 11 / 22) + 13h + 43min + 40s},
                                         Expiry{"2026-11-22T13:43:40.999Z", sys_days(2026y / 11 / 22) + 13h + 43min + 40s},
                                         Expiry{"2026-11-22T00:30:00+01:00", sys_days(2026y / 11 / 21) + 23h + 30min},
                                         Expiry{"2026-11-22T20:00:00.5-05:30", sys_days(2026y / 11 / 23) + 1h + 30min}));

struct Wrong {
  std::string printed;
  std::string message;
};

class WrongAnswer : public testing::TestWithParam<Wrong> {};

TEST_P(WrongAnswer, IsToldWithoutAWordOfIt) {
  const auto read = parse_exec_answer(GetParam().printed, entry(), "P");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::Unauthorized);
  EXPECT_EQ(read.error().message, "P: the exec plugin " + GetParam().message);
}

const std::string kNone = "printed no ExecCredential. Run it by hand and see what it prints.";

INSTANTIATE_TEST_SUITE_P(
    All, WrongAnswer,
    testing::Values(Wrong{"", kNone}, Wrong{"secret", kNone}, Wrong{"[]", kNone}, Wrong{R"({"kind":"Secret"})", kNone},
                    Wrong{
                        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}})",
                        "answers in another version than exec.apiVersion, client.authentication.k8s.io/v1. Write the version "
                        "that it speaks there."},
                    Wrong{answer("null"), "printed an ExecCredential without a status. Run it by hand and see why."},
                    Wrong{answer("{}"), "gave neither a token nor a client certificate. Run it by hand and see why."},
                    Wrong{answer(R"({"token":7})"), "gave neither a token nor a client certificate. Run it by hand and see why."},
                    Wrong{answer(R"({"token":"t","clientKeyData":"k"})"),
                          "gave only one of clientCertificateData and clientKeyData. Run it by hand and see why."},
                    Wrong{answer(R"({"token":"t","expirationTimestamp":"tomorrow"})"),
                          "gave an expirationTimestamp that is no RFC 3339 time. Update the plugin."}));

} // namespace
} // namespace controller::kube
