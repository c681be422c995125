#include "migrator/script/header.h"

#include <set>

#include <fmt/format.h>

#include "migrator/script/names.h"
#include "migrator/script/quoting.h"
#include "migrator/script/timestamp.h"

namespace migrator::script {

namespace {

using Unexpected = tl::unexpected<std::string>;

std::string not_an_id(std::string_view word) {
  if (is_reserved(word)) return fmt::format("`{}` is a word of targets and cannot be a revision id: choose another", word);
  if (word.find(',') != std::string_view::npos)
    return fmt::format("{} is not a revision id: separate ids by blanks, without commas", in_backquotes(word));
  return fmt::format("{} is not a revision id: use 1 to 32 of the characters A-Z, a-z, 0-9 and _", in_backquotes(word));
}

std::string not_a_label(std::string_view word) {
  if (is_reserved(word)) return fmt::format("`{}` is a word of targets and cannot be a label: choose another", word);
  if (word.find(',') != std::string_view::npos)
    return fmt::format("{} is not a label: separate labels by blanks, without commas", in_backquotes(word));
  return fmt::format("{} is not a label: leave out the characters @ - + and :", in_backquotes(word));
}

using Check = bool (*)(std::string_view) noexcept;
using Complaint = std::string (*)(std::string_view);

Read<std::vector<std::string>> read_list(std::string_view arguments, Check fits, Complaint complain) {
  std::vector<std::string> list;
  std::set<std::string_view> seen;
  for (const auto word : words(arguments)) {
    if (!fits(word)) return Unexpected(complain(word));
    if (!seen.insert(word).second) return Unexpected(fmt::format("{} is named twice: name it once", in_backquotes(word)));
    list.emplace_back(word);
  }
  return list;
}

std::string needs(DirectiveKind kind, std::string_view what, std::string_view example) {
  return fmt::format("`{}` needs {}: write `-- migrate:{} {}`, or leave the line out", name(kind), what, name(kind), example);
}

Read<void> read_into(std::vector<std::string> &target, Read<std::vector<std::string>> list) {
  if (!list) return Unexpected(std::move(list.error()));
  target = std::move(*list);
  return {};
}

Read<void> read_revision(std::string_view arguments, Script &script) {
  const auto ids = words(arguments);
  if (ids.empty()) return Unexpected("`revision` needs an id: write `-- migrate:revision ID`");
  if (!is_revision_id(ids[0])) return Unexpected(not_an_id(ids[0]));
  if (ids.size() > 1)
    return Unexpected(fmt::format("{} after the revision's id: nothing may follow it but blanks", in_backquotes(ids[1])));
  script.revision = ids[0];
  return {};
}

Read<void> read_down_revision(std::string_view arguments, Script &script) {
  if (arguments.empty())
    return Unexpected(
        "`down_revision` needs ids or `none`: write `-- migrate:down_revision none` for the first revision of a history");
  script.down_revision_given = true;
  if (arguments == "none") return {};
  for (const auto word : words(arguments)) {
    if (word == "none") return Unexpected("`none` beside other ids: write either `none` or the ids");
  }
  return read_into(script.down_revisions, read_list(arguments, is_revision_id, not_an_id));
}

} // namespace

Read<void> read_header(const Directive &directive, Script &script) {
  const auto arguments = directive.arguments;
  switch (directive.kind) {
  case DirectiveKind::Revision:
    return read_revision(arguments, script);
  case DirectiveKind::Message:
    if (arguments.empty()) return Unexpected(needs(directive.kind, "a text", "TEXT"));
    script.message = arguments;
    return {};
  case DirectiveKind::DownRevision:
    return read_down_revision(arguments, script);
  case DirectiveKind::DependsOn:
    if (arguments.empty()) return Unexpected(needs(directive.kind, "an id or a label", "ID"));
    return read_into(script.depends_on, read_list(arguments, is_label, not_a_label));
  case DirectiveKind::Labels:
    if (arguments.empty()) return Unexpected(needs(directive.kind, "a name", "NAME"));
    return read_into(script.labels, read_list(arguments, is_label, not_a_label));
  default:
    if (!is_rfc3339(arguments)) {
      if (arguments.empty()) return Unexpected(needs(directive.kind, "a time", "2026-01-31T09:30:00Z"));
      return Unexpected(fmt::format("{} is not a time: write it as RFC 3339 does, for example `2026-01-31T09:30:00Z`",
                                    in_backquotes(arguments)));
    }
    script.created = arguments;
    return {};
  }
}

} // namespace migrator::script
