// A JSON document that must not be larger than what its reader takes (a termination message: 4,096 bytes), cut in an order that its author
// chooses, each cut counted. Valid JSON and UTF-8 always. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace migrator::report {

enum class CutFrom : std::uint8_t { Front, Back };

class BoundedDocument {
public:
  // `limit` in bytes of text().
  BoundedDocument(nlohmann::ordered_json document, std::size_t limit) : document_(std::move(document)), limit_(limit) {}

  bool fits() const { return text().size() <= limit_; }
  // Takes elements from one end of the list `key` while the text is too long, and counts them in "KEY_cut"; nothing if there is no such list.
  void cut(const char *key, CutFrom end);
  // Shortens the text at `pointer` ("/error/message") as little as the limit wants, between characters, down to "…"; nothing if it is none.
  void shorten(const char *pointer);
  // The subject of "error" from its least important end, then its message.
  void cut_error();

  std::string text() const;

private:
  nlohmann::ordered_json document_;
  std::size_t limit_;
};

} // namespace migrator::report
