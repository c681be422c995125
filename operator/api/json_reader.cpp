// See json_reader.h.
#include "operator/api/json_reader.h"

#include <fmt/format.h>

#include "migrator/text/duration.h"

namespace controller::api {

JsonReader::JsonReader(const Json &object, std::string path, std::optional<Malformed> &fault)
    : object_(&object), path_(std::move(path)), fault_(&fault) {
  if (!object.is_object()) fail({}, "This must be an object.");
}

const Json *JsonReader::member(std::string_view key) const {
  if (!object_->is_object()) return nullptr;
  const auto found = object_->find(std::string(key));
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::string JsonReader::path_of(std::string_view key) const {
  if (key.empty()) return path_;
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void JsonReader::fail(std::string_view key, std::string message) {
  if (!*fault_) *fault_ = Malformed{path_of(key), std::move(message)};
}

void JsonReader::text(std::string_view key, std::string &into) {
  const Json *value = member(key);
  if (value == nullptr) return;
  if (!value->is_string()) return fail(key, "This must be a text.");
  into = value->get<std::string>();
}

void JsonReader::texts(std::string_view key, std::vector<std::string> &into) {
  const Json *value = member(key);
  if (value == nullptr) return;
  if (!value->is_array()) return fail(key, "This must be a list of texts.");
  std::vector<std::string> all;
  for (const Json &each : *value) {
    if (!each.is_string()) return fail(key, "This must be a list of texts.");
    all.push_back(each.get<std::string>());
  }
  into = std::move(all);
}

void JsonReader::flag(std::string_view key, bool &into) {
  const Json *value = member(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return fail(key, "This must be true or false.");
  into = value->get<bool>();
}

void JsonReader::integer(std::string_view key, std::int64_t &into, std::int64_t least, std::int64_t most) {
  const Json *value = member(key);
  if (value == nullptr) return;
  const bool fits = value->is_number_integer() &&
                    !(value->is_number_unsigned() &&
                      value->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) &&
                    value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most;
  if (!fits) return fail(key, fmt::format("This must be a whole number from {} to {}.", least, most));
  into = value->get<std::int64_t>();
}

void JsonReader::integer(std::string_view key, int &into, int least, int most) {
  std::int64_t wide = into;
  integer(key, wide, std::int64_t{least}, std::int64_t{most});
  into = static_cast<int>(wide);
}

template <typename Unit> void JsonReader::duration_in(std::string_view key, Unit &into) {
  std::string given;
  text(key, given);
  if (given.empty()) return;
  const auto read = migrator::text::parse_duration(given);
  if (!read || std::chrono::duration_cast<Unit>(*read) != *read)
    return fail(key, fmt::format("\"{}\" is not a duration here. Write a number with its unit, like {}60s, 2m or 1h30m.", given,
                                 std::is_same_v<Unit, std::chrono::milliseconds> ? "500ms, " : ""));
  into = std::chrono::duration_cast<Unit>(*read);
}

void JsonReader::duration(std::string_view key, std::chrono::seconds &into) {
  duration_in(key, into);
}

void JsonReader::duration(std::string_view key, std::chrono::milliseconds &into) {
  duration_in(key, into);
}

void JsonReader::time(std::string_view key, Time &into) {
  std::string given;
  text(key, given);
  if (given.empty()) return;
  const std::optional<Time> read = read_time(given);
  if (!read) return fail(key, "This must be a time, like 2026-11-22T10:00:00Z.");
  into = *read;
}

void JsonReader::time(std::string_view key, std::optional<Time> &into) {
  if (member(key) == nullptr) return;
  Time read{};
  time(key, read);
  into = read;
}

std::optional<JsonReader> JsonReader::object(std::string_view key) {
  const Json *value = member(key);
  if (value == nullptr) return std::nullopt;
  return JsonReader(*value, path_of(key), *fault_);
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) {
  std::vector<JsonReader> all;
  const Json *value = member(key);
  if (value == nullptr) return all;
  if (!value->is_array()) {
    fail(key, "This must be a list.");
    return all;
  }
  for (std::size_t at = 0; at < value->size(); ++at)
    all.emplace_back((*value)[at], fmt::format("{}[{}]", path_of(key), at), *fault_);
  return all;
}

} // namespace controller::api
