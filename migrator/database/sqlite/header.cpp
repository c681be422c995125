#include "migrator/database/sqlite/header.h"

namespace migrator::database::sqlite {

namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

} // namespace

std::optional<Header> parse_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  Header header;
  const std::uint32_t size = big_endian(bytes, 16, 2);
  header.page_size = size == 1 ? 65536 : size;
  if (header.page_size < 512 || (header.page_size & (header.page_size - 1)) != 0) return std::nullopt;
  // The count holds only if whoever wrote last knew of it.
  if (big_endian(bytes, 24, 4) == big_endian(bytes, 92, 4)) header.page_count = big_endian(bytes, 28, 4);
  header.wal = bytes[kVersionOffset] == kWalVersion;
  switch (big_endian(bytes, 56, 4)) {
  case 1:
    header.encoding = "UTF-8";
    break;
  case 2:
    header.encoding = "UTF-16le";
    break;
  case 3:
    header.encoding = "UTF-16be";
    break;
  default:
    break;
  }
  return header;
}

} // namespace migrator::database::sqlite
