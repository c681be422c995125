// The clock as a door: whatever needs the time or jitter takes one of these, so that tests own it.
#pragma once

#include <chrono>
#include <string>

namespace migrator::execute {

class Clock {
public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() const = 0;
  virtual std::chrono::steady_clock::time_point steady() const = 0;
};

const Clock &system_clock();

// RFC 3339 in UTC with milliseconds: "2026-11-22T03:04:05.678Z".
std::string rfc3339(std::chrono::system_clock::time_point time);

} // namespace migrator::execute
