// See output.h.
#include "migrator/report/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "migrator/report/error_text.h"
#include "migrator/report/printable.h"
#include "migrator/text/ascii.h"

namespace migrator::report {

namespace {

bool environment_is_set(const char *name) {
  const char *value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool locale_is_utf8() {
  for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!environment_is_set(name)) continue;
    const std::string value = text::lower(std::getenv(name));
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

bool color_for(ColorMode mode, bool terminal) {
  if (mode != ColorMode::Auto) return mode == ColorMode::Always;
  const char *term = std::getenv("TERM");
  return terminal && !environment_is_set("NO_COLOR") && (term == nullptr || std::strcmp(term, "dumb") != 0);
}

} // namespace

OutputOptions detect_output(OutputFormat format, bool quiet, ColorMode color, std::FILE *out, std::FILE *err) {
  OutputOptions options;
  options.format = format;
  options.quiet = quiet;
  options.terminal = ::isatty(::fileno(out)) == 1;
  options.error_terminal = ::isatty(::fileno(err)) == 1;
  const bool unicode = locale_is_utf8();
  options.style = {color_for(color, options.terminal), unicode};
  options.error_style = {color_for(color, options.error_terminal), unicode};
  return options;
}

void Output::write(std::FILE *stream, std::string_view text) {
  if (text.empty() || std::fwrite(text.data(), 1, text.size(), stream) == text.size()) return;
  if (stream == out_ && write_error_ == 0) write_error_ = errno == 0 ? EIO : errno;
}

void Output::line(std::string_view text) {
  if (json()) return;
  write(out_, text);
  write(out_, "\n");
}

void Output::block(std::string_view text) {
  if (json()) return;
  write(out_, text);
  if (!text.empty() && text.back() != '\n') write(out_, "\n");
}

void Output::document(const nlohmann::ordered_json &document) {
  if (!json() || documented_) return;
  documented_ = true;
  write(out_, document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  write(out_, "\n");
}

void Output::note(std::string_view text) {
  if (options_.quiet) return;
  if (log_ != nullptr) return log_->event(LogLevel::Info, "note", text);
  write(err_, std::string(text) + "\n");
}

void Output::warning(std::string_view text) {
  if (log_ != nullptr) return log_->event(LogLevel::Warning, "warning", text);
  write(err_, options_.error_style.paint(Ink::Yellow, "warning:") + " " + printable_lines(text) + "\n");
}

void Output::error(const Error &error) {
  if (json()) return document(error_document(error));
  if (log_ != nullptr)
    return log_->event(LogLevel::Error, "error", error.text(),
                       {{"code", std::string(name(error.code))}, {"exit_code", std::int64_t{exit_code(error.code)}}});
  constexpr std::string_view kPrefix = "error:";
  const std::string text = error_text(error);
  write(err_, options_.error_style.paint(Ink::Red, kPrefix) + text.substr(kPrefix.size()) + "\n");
}

void Output::flush() {
  if (std::fflush(out_) != 0 && write_error_ == 0) write_error_ = errno == 0 ? EIO : errno;
}

Status Output::finish() {
  flush();
  std::fflush(err_);
  if (write_error_ == 0) return {};
  return fail(ErrorCode::NotWritable, std::string("the result could not be written to stdout: ") + std::strerror(write_error_) +
                                          ". Run the verb again with room for it.");
}

} // namespace migrator::report
