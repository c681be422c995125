// See log.h.
#include "migrator/report/log.h"

#include <mutex>

#include <nlohmann/json.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

spdlog::level::level_enum library_level(LogLevel level) {
  switch (level) {
  case LogLevel::Debug:
    return spdlog::level::debug;
  case LogLevel::Info:
    return spdlog::level::info;
  case LogLevel::Warning:
    return spdlog::level::warn;
  case LogLevel::Error:
    return spdlog::level::err;
  }
  return spdlog::level::info;
}

nlohmann::ordered_json to_json(const Field &field) {
  return std::visit([](const auto &value) { return nlohmann::ordered_json(value); }, field.value);
}

std::string dump(const nlohmann::ordered_json &value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// The part of the line after time and level: what the pattern calls %v.
std::string json_body(std::string_view event, std::string_view message, std::initializer_list<Field> fields) {
  nlohmann::ordered_json body{{"event", event}, {"message", message}};
  for (const Field &field : fields) body[std::string(field.name)] = to_json(field);
  return dump(body).substr(1); // the pattern opens the object
}

std::string text_body(std::string_view message, std::initializer_list<Field> fields) {
  std::string body = printable(message);
  for (const Field &field : fields) {
    const nlohmann::ordered_json value = to_json(field);
    const bool word = value.is_string() && !value.get_ref<const std::string &>().empty() &&
                      value.get_ref<const std::string &>().find_first_of(" \"=") == std::string::npos;
    body += " " + std::string(field.name) + "=" + printable(word ? value.get_ref<const std::string &>() : dump(value));
  }
  return body;
}

} // namespace

struct Log::Sink {
  std::once_flag made;
  std::unique_ptr<spdlog::logger> logger;
};

Log::Log(LogFormat format, LogLevel least) : format_(format), least_(least), sink_(std::make_unique<Sink>()) {}

Log::~Log() = default;

void Log::event(LogLevel level, std::string_view event, std::string_view message, std::initializer_list<Field> fields) {
  if (level < least_) return;
  std::call_once(sink_->made, [this] {
    sink_->logger = std::make_unique<spdlog::logger>("migrator", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    sink_->logger->set_level(spdlog::level::trace);
    sink_->logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        format_ == LogFormat::Json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
        spdlog::pattern_time_type::utc));
  });
  const std::string body = format_ == LogFormat::Json ? json_body(event, message, fields) : text_body(message, fields);
  sink_->logger->log(library_level(level), spdlog::string_view_t(body.data(), body.size()));
}

} // namespace migrator::report
