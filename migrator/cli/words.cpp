// See words.h.
#include "migrator/cli/words.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "migrator/config/suggestion.h"

namespace migrator::cli {

namespace {

struct KnownFlag {
  const Flag *flag;
  CLI::Option *option;
};

bool is_flag(const std::string &word) {
  return word.size() > 1 && word.front() == '-' && !(word[1] >= '0' && word[1] <= '9');
}

// The flag's name alone: what follows "=" may be a secret, and so may whatever does not look like a flag at all.
std::string flag_name(const std::string &word) {
  const std::string name = word.substr(0, word.find('='));
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return c == '-' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  return plain && name.size() <= 40 ? name : std::string();
}

std::string see_help(const Verb *verb) {
  return verb == nullptr ? " Run \"migrator --help\" for the flags."
                         : " Run \"migrator " + std::string(verb->name) + " --help\" for its flags.";
}

tl::unexpected<Error> unknown_flag(const Verb *verb, const std::string &word, const std::vector<KnownFlag> &known) {
  const std::string name = flag_name(word);
  std::string message = "unknown flag" + (name.empty() ? std::string() : " " + config::in_quotes(name));
  if (verb != nullptr) message += " for " + std::string(verb->name);
  message += ".";
  std::vector<std::string_view> names;
  for (const KnownFlag &row : known) names.push_back(long_name(*row.flag));
  const std::string near = name.size() > 2 ? config::did_you_mean(name, names) : std::string();
  return fail(ErrorCode::Usage, message + (near.empty() ? see_help(verb) : near));
}

Status check(const KnownFlag &row, const std::vector<std::string> &values) {
  const std::string name(long_name(*row.flag));
  if (row.flag->value.empty()) {
    const bool given_a_value =
        std::any_of(values.begin(), values.end(), [](const std::string &value) { return value != "true"; });
    if (given_a_value) return fail(ErrorCode::Usage, config::in_quotes(name) + " takes no value. Write it alone.");
    return {};
  }
  if (values.size() > 1 && !row.flag->repeatable)
    return fail(ErrorCode::Usage, config::in_quotes(name) + " is given more than once. Keep one of them.");
  for (const std::string &value : values) {
    if (value.empty()) return fail(ErrorCode::Usage, config::in_quotes(name) + " is given an empty value.");
    if (row.flag->choices.empty()) continue;
    const std::string padded = " " + std::string(row.flag->choices) + " ";
    if (value.find(' ') != std::string::npos || padded.find(" " + value + " ") == std::string::npos)
      return fail(ErrorCode::Usage, config::in_quotes(name) + " cannot be " + config::in_quotes(value) +
                                        ". It is one of: " + std::string(row.flag->choices) + ".");
  }
  return {};
}

std::vector<KnownFlag> declare(CLI::App &app, const Verb *verb) {
  std::vector<KnownFlag> known;
  const auto add = [&](const Flag &flag) {
    CLI::Option *option = nullptr;
    if (flag.value.empty())
      option = app.add_flag(std::string(flag.names));
    else
      option = app.add_option(std::string(flag.names), [](const CLI::results_t &) { return true; })->expected(1);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    known.push_back({&flag, option});
  };
  if (verb != nullptr)
    for (const auto &group : verb->flags)
      for (const Flag &flag : group) add(flag);
  for (const Flag &flag : global_flags()) add(flag);
  return known;
}

} // namespace

std::string Words::value(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() || found->second.empty() ? std::string() : found->second.front();
}

std::vector<std::string> Words::values(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::vector<std::string>() : found->second;
}

Result<Words> read_words(const Verb *verb, const std::vector<std::string> &arguments) {
  // The library parses what stands before "--" only: it would not say afterwards on which side a word stood.
  const auto end_of_flags = std::find(arguments.begin(), arguments.end(), "--");
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  const std::vector<KnownFlag> known = declare(app, verb);
  try {
    app.parse(std::vector<std::string>(std::make_reverse_iterator(end_of_flags), arguments.rend()));
  } catch (const CLI::ParseError &) {
    // With every policy set to take all, the last flag lacking its value is the one way to fail.
    return fail(ErrorCode::Usage, config::in_quotes(flag_name(*std::prev(end_of_flags))) + " needs a value." + see_help(verb));
  }
  Words words;
  for (const std::string &word : app.remaining()) {
    if (is_flag(word)) return unknown_flag(verb, word, known);
    words.alone.push_back(word);
  }
  if (end_of_flags != arguments.end()) words.alone.insert(words.alone.end(), std::next(end_of_flags), arguments.end());
  for (const KnownFlag &row : known) {
    if (row.option->count() == 0) continue;
    const std::vector<std::string> &values = row.option->results();
    if (Status fine = check(row, values); !fine) return fail(std::move(fine.error()));
    words.flags[long_name(*row.flag)] = values;
  }
  return words;
}

} // namespace migrator::cli
