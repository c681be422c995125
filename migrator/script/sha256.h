// SHA-256, by nettle. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace migrator::script {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

// The same of what comes in pieces. Not thread-safe.
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256 &) = delete;
  Sha256 &operator=(const Sha256 &) = delete;

  void add(std::string_view bytes);
  // 64 lower-case hex digits of all that was added; begins anew.
  std::string hex();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace migrator::script
