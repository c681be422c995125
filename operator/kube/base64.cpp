// See base64.h. The work is OpenSSL's.
#include "operator/kube/base64.h"

#include <algorithm>

#include <openssl/evp.h>

namespace controller::kube {

std::optional<std::string> decode_base64(std::string_view text) {
  std::string dense(text);
  dense.erase(std::remove_if(dense.begin(), dense.end(), [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }),
              dense.end());
  if (dense.size() % 4 != 0) return std::nullopt;
  const std::size_t end = dense.find('=');
  const std::size_t padding = end == std::string::npos ? 0 : dense.size() - end;
  if (padding > 2 || (end != std::string::npos && dense.find_first_not_of('=', end) != std::string::npos)) return std::nullopt;
  std::string bytes(dense.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char *>(bytes.data()),
                                     reinterpret_cast<const unsigned char *>(dense.data()), static_cast<int>(dense.size()));
  if (length < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

std::string encode_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // with the NUL that OpenSSL adds
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()),
                                     reinterpret_cast<const unsigned char *>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

} // namespace controller::kube
