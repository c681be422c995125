// How a fuzzer reports a broken law: libFuzzer keeps the input that led to an abort.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace migrator::fuzz {

inline void require(bool holds, const char *law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law);
  std::abort();
}

} // namespace migrator::fuzz
