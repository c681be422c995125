#include "migrator/script/checksum.h"

#include <charconv>

#include "migrator/script/sections.h"
#include "migrator/script/sha256.h"
#include "migrator/script/tokenizer.h"

namespace migrator::script {

namespace {

constexpr std::string_view kVersion = "v1:";

void add_counted(std::string &out, std::string_view bytes) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, bytes.size()).ptr;
  out.append(digits, end);
  out += ':';
  out += bytes;
  out += '\n';
}

// Writes `heading` once there is a token to write, so that a run of comments alone leaves no trace.
void add_tokens(std::string &out, std::string_view heading, std::string_view sql, Dialect dialect) {
  Tokenizer tokens(sql, dialect);
  bool headed = false;
  while (const auto token = tokens.next_significant()) {
    if (is_restrict_command(*token)) continue;
    if (!headed) out += heading;
    headed = true;
    if (token->kind == TokenKind::CopyData) out += "copy\n";
    add_counted(out, token->text);
  }
}

void add_section(std::string &out, const Section &section, Dialect dialect) {
  out += section.transaction ? "section transaction:true" : "section transaction:false";
  out += section.foreign_keys ? " foreign_keys:on\n" : " foreign_keys:off\n";
  if (section.data) {
    out += "data\n";
    add_counted(out, section.data->name);
    add_counted(out, section.data->table);
    add_counted(out, section.data->key);
  }
  for (const auto &item : section.items) {
    if (const auto *text = std::get_if<SqlText>(&item)) {
      add_tokens(out, "sql\n", text->text, dialect);
    } else {
      add_tokens(out, "assert\n", std::get<Assert>(item).query, dialect);
    }
  }
}

} // namespace

std::string canonical_form(const Script &script, Direction direction, Dialect dialect) {
  std::string out = "migrator v1 ";
  out += name(direction);
  out += '\n';
  if (direction == Direction::Up) {
    for (const auto &precondition : script.preconditions) add_tokens(out, "assert\n", precondition.query, dialect);
  } else if (script.down_irreversible) {
    out += "irreversible\n";
  }
  for (const auto *section : sections_for(script, direction, dialect)) add_section(out, *section, dialect);
  return out;
}

std::string checksum(const Script &script, Direction direction, Dialect dialect) {
  return std::string(kVersion) + sha256_hex(canonical_form(script, direction, dialect));
}

std::string statement_checksum(std::string_view sql, Dialect dialect, std::optional<std::string_view> copy_data) {
  std::string out = "migrator v1 statement\n";
  add_tokens(out, {}, sql, dialect);
  if (copy_data) {
    out += "copy\n";
    add_counted(out, *copy_data);
  }
  return std::string(kVersion) + sha256_hex(out);
}

} // namespace migrator::script
