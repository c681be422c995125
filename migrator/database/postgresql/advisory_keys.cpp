// See advisory_keys.h.
#include "migrator/database/postgresql/advisory_keys.h"

#include <bit>
#include <cctype>

#include <fmt/format.h>

namespace migrator::database::postgresql {

namespace {

std::int64_t key_of(std::string_view kind, std::string_view schema, std::string_view table) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (const char c : kind) add(static_cast<unsigned char>(c));
  add(0);
  for (const char c : schema) add(static_cast<unsigned char>(c));
  add(0);
  for (const char c : table) add(static_cast<unsigned char>(c));
  return std::bit_cast<std::int64_t>(hash);
}

constexpr std::string_view kMark = "/* migrator who=";
constexpr std::string_view kRun = " run=";
constexpr std::string_view kMarkEnd = " */";

// Letters, digits and . _ : - stay; anything else is %XX, so that no text can end the comment.
std::string encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || c == '.' || c == '_' || c == ':' || c == '-');
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    decoded += escaped ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
    if (escaped) i += 2;
  }
  return decoded;
}

} // namespace

AdvisoryKeys advisory_keys(std::string_view schema, std::string_view table) {
  return {key_of("migrator database", "", ""), key_of("migrator history", schema, table),
          key_of("migrator worker", schema, table)};
}

std::string in_pg_locks(std::int64_t key) {
  const auto bits = std::bit_cast<std::uint64_t>(key);
  return fmt::format("l.classid = {} AND l.objid = {} AND l.objsubid = 1", bits >> 32U, bits & 0xffffffffULL);
}

std::string holder_mark(std::string_view who, std::string_view run_id) {
  return fmt::format("{}{}{}{}{} ", kMark, encode(who), kRun, encode(run_id), kMarkEnd);
}

LockHolder read_holder(std::string_view query, std::string_view application_name, std::string_view role, std::string_view pid,
                       std::string_view since) {
  LockHolder holder;
  holder.since = since;
  const auto end = query.find(kMarkEnd);
  const auto run = query.find(kRun);
  if (query.substr(0, kMark.size()) == kMark && end != std::string_view::npos && run < end) {
    holder.who = decode(query.substr(kMark.size(), run - kMark.size()));
    holder.run_id = decode(query.substr(run + kRun.size(), end - run - kRun.size()));
  }
  if (holder.who.empty()) holder.who = application_name;
  if (holder.who.empty()) holder.who = fmt::format("a session of role {}", role);
  holder.who += fmt::format(" (pid {})", pid);
  return holder;
}

} // namespace migrator::database::postgresql
