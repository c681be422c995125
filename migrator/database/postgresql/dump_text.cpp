// See dump_text.h.
#include "migrator/database/postgresql/dump_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "migrator/script/sha256.h"

namespace migrator::database::postgresql {

namespace {

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Reads "-- Name: a; Type: b; Schema: c; Owner: d"; a name may hold anything, so the marks are looked for from the end.
std::optional<DumpEntry> entry_of(std::string_view line) {
  constexpr std::string_view kName = "-- Name: ";
  constexpr std::string_view kType = "; Type: ";
  constexpr std::string_view kSchema = "; Schema: ";
  constexpr std::string_view kOwner = "; Owner: ";
  if (!starts_with(line, kName)) return std::nullopt;
  const auto owner = line.rfind(kOwner);
  if (owner == std::string_view::npos) return std::nullopt;
  const auto schema = line.substr(0, owner).rfind(kSchema);
  if (schema == std::string_view::npos) return std::nullopt;
  const auto type = line.substr(0, schema).rfind(kType);
  if (type == std::string_view::npos) return std::nullopt;
  const auto between = [line](std::size_t from, std::size_t to) { return std::string(line.substr(from, to - from)); };
  DumpEntry entry;
  entry.name = between(kName.size(), type);
  entry.type = between(type + kType.size(), schema);
  entry.schema = between(schema + kSchema.size(), owner);
  entry.owner = std::string(line.substr(owner + kOwner.size()));
  return entry;
}

// What stands between "SET name = " and ";".
std::optional<std::string> setting(std::string_view line, std::string_view before) {
  if (!starts_with(line, before) || !ends_with(line, ";")) return std::nullopt;
  std::string value(line.substr(before.size(), line.size() - before.size() - 1));
  return value == "''" ? "" : value;
}

bool is_noise(std::string_view line) {
  return line.empty() || line == "--" || starts_with(line, "\\restrict ") || starts_with(line, "\\unrestrict ") ||
         starts_with(line, "-- PostgreSQL database dump complete") || starts_with(line, "SET default_table_access_method = ") ||
         starts_with(line, "-- Completed on ");
}

bool has_tablespace(const DumpEntry &entry) {
  constexpr std::array<std::string_view, 4> kThere{"TABLE", "INDEX", "MATERIALIZED VIEW", "CONSTRAINT"};
  return std::find(kThere.begin(), kThere.end(), entry.type) != kThere.end();
}

// Lines of an ACL come in the order in which rights were given, which is no difference.
std::string in_order(const std::string &text) {
  std::vector<std::string_view> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto to = std::min(text.find('\n', from), text.size());
    lines.push_back(std::string_view(text).substr(from, to - from));
    from = to + 1;
  }
  std::sort(lines.begin(), lines.end());
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string full_name(const DumpEntry &entry) {
  const std::string in_schema = entry.schema == "-" ? entry.name : entry.schema + "." + entry.name;
  return entry.type + " " + in_schema;
}

// "42, true" of "SELECT pg_catalog.setval('public.s', 42, true);"; empty if it is no such text.
std::string sequence_state(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!ends_with(text, ");")) return {};
  const auto quote = text.rfind("', ");
  if (quote == std::string_view::npos) return {};
  return std::string(text.substr(quote + 3, text.size() - quote - 5));
}

// Past the end of a quoted piece that begins at `at`; the quote itself may be doubled.
std::size_t past_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] != quote) continue;
    if (at + 1 < text.size() && text[at + 1] == quote) {
      ++at;
      continue;
    }
    return at + 1;
  }
  return text.size();
}

// The elements of "ARRAY[…]" whose "[" is at `open`, by the commas of their own level; `close` becomes the place of the "]". Empty if
// it never ends.
std::vector<std::string> elements(std::string_view text, std::size_t open, std::size_t &close) {
  std::vector<std::string> found;
  int depth = 0;
  std::size_t from = open + 1;
  for (std::size_t at = open; at < text.size();) {
    const char c = text[at];
    if (c == '\'' || c == '"') {
      at = past_quoted(text, at);
      continue;
    }
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (depth == 0 || (depth == 1 && c == ',')) {
      found.emplace_back(text.substr(from, at - from));
      from = at + (c == ',' && at + 1 < text.size() && text[at + 1] == ' ' ? 2 : 1);
    }
    if (depth == 0) {
      close = at;
      return found;
    }
    ++at;
  }
  return {};
}

// The role whose name begins at `at`, without its quotes; empty for PUBLIC.
std::string role_at(std::string_view line, std::size_t at) {
  std::string role;
  if (at < line.size() && line[at] == '"') {
    const auto end = past_quoted(line, at);
    for (std::size_t i = at + 1; i + 1 < end; ++i) {
      role += line[i];
      if (line[i] == '"') ++i;
    }
    return role;
  }
  role = std::string(line.substr(at, std::min(line.find_first_of(" ;\n", at), line.size()) - at));
  return role == "PUBLIC" ? "" : role;
}

bool is_type_character(char c) {
  return c == '_' || c == '.' || c == '"' || c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

} // namespace

