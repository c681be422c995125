// See names.h.
#include "migrator/schema/postgresql/names.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace migrator::schema::postgresql {

namespace {

// Words that cannot be any name without quotes: those of PostgreSQL 13 to 17 that are not "unreserved".
constexpr std::array<std::string_view, 164> kWords = {"all",
                                                      "analyse",
                                                      "analyze",
                                                      "and",
                                                      "any",
                                                      "array",
                                                      "as",
                                                      "asc",
                                                      "asymmetric",
                                                      "authorization",
                                                      "between",
                                                      "bigint",
                                                      "binary",
                                                      "bit",
                                                      "boolean",
                                                      "both",
                                                      "case",
                                                      "cast",
                                                      "char",
                                                      "character",
                                                      "check",
                                                      "coalesce",
                                                      "collate",
                                                      "collation",
                                                      "column",
                                                      "concurrently",
                                                      "constraint",
                                                      "create",
                                                      "cross",
                                                      "current_catalog",
                                                      "current_date",
                                                      "current_role",
                                                      "current_schema",
                                                      "current_time",
                                                      "current_timestamp",
                                                      "current_user",
                                                      "dec",
                                                      "decimal",
                                                      "default",
                                                      "deferrable",
                                                      "desc",
                                                      "distinct",
                                                      "do",
                                                      "else",
                                                      "end",
                                                      "except",
                                                      "exists",
                                                      "extract",
                                                      "false",
                                                      "fetch",
                                                      "float",
                                                      "for",
                                                      "foreign",
                                                      "freeze",
                                                      "from",
                                                      "full",
                                                      "grant",
                                                      "greatest",
                                                      "group",
                                                      "grouping",
                                                      "having",
                                                      "ilike",
                                                      "in",
                                                      "initially",
                                                      "inner",
                                                      "inout",
                                                      "int",
                                                      "integer",
                                                      "intersect",
                                                      "interval",
                                                      "into",
                                                      "is",
                                                      "isnull",
                                                      "join",
                                                      "json",
                                                      "json_array",
                                                      "json_arrayagg",
                                                      "json_exists",
                                                      "json_object",
                                                      "json_objectagg",
                                                      "json_query",
                                                      "json_scalar",
                                                      "json_serialize",
                                                      "json_table",
                                                      "json_value",
                                                      "lateral",
                                                      "leading",
                                                      "least",
                                                      "left",
                                                      "like",
                                                      "limit",
                                                      "localtime",
                                                      "localtimestamp",
                                                      "merge_action",
                                                      "national",
                                                      "natural",
                                                      "nchar",
                                                      "none",
                                                      "normalize",
                                                      "not",
                                                      "notnull",
                                                      "null",
                                                      "nullif",
                                                      "numeric",
                                                      "offset",
                                                      "on",
                                                      "only",
                                                      "or",
                                                      "order",
                                                      "out",
                                                      "outer",
                                                      "overlaps",
                                                      "overlay",
                                                      "placing",
                                                      "position",
                                                      "precision",
                                                      "primary",
                                                      "real",
                                                      "references",
                                                      "returning",
                                                      "right",
                                                      "row",
                                                      "select",
                                                      "session_user",
                                                      "setof",
                                                      "similar",
                                                      "smallint",
                                                      "some",
                                                      "substring",
                                                      "symmetric",
                                                      "system_user",
                                                      "table",
                                                      "tablesample",
                                                      "then",
                                                      "time",
                                                      "timestamp",
                                                      "to",
                                                      "trailing",
                                                      "treat",
                                                      "trim",
                                                      "true",
                                                      "union",
                                                      "unique",
                                                      "user",
                                                      "using",
                                                      "values",
                                                      "varchar",
                                                      "variadic",
                                                      "verbose",
                                                      "when",
                                                      "where",
                                                      "window",
                                                      "with",
                                                      "xmlattributes",
                                                      "xmlconcat",
                                                      "xmlelement",
                                                      "xmlexists",
                                                      "xmlforest",
                                                      "xmlnamespaces",
                                                      "xmlparse",
                                                      "xmlpi",
                                                      "xmlroot",
                                                      "xmlserialize",
                                                      "xmltable"};

bool is_plain(std::string_view name) {
  const auto first = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  if (name.empty() || !first(name.front())) return false;
  if (!std::all_of(name.begin(), name.end(), [&](char c) { return first(c) || (c >= '0' && c <= '9'); })) return false;
  return std::find(kWords.begin(), kWords.end(), name) == kWords.end();
}

// Where a function's argument types begin. A name with a bracket or a quote in it comes in double quotes.
std::size_t arguments_of(const std::string &name) {
  if (name.empty() || name.front() != '"') return name.find('(');
  std::size_t at = 1;
  while (at < name.size() && (name[at] != '"' || (at + 1 < name.size() && name[at + 1] == '"'))) at += name[at] == '"' ? 2 : 1;
  return at + 1;
}

} // namespace

std::string quote_name(std::string_view name) {
  if (is_plain(name)) return std::string(name);
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

std::string literal(std::string_view text) {
  std::string made = text.find('\\') == std::string_view::npos ? "'" : "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') made += c;
    made += c;
  }
  return made + "'";
}

std::string qualified(const ObjectId &id) {
  if (id.schema.empty()) return quote_name(id.name);
  if (id.kind != Kind::Function) return quote_name(id.schema) + "." + quote_name(id.name);
  const auto arguments = arguments_of(id.name);
  const std::string name = id.name.substr(0, arguments);
  return quote_name(id.schema) + "." + (name.front() == '"' ? name : quote_name(name)) + id.name.substr(arguments);
}

std::string fingerprint(std::string_view text) {
  std::uint32_t hash = 2166136261U; // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:08x}", hash);
}

std::string beside(std::string_view name, std::string_view suffix) {
  constexpr std::size_t kLongest = 63;
  if (name.size() + suffix.size() <= kLongest) return std::string(name) + std::string(suffix);
  const std::string mark = "_" + fingerprint(name);
  std::size_t end = kLongest - suffix.size() - mark.size();
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return std::string(name.substr(0, end)) + mark + std::string(suffix);
}

std::string relation_of(const ObjectId &id) {
  return quote_name(id.schema) + "." + quote_name(id.relation);
}

std::string joined(const std::vector<std::string> &parts, std::string_view between) {
  std::string text;
  for (const std::string &part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

std::string quoted_list(const std::vector<std::string> &names) {
  std::vector<std::string> parts;
  for (const std::string &name : names) parts.push_back(quote_name(name));
  return joined(parts, ", ");
}

} // namespace migrator::schema::postgresql
