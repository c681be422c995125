// See question.h.
#include "migrator/report/question.h"

#include <string>

#include <unistd.h>

#include "migrator/text/ascii.h"

namespace migrator::report {

bool means_yes(std::string_view answer) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = answer.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return false;
  const std::string word = text::lower(answer.substr(first, answer.find_last_not_of(kBlanks) - first + 1));
  return word == "y" || word == "yes";
}

bool can_ask(std::FILE *in, std::FILE *err) {
  return ::isatty(::fileno(in)) == 1 && ::isatty(::fileno(err)) == 1;
}

namespace {

bool answered(std::string_view question, const char *end, std::FILE *in, std::FILE *err) {
  std::fprintf(err, "%.*s %s? [y/N] ", static_cast<int>(question.size()), question.data(), end);
  std::fflush(err);
  std::string answer;
  for (int c = std::fgetc(in); c != EOF && c != '\n'; c = std::fgetc(in))
    if (answer.size() < 64) answer += static_cast<char>(c);
  return means_yes(answer);
}

} // namespace

bool ask(std::string_view question, bool yes, std::FILE *in, std::FILE *err) {
  return yes || (can_ask(in, err) && answered(question, "Is it so", in, err));
}

Status confirm(std::string_view question, bool yes, std::FILE *in, std::FILE *err) {
  if (yes || !can_ask(in, err)) return {};
  if (answered(question, "Go on", in, err)) return {};
  return fail(ErrorCode::Usage, "not confirmed, so nothing was done. Answer yes, or give --yes.");
}

} // namespace migrator::report
