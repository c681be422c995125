// SHA-256, by nettle. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <nettle/sha2.h>

namespace migrator::script {

using Sha256Digest = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

// Of bytes that come in pieces.
class Sha256 {
public:
  Sha256() { sha256_init(&context_); }
  void update(std::string_view bytes) {
    sha256_update(&context_, bytes.size(), reinterpret_cast<const std::uint8_t *>(bytes.data()));
  }
  // Of all that came since the beginning or the last digest(); begins anew.
  Sha256Digest digest();

private:
  sha256_ctx context_{};
};

// Lower-case hex digits.
std::string hex(const Sha256Digest &digest);

// Of a text; 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

} // namespace migrator::script
