// The first 100 bytes of a SQLite file, as far as backups look at them (sqlite.org/fileformat2.html, "The Database Header"). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migrator::database::sqlite {

inline constexpr std::size_t kHeaderBytes = 100;
// Where the file says whether it is in WAL mode: two bytes, kWalVersion or kRollbackVersion each.
inline constexpr std::size_t kVersionOffset = 18;
inline constexpr char kRollbackVersion = 1;
inline constexpr char kWalVersion = 2;

struct Header {
  std::int64_t page_size = 0;  // bytes
  std::int64_t page_count = 0; // 0: not told, by a SQLite older than 3.7
  bool wal = false;
  std::string encoding; // as PRAGMA encoding tells it; empty: not chosen yet
};

// nullopt: no SQLite database, or cut off.
std::optional<Header> parse_header(std::string_view bytes);

} // namespace migrator::database::sqlite
