// See bounded.h.
#include "migrator/report/bounded.h"

#include <algorithm>
#include <string_view>

namespace migrator::report {

namespace {

using nlohmann::ordered_json;

// A text with whole UTF-8 sequences alone: bytes that are none become U+FFFD.
std::string valid_utf8(const std::string &text) {
  const std::string quoted = ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return ordered_json::parse(quoted).get<std::string>();
}

// At most `bytes` of a valid UTF-8 text and "…", cut between characters.
std::string shortened(const std::string &text, std::size_t bytes) {
  const auto inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (bytes > 0 && inside(bytes)) --bytes;
  return text.substr(0, bytes) + "…";
}

} // namespace

std::string BoundedDocument::text() const {
  return document_.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void BoundedDocument::cut(const char *key, CutFrom end) {
  if (!document_.contains(key)) return;
  const std::string counter = std::string(key) + "_cut";
  std::size_t removed = document_.value(counter, std::size_t{0});
  while (!document_[key].empty() && !fits()) {
    // Several at a time: a dump costs as much as what is left.
    ordered_json &list = document_[key]; // a new member may move the others
    const std::size_t some = std::max<std::size_t>(1, list.size() / 16);
    const auto count = static_cast<ordered_json::difference_type>(some);
    const bool front = end == CutFrom::Front;
    list.erase(front ? list.begin() : list.end() - count, front ? list.begin() + count : list.end());
    removed += some;
    document_[counter] = removed;
  }
}

void BoundedDocument::shorten(const char *pointer) {
  const ordered_json::json_pointer where(pointer);
  if (!document_.contains(where) || fits()) return;
  const std::string whole = valid_utf8(document_[where].get<std::string>());
  if (whole.size() <= std::string_view("…").size()) return;
  const auto fits_with = [&](std::size_t bytes) {
    document_[where] = shortened(whole, bytes);
    return fits();
  };
  // Whatever is longer than the limit cannot fit, so the search costs a dump a bit of the limit.
  std::size_t fitting = 0;
  std::size_t beyond = std::min(whole.size(), limit_);
  while (fitting + 1 < beyond) {
    const std::size_t middle = fitting + (beyond - fitting) / 2;
    (fits_with(middle) ? fitting : beyond) = middle;
  }
  fits_with(fitting);
}

void BoundedDocument::cut_error() {
  if (!document_.contains("error")) return;
  ordered_json &subject = document_["error"]["subject"];
  while (!subject.empty() && !fits())
    subject.erase(subject.end() - static_cast<ordered_json::difference_type>(std::max<std::size_t>(1, subject.size() / 16)),
                  subject.end());
  shorten("/error/message");
}

} // namespace migrator::report
