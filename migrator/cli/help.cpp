// See help.h.
#include "migrator/cli/help.h"

#include <algorithm>

#include <fmt/format.h>

namespace migrator::cli {

namespace {

constexpr std::size_t kFlagColumn = 34;
constexpr std::size_t kWidth = 100;

// Breaks a text at blanks so that no line is wider than kWidth; each line after the first starts with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = end - at;
    if (column > indent && column + 1 + length > kWidth) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += text.substr(at, length);
    column += length;
    at = end + 1;
  }
  return lines;
}

std::string flag_line(const Flag &flag) {
  const std::string_view shorter = short_name(flag);
  std::string names = shorter.empty() ? "    " : std::string(shorter) + ", ";
  names += long_name(flag);
  if (!flag.value.empty()) names += " " + std::string(flag.value);
  std::string line = "  " + names;
  if (line.size() + 2 > kFlagColumn)
    line += "\n" + std::string(kFlagColumn, ' ');
  else
    line.resize(kFlagColumn, ' ');
  return line + wrapped(flag.help, kFlagColumn) + "\n";
}

} // namespace

std::string overview() {
  std::string text = "migrator moves the schema of a database in revisions, written in plain SQL.\n\n"
                     "usage: migrator VERB [arguments] [flags]\n\nverbs:\n";
  for (const Verb &verb : verbs()) text += fmt::format("  {:<16}{}\n", verb.name, verb.summary);
  text += "\nflags of every verb:\n";
  for (const Flag &flag : global_flags()) text += flag_line(flag);
  return text + "\n\"migrator VERB --help\" explains a verb. Start with \"migrator init\".\n";
}

std::string help(const Verb &verb) {
  std::string text = fmt::format("migrator {}: {}\n\nusage: migrator {}{}{} [flags]\n\n{}\n", verb.name, verb.summary, verb.name,
                                 verb.arguments.empty() ? "" : " ", verb.arguments, wrapped(verb.description, 0));
  if (!verb.flags.empty()) {
    text += "\nflags:\n";
    for (const auto &group : verb.flags)
      for (const Flag &flag : group) text += flag_line(flag);
  }
  text += "\nflags of every verb:\n";
  for (const Flag &flag : global_flags()) text += flag_line(flag);
  text += "\nexamples:\n";
  std::size_t widest = 0;
  for (const Example &example : verb.examples) widest = std::max(widest, example.command.size());
  for (const Example &example : verb.examples)
    text += fmt::format("  $ {:<{}}  # {}\n", example.command, widest, example.meaning);
  std::vector<int> codes = verb.exit_codes;
  codes.insert(codes.end(), {0, 2, 70});
  std::sort(codes.begin(), codes.end());
  text += "\nexit codes:\n";
  for (const int code : codes) text += fmt::format("  {:>3}  {}\n", code, exit_code_meaning(code));
  return text;
}

} // namespace migrator::cli
