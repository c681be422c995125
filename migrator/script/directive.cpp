#include "migrator/script/directive.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/script/quoting.h"
#include "migrator/text/ascii.h"
#include "migrator/text/nearest.h"

namespace migrator::script {

namespace {

struct NamedDirective {
  std::string_view name;
  DirectiveKind kind;
};

constexpr NamedDirective kDirectives[] = {
    {"revision", DirectiveKind::Revision},
    {"message", DirectiveKind::Message},
    {"down_revision", DirectiveKind::DownRevision},
    {"depends_on", DirectiveKind::DependsOn},
    {"labels", DirectiveKind::Labels},
    {"created", DirectiveKind::Created},
    {"up", DirectiveKind::Up},
    {"down", DirectiveKind::Down},
    {"data", DirectiveKind::Data},
    {"assert", DirectiveKind::Assert},
    {"allow", DirectiveKind::Allow},
};
constexpr std::string_view kList = "revision, message, down_revision, depends_on, labels, created, up, down, data, assert, allow";

const NamedDirective *find_directive(std::string_view name) noexcept {
  const auto *const found =
      std::find_if(std::begin(kDirectives), std::end(kDirectives), [&](const auto &known) { return known.name == name; });
  return found == std::end(kDirectives) ? nullptr : found;
}

std::string unknown(std::string_view name) {
  if (name == "repeatable" || name == "replaces") {
    return fmt::format("{} is reserved for a later version of migrator: remove the line", in_backquotes(name));
  }
  const auto meant = text::nearest(
      name, {"revision", "message", "down_revision", "depends_on", "labels", "created", "up", "down", "data", "assert", "allow"});
  if (!meant.empty()) return fmt::format("unknown directive {}: did you mean `{}`?", in_backquotes(name), meant);
  return fmt::format("unknown directive {}: the directives are {}", in_backquotes(name), kList);
}

std::string_view without_leading_blanks(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

std::string_view first_word(std::string_view text) noexcept {
  return text.substr(0, text.find_first_of(" \t"));
}

} // namespace

std::string_view name(DirectiveKind kind) noexcept {
  return kDirectives[static_cast<std::size_t>(kind)].name;
}

bool is_header(DirectiveKind kind) noexcept {
  return kind <= DirectiveKind::Created;
}

std::string_view trimmed(std::string_view text) noexcept {
  text = without_leading_blanks(text);
  return text.substr(0, text.find_last_not_of(" \t") + 1); // npos + 1 is 0
}

Read<Directive> read_directive(std::string_view line) {
  for (const char c : line) {
    if (c == '\r') return tl::unexpected<std::string>("a carriage return inside a directive: end every line with LF or CRLF");
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F') {
      return tl::unexpected(fmt::format("control character U+{:04X} in a directive: remove it", static_cast<unsigned>(c)));
    }
  }
  const auto rest = line.substr(kDirectivePrefix.size());
  const auto typed = first_word(rest);
  if (typed.empty()) {
    const auto after_blanks = first_word(without_leading_blanks(rest));
    if (find_directive(after_blanks) != nullptr) {
      return tl::unexpected(
          fmt::format("a blank between `-- migrate:` and `{}`: write `-- migrate:{}`", after_blanks, after_blanks));
    }
    return tl::unexpected(fmt::format("`-- migrate:` without a directive: the directives are {}", kList));
  }
  const auto *const known = find_directive(typed);
  if (known == nullptr) return tl::unexpected(unknown(typed));
  return Directive{known->kind, trimmed(rest.substr(typed.size()))};
}

std::optional<std::string> near_miss(std::string_view line) {
  constexpr std::string_view kKeyword = "migrate";
  if (line.substr(0, 2) != "--") return std::nullopt;
  auto rest = without_leading_blanks(line.substr(2));
  if (rest.size() <= kKeyword.size() || text::lower(rest.substr(0, kKeyword.size())) != kKeyword) return std::nullopt;
  rest = without_leading_blanks(rest.substr(kKeyword.size()));
  if (rest.empty() || rest.front() != ':') return std::nullopt;
  rest = without_leading_blanks(rest.substr(1));
  const auto *const meant = find_directive(text::lower(rest.substr(0, rest.find_first_of(" \t\r"))));
  if (meant == nullptr) return std::nullopt;
  return fmt::format("{} is not a directive: write `-- migrate:{}`, or indent the line if it is meant as a comment",
                     in_backquotes(line.substr(0, line.size() - rest.size() + meant->name.size())), meant->name);
}

std::vector<std::string_view> words(std::string_view arguments) {
  std::vector<std::string_view> found;
  std::size_t i = 0;
  while (i < arguments.size()) {
    if (arguments[i] == ' ' || arguments[i] == '\t') {
      ++i;
      continue;
    }
    const std::size_t from = i;
    bool in_quotes = false;
    while (i < arguments.size() && (in_quotes || (arguments[i] != ' ' && arguments[i] != '\t'))) {
      if (arguments[i] == '"') in_quotes = !in_quotes;
      ++i;
    }
    found.push_back(arguments.substr(from, i - from));
  }
  return found;
}

} // namespace migrator::script
