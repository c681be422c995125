// Events of a run on stderr, for whoever reads a pod's log: a line of text each, or with --log-format json one JSON object a line. The
// logging library is set up at the first event, for most runs have none. Results do not come here: see output.h.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "migrator/report/options.h"

namespace migrator::report {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

struct Field {
  std::string_view name; // a lower-case word
  std::variant<std::int64_t, double, bool, std::string> value;
};

// Thread-safe.
class Log {
public:
  // Events below `least` are dropped.
  Log(LogFormat format, LogLevel least);
  ~Log();
  Log(const Log &) = delete;
  Log &operator=(const Log &) = delete;

  LogFormat format() const noexcept { return format_; }
  // `event` is a stable lower-case name ("step_done", docs/json.md), `message` a sentence for people. No secrets. JSON:
  // {"time","level","event","message", the fields …}, time in UTC with milliseconds. Text: time, level, message, name=value ….
  void event(LogLevel level, std::string_view event, std::string_view message, std::initializer_list<Field> fields = {});

private:
  struct Sink;
  LogFormat format_;
  LogLevel least_;
  std::unique_ptr<Sink> sink_;
};

} // namespace migrator::report