void DumpReader::take(std::string_view piece) {
  rest_.append(piece);
  std::size_t from = 0;
  for (auto to = rest_.find('\n'); to != std::string::npos; to = rest_.find('\n', from)) {
    line(std::string_view(rest_).substr(from, to - from));
    from = to + 1;
  }
  rest_.erase(0, from);
}

std::vector<DumpEntry> DumpReader::finish() {
  if (!rest_.empty()) line(rest_);
  rest_.clear();
  tablespace_.clear();
  return std::exchange(entries_, {});
}

// A comment of pg_dump's own has a bare "--" before it; a function's text may hold lines that look like one.
void DumpReader::line(std::string_view line) {
  const bool after_mark = std::exchange(after_mark_, line == "--");
  if (auto entry = after_mark ? entry_of(line) : std::nullopt) {
    entries_.push_back(std::move(*entry));
    if (has_tablespace(entries_.back())) entries_.back().tablespace = tablespace_;
    return;
  }
  if (is_noise(line)) return;
  if (const auto tablespace = setting(line, "SET default_tablespace = ")) {
    tablespace_ = *tablespace;
    return;
  }
  if (entries_.empty()) return; // the settings at its head
  DumpEntry &entry = entries_.back();
  if (starts_with(line, "ALTER ") && ends_with(line, ";") && line.find(" OWNER TO ") != std::string_view::npos)
    entry.owners.emplace_back(line);
  else
    entry.text.append(line).append("\n");
}

bool is_compared_by_text(const DumpEntry &entry) {
  return entry.type.rfind("BLOB", 0) != 0 && entry.name.rfind("LARGE OBJECT", 0) != 0;
}

std::string as_read_again(std::string_view definition) {
  constexpr std::string_view kBegin = "(ARRAY[";
  std::string text(definition);
  for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
    std::size_t close = 0;
    const auto parts = elements(text, at + kBegin.size() - 1, close);
    constexpr std::string_view kCast = "])::";
    if (parts.empty() || text.compare(close, kCast.size(), kCast) != 0) continue;
    auto end = close + kCast.size();
    while (end < text.size() && is_type_character(text[end])) ++end;
    if (text.compare(end, 2, "[]") != 0) continue;
    const std::string type = text.substr(close + kCast.size(), end - close - kCast.size());
    std::string again = "ARRAY[";
    for (std::size_t i = 0; i < parts.size(); ++i) again += fmt::format("{}({})::{}", i > 0 ? ", " : "", parts[i], type);
    text.replace(at, end + 2 - at, again + "]");
  }
  return text;
}

std::string sequence_hash(std::string_view last_value, bool is_called) {
  return script::sha256_hex(fmt::format("{}, {}", last_value, is_called));
}

