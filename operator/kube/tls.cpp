// See tls.h. OpenSSL's objects are owned here by smart pointers until an SSL_CTX takes them over.
#include "operator/kube/tls.h"

#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace controller::kube {

namespace {

template <auto release> struct Release {
  template <typename T> void operator()(T *object) const { release(object); }
};
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;

// What the callbacks of one SSL_CTX need; freed with it.
struct Expectation {
  ServerTrust trust;
  std::shared_ptr<Verdict> verdict;
};

Bio open_text(const std::string &text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key with a passphrase must not make OpenSSL ask for it on the terminal.
int no_passphrase(char *, int, int, void *) {
  return -1;
}

std::vector<Certificate> certificates_of(const std::string &pem) {
  std::vector<Certificate> certificates;
  const Bio text = open_text(pem);
  while (X509 *certificate = PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr))
    certificates.emplace_back(certificate);
  ERR_clear_error();
  return certificates;
}

Key key_of(const std::string &pem) {
  const Bio text = open_text(pem);
  Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

bool is_address(const std::string &name) {
  in6_addr address{};
  return ::inet_pton(AF_INET, name.c_str(), &address) == 1 || ::inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

void free_expectation(void *, void *expectation, CRYPTO_EX_DATA *, int, long, void *) {
  delete static_cast<Expectation *>(expectation);
}

int expectation_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_expectation);
  return index;
}

// In place of the library's own check, whose idea of the server's name is the URL's host.
int verify_server(X509_STORE_CTX *chain, void *argument) {
  const auto &expected = *static_cast<const Expectation *>(argument);
  if (expected.trust.insecure) return 1;
  X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(chain);
  const std::string &name = expected.trust.name;
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const int named = is_address(name) ? X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str())
                                     : X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size());
  // An authority that is itself signed by another is enough, as for kubectl.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set_verify_cb(chain, [](int good, X509_STORE_CTX *) { return good; });
  const bool trusted = named == 1 && !name.empty() && X509_verify_cert(chain) == 1;
  if (!trusted) expected.verdict->set(X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain)));
  return trusted ? 1 : 0;
}

// Puts the name into the handshake (SNI), which proxies in front of API servers choose by; an address does not belong there (RFC 6066).
void announce_name(const SSL *connection, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0 || SSL_is_init_finished(connection) != 0) return;
  const auto *expected = static_cast<const Expectation *>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), expectation_index()));
  if (expected != nullptr && !is_address(expected->trust.name))
    SSL_set_tlsext_host_name(const_cast<SSL *>(connection), expected->trust.name.c_str());
}

bool trust_only(SSL_CTX &context, const std::string &authorities) {
  Store store(X509_STORE_new());
  if (!store) return false;
  for (const Certificate &certificate : certificates_of(authorities))
    if (X509_STORE_add_cert(store.get(), certificate.get()) != 1) return false;
  SSL_CTX_set_cert_store(&context, store.release());
  return true;
}

bool show(SSL_CTX &context, const Identity &identity) {
  std::vector<Certificate> chain = certificates_of(identity.certificate);
  const Key key = key_of(identity.key);
  if (chain.empty() || !key || SSL_CTX_use_certificate(&context, chain.front().get()) != 1) return false;
  for (std::size_t index = 1; index < chain.size(); ++index)
    if (SSL_CTX_add1_chain_cert(&context, chain[index].get()) != 1) return false;
  return SSL_CTX_use_PrivateKey(&context, key.get()) == 1;
}

} // namespace

void Verdict::set(std::string reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  reason_ = std::move(reason);
}

std::string Verdict::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(reason_, {});
}

Status check_authorities(const std::string &pem, const std::string &what) {
  if (certificates_of(pem).empty())
    return fail(ErrorKind::Invalid, what + " holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).");
  return {};
}

Status check_identity(const Identity &identity, const std::string &what) {
  const std::vector<Certificate> chain = certificates_of(identity.certificate);
  if (chain.empty())
    return fail(ErrorKind::Invalid,
                what + ": the client certificate holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).");
  const Key key = key_of(identity.key);
  if (!key)
    return fail(ErrorKind::Invalid, what + ": the client key cannot be read. It must be a PEM private key without a passphrase.");
  const bool fits = X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits)
    return fail(ErrorKind::Invalid,
                what + ": the client key does not belong to the client certificate. Name the two that were made together.");
  return {};
}

void configure(SSL_CTX &context, const ServerTrust &trust, const Identity &identity, const std::shared_ptr<Verdict> &verdict) {
  auto expectation = std::make_unique<Expectation>(Expectation{trust, verdict});
  bool good = SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1;
  good = good && (trust.authorities.empty() || trust_only(context, trust.authorities));
  good = good && (identity.certificate.empty() || show(context, identity));
  good = good && SSL_CTX_set_ex_data(&context, expectation_index(), expectation.get()) == 1;
  if (!good) {
    verdict->set("TLS cannot be set up with the authorities, the certificate and the key given");
    SSL_CTX_set_cert_verify_callback(
        &context, [](X509_STORE_CTX *, void *) { return 0; }, nullptr);
    return;
  }
  SSL_CTX_set_cert_verify_callback(&context, verify_server, expectation.release());
  SSL_CTX_set_info_callback(&context, announce_name);
}

} // namespace controller::kube
