// See made_certificates.h.
#include "tests/support/made_certificates.h"

#include <algorithm>
#include <memory>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace controller::kube {

namespace {

constexpr long kDay = 24 * 60 * 60;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::string text_of(BIO *memory) {
  char *text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  std::string copy(text, static_cast<std::size_t>(length));
  BIO_free(memory);
  return copy;
}

Key key_of(const std::string &pem) {
  BIO *memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Key key(PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr), &EVP_PKEY_free);
  BIO_free(memory);
  return key;
}

Certificate certificate_of(const std::string &pem) {
  BIO *memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Certificate certificate(PEM_read_bio_X509(memory, nullptr, nullptr, nullptr), &X509_free);
  BIO_free(memory);
  return certificate;
}

void extend(X509 *certificate, X509 *issuer, int what, const std::string &value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

MadeCertificate make(const std::string &name, const MadeCertificate *authority, const std::vector<std::string> &names,
                     int days_left) {
  static long serial = 1;
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), (std::min(days_left, 1) - 2) * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days_left * kDay);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char *>(name.c_str()), -1, -1, 0);
  const Certificate issuer = authority != nullptr ? certificate_of(authority->certificate) : Certificate(nullptr, &X509_free);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer ? issuer.get() : certificate.get()));
  X509 *signer = issuer ? issuer.get() : certificate.get();
  extend(certificate.get(), signer, NID_basic_constraints, authority == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  std::string list;
  for (const std::string &each : names) list += (list.empty() ? "" : ",") + each;
  if (!list.empty()) extend(certificate.get(), signer, NID_subject_alt_name, list);
  const Key signing = authority != nullptr ? key_of(authority->key) : Key(nullptr, &EVP_PKEY_free);
  X509_sign(certificate.get(), signing ? signing.get() : key.get(), EVP_sha256());

  BIO *certificate_text = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_text, certificate.get());
  BIO *key_text = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_text, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(certificate_text), text_of(key_text)};
}

} // namespace

MadeCertificate make_authority(const std::string &name) {
  return make(name, nullptr, {}, 10);
}

MadeCertificate make_certificate(const MadeCertificate &authority, const std::string &name, const std::vector<std::string> &names,
                                 int days_left) {
  return make(name, &authority, names, days_left);
}

} // namespace controller::kube
