// See progress_text.h.
#include "migrator/report/progress_text.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

constexpr std::int64_t kBarCells = 16;

std::string step_head(const StepProgress &step) {
  return fmt::format("[{}/{}] {} {}", step.number, step.of, name(step.direction), printable(step.revision));
}

std::string seconds_left(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s left", seconds);
  if (seconds < 3600) return fmt::format("{} min left", (seconds + 59) / 60);
  return fmt::format("{} h {} min left", seconds / 3600, seconds % 3600 / 60);
}

// Cut to so many characters (not bytes).
std::string cut(const std::string &text, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && ++columns > width) return text.substr(0, i);
  return text;
}

} // namespace

std::string with_thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string step_line(const StepProgress &step, std::chrono::milliseconds took, const Style &style) {
  const std::string seconds = fmt::format("({:.2f} s)", static_cast<double>(took.count()) / 1000.0);
  std::string line = fmt::format("[{}/{}] {} {}", step.number, step.of, name(step.direction),
                                 style.paint(Ink::Yellow, printable(step.revision)));
  if (!step.message.empty()) line += " " + printable(step.message);
  return line + " " + style.paint(Ink::Dim, seconds);
}

std::string amount_line(const std::string &head, std::int64_t done, std::int64_t of, std::chrono::milliseconds since_start,
                        const Style &style, std::size_t width, const std::function<std::string(std::int64_t, bool)> &words) {
  std::string line = head;
  if (done <= 0) return cut(line, width);
  const std::int64_t total = std::max(done, of); // an estimate that proves too small grows
  if (of > 0) {
    const auto share = static_cast<double>(done) / static_cast<double>(total);
    const auto full = static_cast<std::int64_t>(share * kBarCells);
    line += ' ';
    for (std::int64_t cell = 0; cell < kBarCells; ++cell)
      line += style.unicode ? (cell < full ? "█" : "░") : (cell < full ? "#" : ".");
    line += fmt::format(" {}%", static_cast<int>(share * 100));
  }
  line += " " + words(done, true);
  if (since_start.count() > 0) {
    const auto rate = static_cast<double>(done) * 1000.0 / static_cast<double>(since_start.count());
    line += fmt::format(", {}/s", words(static_cast<std::int64_t>(rate), false));
    if (of > 0 && rate > 0)
      line += ", " + seconds_left(static_cast<std::int64_t>(static_cast<double>(total - done) / rate + 0.5));
  }
  return cut(line, width);
}

std::string bar_line(const StepProgress &step, std::int64_t rows, std::int64_t estimate, std::chrono::milliseconds since_start,
                     const Style &style, std::size_t width) {
  return amount_line(step_head(step), rows, estimate, since_start, style, width,
                     [](std::int64_t amount, bool is_done) { return with_thousands(amount) + (is_done ? " rows" : ""); });
}

std::string progress_event(const char *event, const StepProgress &step, std::int64_t rows, std::int64_t estimate,
                           std::chrono::milliseconds took) {
  nlohmann::ordered_json line{
      {"event", event}, {"step", step.number}, {"of", step.of}, {"revision", step.revision}, {"direction", name(step.direction)}};
  if (rows > 0) line["rows"] = rows;
  if (rows > 0 && estimate > 0)
    line["percent"] = static_cast<int>(static_cast<double>(rows) * 100.0 / static_cast<double>(std::max(rows, estimate)));
  if (std::strcmp(event, "step_finished") == 0) line["seconds"] = static_cast<double>(took.count()) / 1000.0;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace migrator::report
