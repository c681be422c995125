// See migration_json.h.
#include "operator/api/migration_json.h"

#include <limits>

#include "migrator/script/timestamp.h"
#include "operator/api/bounded_text.h"
#include "operator/api/json_reader.h"
#include "operator/api/limits.h"
#include "operator/api/spec_json.h"
#include "operator/api/status_json.h"

namespace controller::api {

namespace {

// The annotations that the operator reads. Their values are bounded here, so that one that is copied to the status equals its copy.
constexpr std::string_view kAnnotations[] = {kRequestedAt, kFluxRequestedAt, kApprove, kAdopt, kForce};

void read_metadata(JsonReader &metadata, Migration &read) {
  metadata.text("namespace", read.name_space);
  metadata.text("name", read.name);
  metadata.text("uid", read.uid);
  metadata.integer("generation", read.generation, 0, std::numeric_limits<std::int64_t>::max());
  metadata.text("resourceVersion", read.resource_version);
  read.deleting = metadata.member("deletionTimestamp") != nullptr;
  auto annotations = metadata.object("annotations");
  if (!annotations) return;
  for (const std::string_view key : kAnnotations) {
    std::string value;
    annotations->text(key, value);
    if (!value.empty()) read.annotations[std::string(key)] = bounded_text(value, kLongestName);
  }
}

int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

} // namespace

tl::expected<Migration, Malformed> read_migration(const Json &object) {
  std::optional<Malformed> fault;
  JsonReader whole(object, {}, fault);
  if (whole.member("metadata") == nullptr) whole.fail("metadata", "This is required.");
  Spec spec;
  if (auto reader = whole.object("spec"))
    spec = read_spec(*reader);
  else
    whole.fail("spec", "This is required.");
  Migration read = read_without_spec(object);
  if (!fault) fault = broken_name(read.name);
  if (!fault) fault = first_broken_rule(spec);
  if (fault) return tl::unexpected<Malformed>(std::move(*fault));
  read.spec = std::move(spec);
  return read;
}

Migration read_without_spec(const Json &object) {
  Migration read;
  std::optional<Malformed> ignored;
  JsonReader whole(object, {}, ignored);
  if (auto metadata = whole.object("metadata")) read_metadata(*metadata, read);
  std::optional<Malformed> fault;
  JsonReader again(object, {}, fault);
  if (auto status = again.object("status")) {
    Status known = read_status(*status);
    if (!fault) read.status = std::move(known);
  }
  return read;
}

std::string write_time(Time time) {
  return migrator::script::rfc3339(time);
}

std::optional<Time> read_time(std::string_view text) {
  // "2026-11-22T10:00:00", a fraction, "Z" or "+01:00"; where each stands is known once the form is right.
  if (!migrator::script::is_rfc3339(text)) return std::nullopt;
  const auto field = [&](std::size_t at, std::size_t digits) { return number(text.substr(at, digits)); };
  const std::chrono::year_month_day day{std::chrono::year(field(0, 4)), std::chrono::month(static_cast<unsigned>(field(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(field(8, 2)))};
  Time time = std::chrono::sys_days(day) + std::chrono::hours(field(11, 2)) + std::chrono::minutes(field(14, 2)) +
              std::chrono::seconds(field(17, 2));
  if (text.back() == 'Z' || text.back() == 'z') return time;
  const std::size_t sign = text.size() - 6;
  const std::chrono::minutes offset = std::chrono::hours(field(sign + 1, 2)) + std::chrono::minutes(field(sign + 4, 2));
  return text[sign] == '+' ? time - offset : time + offset;
}

} // namespace controller::api
