#include "migrator/script/sha256.h"

namespace migrator::script {

Sha256Digest Sha256::digest() {
  Sha256Digest out{};
  sha256_digest(&context_, out.size(), out.data());
  return out;
}

std::string hex(const Sha256Digest &digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * digest.size());
  for (const auto byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hex(hash.digest());
}

} // namespace migrator::script
