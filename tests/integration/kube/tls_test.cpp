// TLS: whom the client trusts, under which name, and what it shows; with certificates made on the spot.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/integration/kube/client_at_unruly_server.h"
#include "tests/support/made_certificates.h"

namespace controller::kube {
namespace {

class Tls : public testing::Test {
protected:
  Tls() : folder_(std::filesystem::temp_directory_path() / ("kube-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Tls() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string &name, const std::string &text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  void serve(const MadeCertificate &shown, const std::string &address = "127.0.0.1") {
    server_ = std::make_unique<UnrulyServer>(std::vector<std::string>{address, file("server.pem", shown.certificate),
                                                                      file("server.key", shown.key),
                                                                      file("authority.pem", authority_.certificate)});
    server_->answer({answer_of(200, {{"kind", "Job"}})});
  }

  Result<Json> get(const ServerTrust &trust, Credential credential = {}, const std::string &host = "127.0.0.1") {
    const auto client = make_rest_client(make_cpprest_transport({true, host, server_->port(), {}}, trust),
                                         fixed_credentials(std::move(credential)), {});
    return client->get(kJobs, {"shop", "a"});
  }

  void expect_refused(const Result<Json> &got, const std::string &why) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::Unreachable);
    EXPECT_EQ(got.error().message, "cannot reach the API server at 127.0.0.1:" + std::to_string(server_->port()) +
                                       ": its certificate is refused (" + why +
                                       "). Check the authority and the name that the kubeconfig gives for it.");
    EXPECT_TRUE(server_->seen().empty()) << "no token goes to a stranger";
  }

  const std::filesystem::path folder_;
  const MadeCertificate authority_ = make_authority("the cluster's");
  const MadeCertificate server_certificate_ =
      make_certificate(authority_, "server", {"IP:127.0.0.1", "IP:::1", "DNS:kubernetes"});
  std::unique_ptr<UnrulyServer> server_;
};

TEST_F(Tls, TheAuthorityGivenIsTrusted) {
  serve(server_certificate_);
  const Result<Json> got = get({authority_.certificate, "127.0.0.1", false});
  EXPECT_TRUE(got) << got.error().message;
  EXPECT_EQ(server_->seen()[0]["name"], "") << "an address is not announced";
}

TEST_F(Tls, AnotherAuthorityIsNot) {
  serve(server_certificate_);
  expect_refused(get({make_authority("another").certificate, "127.0.0.1", false}),
                 "self-signed certificate in certificate chain");
}

TEST_F(Tls, WithoutAnAuthorityTheSystemsCount) {
  serve(server_certificate_);
  expect_refused(get({"", "127.0.0.1", false}), "self-signed certificate in certificate chain");
}

TEST_F(Tls, AnExpiredCertificateIsRefused) {
  serve(make_certificate(authority_, "server", {"IP:127.0.0.1"}, -1));
  expect_refused(get({authority_.certificate, "127.0.0.1", false}), "certificate has expired");
}

TEST_F(Tls, AnotherAddressIsRefused) {
  serve(make_certificate(authority_, "127.0.0.1", {"IP:127.0.0.2", "DNS:127.0.0.1"}));
  expect_refused(get({authority_.certificate, "127.0.0.1", false}), "IP address mismatch");
}

TEST_F(Tls, TheNameGivenIsTheOneThatCounts) {
  serve(server_certificate_);
  EXPECT_TRUE(get({authority_.certificate, "kubernetes", false}));
  EXPECT_EQ(server_->seen()[0]["name"], "kubernetes");
  expect_refused(get({authority_.certificate, "kubernetes.elsewhere", false}), "hostname mismatch");
}

TEST_F(Tls, InsecureTakesAnyCertificate) {
  serve(make_certificate(make_authority("another"), "x", {"DNS:x"}, -1));
  EXPECT_TRUE(get({"", "127.0.0.1", true}));
}

TEST_F(Tls, AClientCertificateIsShown) {
  serve(server_certificate_);
  const MadeCertificate ours = make_certificate(authority_, "operator-of-tests", {});
  ASSERT_TRUE(get({authority_.certificate, "127.0.0.1", false}, {"", {ours.certificate, ours.key}}));
  EXPECT_EQ(server_->seen()[0]["client"], "operator-of-tests");
  ASSERT_TRUE(get({authority_.certificate, "127.0.0.1", false}));
  EXPECT_EQ(server_->seen()[0]["client"], "");
}

TEST_F(Tls, ANewClientCertificateGetsNewConnections) {
  class Changing final : public Credentials {
  public:
    explicit Changing(std::vector<MadeCertificate> each) : each_(std::move(each)) {}
    Result<Credential> current(std::stop_token) override { return Credential{"", {each_[at_].certificate, each_[at_].key}}; }
    bool refused(const Credential &) override { return ++at_ < each_.size(); }

  private:
    std::vector<MadeCertificate> each_;
    std::size_t at_ = 0;
  };
  serve(server_certificate_);
  server_->answer({failure(401, "Unauthorized", "Unauthorized"), answer_of(200, {{"kind", "Job"}})});
  const auto client = make_rest_client(
      make_cpprest_transport({true, "127.0.0.1", server_->port(), {}}, {authority_.certificate, "127.0.0.1", false}),
      std::make_unique<Changing>(std::vector{make_certificate(authority_, "old", {}), make_certificate(authority_, "new", {})}),
      {});
  ASSERT_TRUE(client->get(kJobs, {"shop", "a"}));
  const Json seen = server_->seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0]["client"], "old");
  EXPECT_EQ(seen[1]["client"], "new");
}

TEST_F(Tls, AnIpv6AddressWorks) {
  serve(server_certificate_, "::1");
  const Result<Json> got = get({authority_.certificate, "::1", false}, {}, "::1");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(server_->seen()[0]["headers"]["host"], "[::1]:" + std::to_string(server_->port()));
}

TEST_F(Tls, AHandshakeThatNeverEndsIsGivenUp) {
  const UnrulyServer plain;
  RestSettings settings;
  settings.limit = std::chrono::milliseconds(300);
  const auto client = make_rest_client(
      make_cpprest_transport({true, "127.0.0.1", plain.port(), {}}, {authority_.certificate, "127.0.0.1", false}),
      fixed_credentials({}), settings);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(client->get(kJobs, {"shop", "a"}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Certificates, AreLookedAtBeforeTheyAreUsed) {
  const MadeCertificate authority = make_authority("a");
  const MadeCertificate one = make_certificate(authority, "one", {});
  const MadeCertificate other = make_certificate(authority, "other", {});
  EXPECT_TRUE(check_authorities(authority.certificate + one.certificate, "F"));
  EXPECT_EQ(check_authorities("text", "F").error().message,
            "F holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).");
  EXPECT_TRUE(check_identity({one.certificate, one.key}, "F"));
  EXPECT_EQ(check_identity({"text", one.key}, "F").error().message,
            "F: the client certificate holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).");
  EXPECT_EQ(check_identity({one.certificate, "text"}, "F").error().message,
            "F: the client key cannot be read. It must be a PEM private key without a passphrase.");
  EXPECT_EQ(check_identity({one.certificate, other.key}, "F").error().message,
            "F: the client key does not belong to the client certificate. Name the two that were made together.");
}

} // namespace
} // namespace controller::kube
