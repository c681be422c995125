#include "migrator/script/timestamp.h"

#include <fmt/format.h>

namespace migrator::script {

namespace {

// Takes a text apart from the left; once something does not fit, it stays failed.
class Reader {
public:
  explicit Reader(std::string_view text) noexcept : text_(text) {}

  int number(std::size_t digits) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text_.empty() || text_.front() < '0' || text_.front() > '9') {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return value;
  }
  bool take(std::string_view any_of) noexcept {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) noexcept {
    if (!take(any_of)) failed_ = true;
  }
  bool whole() const noexcept { return !failed_ && text_.empty(); }

private:
  std::string_view text_;
  bool failed_ = false;
};

struct Calendar {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Calendar calendar(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<std::chrono::seconds>(time - day)};
}

} // namespace

bool is_rfc3339(std::string_view text) noexcept {
  Reader reader(text);
  const int year = reader.number(4);
  reader.expect("-");
  const int month = reader.number(2);
  reader.expect("-");
  const int day = reader.number(2);
  reader.expect("Tt");
  const int hour = reader.number(2);
  reader.expect(":");
  const int minute = reader.number(2);
  reader.expect(":");
  const int second = reader.number(2);
  if (reader.take(".")) {
    reader.number(1);
    while (reader.take("0123456789")) {
    }
  }
  int offset_hour = 0;
  int offset_minute = 0;
  if (!reader.take("Zz")) {
    reader.expect("+-");
    offset_hour = reader.number(2);
    reader.expect(":");
    offset_minute = reader.number(2);
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return reader.whole() && date.ok() && hour < 24 && minute < 60 && second <= 60 && offset_hour < 24 && offset_minute < 60;
}

std::string rfc3339(std::chrono::sys_seconds time) {
  const auto [day, clock] = calendar(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string compact_minutes(std::chrono::sys_seconds time) {
  const auto [day, clock] = calendar(time);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()), clock.hours().count(), clock.minutes().count());
}

} // namespace migrator::script
