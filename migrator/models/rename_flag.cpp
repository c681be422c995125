#include "migrator/models/rename_flag.h"

#include <algorithm>
#include <cctype>

#include "migrator/config/suggestion.h"

namespace migrator::models {

namespace {

constexpr std::size_t kLongestPath = 3;

// Reads one name from `at` on; false: none, or quotes that do not close.
bool read_name(const std::string &text, std::size_t &at, std::string &name) {
  if (at >= text.size() || text[at] != '"') {
    const std::size_t end = std::min(text.find_first_of(".:", at), text.size());
    name = text.substr(at, end - at);
    at = end;
    return !name.empty();
  }
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') {
      ++at;
      if (at >= text.size() || text[at] != '"') return !name.empty();
    }
    name += text[at];
  }
  return false;
}

bool read_path(const std::string &text, std::size_t &at, std::vector<std::string> &path) {
  while (path.size() < kLongestPath) {
    path.emplace_back();
    if (!read_name(text, at, path.back())) return false;
    if (at >= text.size() || text[at] != '.') return true;
    ++at;
  }
  return false;
}

std::string written(const std::string &name) {
  if (name.find_first_of(".:\"") == std::string::npos) return name;
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string for_a_shell(const std::string &text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || c == '_' || c == '.' || c == ':' || c == '-';
  });
  if (plain) return text;
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? "'\\''" : std::string(1, c);
  return safe + "'";
}

} // namespace

Result<RenameFlag> parsed_rename(const std::string &text) {
  RenameFlag flag;
  std::size_t at = 0;
  const bool whole = read_path(text, at, flag.old) && at < text.size() && text[at++] == ':' && read_path(text, at, flag.now) &&
                     at == text.size();
  if (!whole)
    return fail(ErrorCode::Usage, config::in_quotes(text) +
                                      " is no rename. Write --rename old:new for a table, --rename table.old:new for a column, "
                                      "with the schema before them where it is not the usual one; names with dots, colons or "
                                      "quotes stand in double quotes.");
  return flag;
}

std::string rename_text(const schema::ObjectId &from, const std::string &now, const std::string &own_schema) {
  std::string path = from.schema.empty() || from.schema == own_schema ? "" : written(from.schema) + ".";
  if (!from.relation.empty()) path += written(from.relation) + ".";
  return for_a_shell(path + written(from.name) + ":" + written(now));
}

} // namespace migrator::models