std::vector<ContentEntry> entries_of(const std::vector<DumpEntry> &dump) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> texts;
  for (const DumpEntry &entry : dump) {
    if (!is_compared_by_text(entry)) continue;
    if (entry.type == "SEQUENCE SET") {
      texts[{"rows", fmt::format("SEQUENCE {}.{}", entry.schema, entry.name)}].push_back(sequence_state(entry.text));
      continue;
    }
    const std::string name = full_name(entry);
    const bool unordered = entry.type == "ACL" || entry.type == "DEFAULT ACL";
    texts[{"definition", name}].push_back(unordered ? in_order(entry.text) : as_read_again(entry.text));
    for (const std::string &owner : entry.owners) texts[{"definition", "OWNER OF " + name}].push_back(owner);
    if (!entry.tablespace.empty()) texts[{"definition", "TABLESPACE OF " + name}].push_back(entry.tablespace);
  }
  std::vector<ContentEntry> entries;
  for (auto &[key, parts] : texts) {
    std::sort(parts.begin(), parts.end());
    ContentEntry entry;
    std::tie(entry.kind, entry.name) = key;
    entry.hash = script::sha256_hex(fmt::format("{}", fmt::join(parts, "\n")));
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool is_about_roles(const ContentEntry &entry) {
  if (entry.kind != "definition") return false;
  for (const std::string_view kind : {"OWNER OF ", "TABLESPACE OF ", "ACL ", "DEFAULT ACL "})
    if (starts_with(entry.name, kind)) return true;
  return false;
}

std::set<std::string> owners_in(const std::vector<DumpEntry> &dump) {
  std::set<std::string> owners;
  for (const DumpEntry &entry : dump)
    if (!entry.owner.empty() && entry.owner != "-" && entry.type != "COMMENT") owners.insert(entry.owner);
  return owners;
}

std::set<std::string> roles_in(const std::vector<DumpEntry> &dump) {
  std::set<std::string> roles = owners_in(dump);
  for (const DumpEntry &entry : dump) {
    if (entry.type != "ACL" && entry.type != "DEFAULT ACL") continue;
    for (std::size_t from = 0; from < entry.text.size();) {
      const auto to = std::min(entry.text.find('\n', from), entry.text.size());
      const std::string_view line = std::string_view(entry.text).substr(from, to - from);
      from = to + 1;
      for (const std::string_view mark : {" TO ", " FROM ", " FOR ROLE ", "SET SESSION AUTHORIZATION "})
        if (const auto at = line.rfind(mark); at != std::string_view::npos) roles.insert(role_at(line, at + mark.size()));
    }
  }
  roles.erase("");
  roles.erase("DEFAULT");
  return roles;
}

std::string database_options_in(std::string_view text) {
  constexpr std::string_view kWith = " WITH TEMPLATE = ";
  std::string fallback = "TEMPLATE = template0";
  const auto create = text.find("\nCREATE DATABASE ");
  if (create == std::string_view::npos) return fallback;
  const auto end = text.find(";\n", create);
  const auto with = text.substr(0, end).rfind(kWith);
  if (end == std::string_view::npos || with == std::string_view::npos || with < create) return fallback;
  std::string options(text.substr(with + 6, end - with - 6));
  if (const auto tablespace = options.rfind(" TABLESPACE = "); tablespace != std::string::npos) options.erase(tablespace);
  return options;
}

std::vector<ListedEntry> read_list(std::string_view list) {
  // A type is told from what follows it only by being known; the longest counts, which stands last.
  constexpr std::array<std::string_view, 6> kOfSeveralWords{"TABLE DATA",   "MATERIALIZED VIEW", "MATERIALIZED VIEW DATA",
                                                            "SEQUENCE SET", "DEFAULT ACL",       "EVENT TRIGGER"};
  std::vector<ListedEntry> entries;
  for (std::size_t from = 0; from < list.size();) {
    const auto to = std::min(list.find('\n', from), list.size());
    const std::string_view line = list.substr(from, to - from);
    from = to + 1;
    if (line.empty() || line.front() == ';') continue;
    // "215; 1259 16389 TABLE public orders anna"
    std::size_t at = line.find("; ");
    if (at == std::string_view::npos) continue;
    at = line.find(' ', at + 2);
    if (at != std::string_view::npos) at = line.find(' ', at + 1);
    if (at == std::string_view::npos) continue;
    const std::string_view what = line.substr(at + 1);
    std::size_t length = std::min(what.find(' '), what.size());
    for (const std::string_view several : kOfSeveralWords)
      if (starts_with(what, several) && (what.size() == several.size() || what[several.size()] == ' ')) length = several.size();
    ListedEntry entry{std::string(line), std::string(what.substr(0, length)), {}};
    if (length + 1 < what.size()) entry.rest = what.substr(length + 1);
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool is_event_trigger(const ListedEntry &entry) {
  return entry.type == "EVENT TRIGGER" || starts_with(entry.rest, "- EVENT TRIGGER ");
}

// The head of the text: comments, \restrict, BEGIN; and settings.
void RestoreFilter::header_line(std::string_view line, std::string &out) {
  constexpr int kFirstWithTransactionTimeout = 170000;
  const std::string_view bare = line.substr(0, line.size() - 1);
  if (bare == "BEGIN;") return;
  if (starts_with(bare, "SET transaction_timeout") && server_version_ < kFirstWithTransactionTimeout) return;
  const bool still = bare.empty() || starts_with(bare, "--") || starts_with(bare, "\\") || starts_with(bare, "SET ") ||
                     starts_with(bare, "SELECT pg_catalog.set_config(");
  if (!still || starts_with(bare, "-- Name: ") || starts_with(bare, "-- Data for Name: ")) in_header_ = false;
  out.append(line);
}

std::string RestoreFilter::take(std::string_view piece) {
  held_.append(piece);
  std::string out;
  while (in_header_) {
    const auto end = held_.find('\n');
    if (end == std::string::npos) return out;
    if (held_.compare(0, end + 1, "COMMIT;\n") == 0) { // of an archive that holds nothing
      held_.insert(0, "\n");
      in_header_ = false;
      break;
    }
    header_line(std::string_view(held_).substr(0, end + 1), out);
    held_.erase(0, end + 1);
  }
  // All may go but the last line that reads COMMIT; with what follows it: at the end of the text it is pg_restore's own.
  constexpr std::string_view kCommit = "\nCOMMIT;\n";
  constexpr std::size_t kLongestTail = 4096; // of comments and \unrestrict after it
  const auto commit = held_.rfind(kCommit);
  std::size_t keep = std::min(held_.size(), kCommit.size());
  if (commit != std::string::npos && held_.size() - commit < kLongestTail) keep = held_.size() - commit;
  out.append(held_, 0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return out;
}

std::optional<std::string> RestoreFilter::finish() {
  constexpr std::string_view kCommit = "COMMIT;\n";
  const auto at = held_.rfind("\nCOMMIT;\n");
  if (in_header_ || at == std::string::npos) return std::nullopt;
  std::string rest = held_;
  rest.erase(at + 1, kCommit.size());
  for (std::size_t from = at + 1; from < rest.size();) {
    const auto to = std::min(rest.find('\n', from), rest.size());
    const auto line = std::string_view(rest).substr(from, to - from);
    if (!line.empty() && !starts_with(line, "--") && !starts_with(line, "\\unrestrict ")) return std::nullopt;
    from = to + 1;
  }
  held_.clear();
  return rest;
}

} // namespace migrator::database::postgresql
