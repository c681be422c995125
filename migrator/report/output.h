// The one place that writes to stdout, and the run's words on stderr. stdout holds results: lines of text, or with --output json one
// document; everything else goes to stderr. Decides nothing about what is said.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "migrator/error/error.h"
#include "migrator/report/log.h"
#include "migrator/report/options.h"
#include "migrator/report/style.h"

namespace migrator::report {

struct OutputOptions {
  OutputFormat format = OutputFormat::Text;
  bool quiet = false;
  bool terminal = false;       // stdout is one: results may be drawn for people
  bool error_terminal = false; // stderr is one
  Style style;                 // of stdout
  Style error_style;           // of stderr
};

// What the environment and the two streams allow. Colour: --color, else NO_COLOR and TERM=dumb switch it off, else where there is a
// terminal. Unicode: LC_ALL, LC_CTYPE or LANG, the first that is set, names UTF-8.
OutputOptions detect_output(OutputFormat format, bool quiet, ColorMode color, std::FILE *out = stdout, std::FILE *err = stderr);

// Borrows the streams. Not thread-safe. Text from files and databases must have been through printable() before it comes here.
class Output {
public:
  explicit Output(OutputOptions options, std::FILE *out = stdout, std::FILE *err = stderr)
      : options_(options), out_(out), err_(err) {}
  Output(const Output &) = delete;
  Output &operator=(const Output &) = delete;

  // With --log-format json: what goes to stderr is an event of this log from now on, which must outlive the Output.
  void log_to(Log &log) { log_ = &log; }

  const OutputOptions &options() const noexcept { return options_; }
  bool json() const noexcept { return options_.format == OutputFormat::Json; }

  // A line of the result. Nothing with --output json.
  void line(std::string_view text);
  // Several lines as they are, whose last ends with a line end or not. Nothing with --output json.
  void block(std::string_view text);
  // The result with --output json, on a line of its own; nothing otherwise. Bytes that are not UTF-8 are replaced. At most once a run.
  void document(const nlohmann::ordered_json &document);

  // On stderr: what happens on the way (silent with --quiet) and what should not be overlooked.
  void note(std::string_view text);
  void warning(std::string_view text);
  // Text: on stderr. JSON: the error's document on stdout, unless the verb's own document, which then holds the error, was written.
  void error(const Error &error);

  // Lets what was written so far be seen now.
  void flush();
  // At the end of a run: writes out what is buffered. NotWritable: stdout could not take everything (a full disk, a reader that went away).
  Status finish();

private:
  void write(std::FILE *stream, std::string_view text);

  OutputOptions options_;
  std::FILE *out_;
  std::FILE *err_;
  Log *log_ = nullptr; // stderr is its, if set
  bool documented_ = false;
  int write_error_ = 0; // errno of the first failed write to out_; 0: none
};

} // namespace migrator::report
