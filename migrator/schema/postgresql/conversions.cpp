// See conversions.h. By pg_cast of PostgreSQL 13 to 17, whose casts in an assignment did not change.
#include "migrator/schema/postgresql/conversions.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "migrator/schema/postgresql/names.h"

namespace migrator::schema::postgresql {

namespace {

// Without what stands in brackets: "character varying(10)" is "character varying", and so is an array's element.
std::string bare(const std::string &type) {
  std::string name;
  int depth = 0;
  for (const char c : type) {
    if (c == '(') ++depth;
    if (depth == 0) name += c;
    if (c == ')') --depth;
  }
  return name;
}

bool is_number(const std::string &type) {
  static const std::set<std::string> kNumbers{"smallint", "integer", "bigint", "numeric", "real", "double precision"};
  return kNumbers.contains(type);
}

bool is_string(const std::string &type) {
  return type == "text" || type == "character varying" || type == "character" || type == "name";
}

// The type that a domain stands for in the end.
std::string base_type(const Schema &schema, const Object &column) {
  std::string type = column.text(Attribute::Type);
  for (bool more = true; more;) {
    more = false;
    for (const Object &object : schema.objects)
      if (object.id.kind == Kind::Domain && qualified(object.id) == type) {
        type = object.text(Attribute::Type);
        more = true;
        break;
      }
  }
  return type;
}

bool is_list(const std::string &type) {
  return type.size() > 2 && type.compare(type.size() - 2, 2, "[]") == 0;
}

// A type that an explicit cast cuts nothing to: what follows is an assignment, which refuses what is too long.
std::string without_length(const std::string &type) {
  const std::string name = bare(type);
  if (name == "bit") return "bit varying";
  return name;
}

bool is_whole(const std::string &type) {
  return type == "smallint" || type == "integer" || type == "bigint";
}

} // namespace

bool converts_itself(const std::string &from, const std::string &to) {
  const std::string old = bare(from), wanted = bare(to);
  if (old == wanted) return true;
  if (is_list(old) && is_list(wanted)) return converts_itself(old.substr(0, old.size() - 2), wanted.substr(0, wanted.size() - 2));
  if (is_number(old) && is_number(wanted)) return true;
  if (is_string(wanted)) return true;
  static const std::map<std::string, std::set<std::string>> kOthers{
      {"date", {"timestamp without time zone", "timestamp with time zone"}},
      {"timestamp without time zone", {"date", "time without time zone", "timestamp with time zone"}},
      {"timestamp with time zone", {"date", "time without time zone", "time with time zone", "timestamp without time zone"}},
      {"time without time zone", {"interval", "time with time zone"}},
      {"time with time zone", {"time without time zone"}},
      {"interval", {"time without time zone"}},
      {"json", {"jsonb"}},
      {"jsonb", {"json"}},
      {"cidr", {"inet"}},
      {"inet", {"cidr"}},
      {"smallint", {"money"}},
      {"integer", {"money"}},
      {"bigint", {"money"}},
      {"numeric", {"money"}},
      {"money", {"numeric"}},
      {"bit", {"bit varying"}},
      {"bit varying", {"bit"}}};
  const auto found = kOthers.find(old);
  return found != kOthers.end() && found->second.contains(wanted);
}

std::optional<Conversion> conversion(const Schema &before, const Object &from, const Schema &after, const Object &to,
                                     bool retyped) {
  const std::string column = quote_name(to.id.name);
  if (retyped) return Conversion{column + "::text::" + to.text(Attribute::Type), true};
  const std::string old = base_type(before, from), wanted = base_type(after, to);
  if (converts_itself(old, wanted)) return std::nullopt;
  const std::string old_name = bare(old), name = bare(wanted);
  if (old_name == "boolean" && is_number(name)) return Conversion{column + "::integer", false};
  if (is_number(old_name) && name == "boolean") return Conversion{column + " <> 0", false};
  if (old_name == "bit" && is_whole(name)) return Conversion{column + "::bigint", false};
  if (is_whole(old_name) && name == "bit") return Conversion{column + "::" + wanted, true};
  return Conversion{column + "::text::" + without_length(wanted), true};
}

std::string placeholder(const Schema &schema, const Object &column) {
  const std::string &type = column.text(Attribute::Type);
  const std::string base = base_type(schema, column), name = bare(base);
  if (is_list(name)) return "'{}'::" + type;
  if (is_number(name)) return "0";
  if (is_string(name)) return "''";
  static const std::map<std::string, std::string> kValues{{"boolean", "false"},
                                                          {"date", "'1970-01-01'"},
                                                          {"timestamp without time zone", "'1970-01-01'"},
                                                          {"timestamp with time zone", "'1970-01-01 00:00:00+00'"},
                                                          {"time without time zone", "'00:00'"},
                                                          {"time with time zone", "'00:00+00'"},
                                                          {"interval", "'0'"},
                                                          {"uuid", "'00000000-0000-0000-0000-000000000000'"},
                                                          {"json", "'{}'"},
                                                          {"jsonb", "'{}'"},
                                                          {"inet", "'0.0.0.0'"},
                                                          {"cidr", "'0.0.0.0/0'"},
                                                          {"macaddr", "'00:00:00:00:00:00'"},
                                                          {"bit", "B'0'"},
                                                          {"bit varying", "B'0'"},
                                                          {"money", "'0'"}};
  if (const auto found = kValues.find(name); found != kValues.end()) return found->second + "::" + type;
  for (const Object &object : schema.objects)
    if (object.id.kind == Kind::Enum && qualified(object.id) == base && object.has(Attribute::Labels))
      return literal(object.text(Attribute::Labels)) + "::" + type;
  return "''::" + type;
}

bool has_volatile_default(const Schema &schema, const Object &column) {
  static constexpr std::array<std::string_view, 9> kVolatile = {"random(",           "gen_random_uuid(", "clock_timestamp(",
                                                                "timeofday(",        "nextval(",         "uuid_generate_",
                                                                "gen_random_bytes(", "gen_salt(",        "currval("};
  const std::string &text = column.text(Attribute::Default);
  if (std::any_of(kVolatile.begin(), kVolatile.end(),
                  [&](std::string_view call) { return text.find(call) != std::string::npos; }))
    return true;
  return column.has(Attribute::Default) && std::any_of(column.needs.begin(), column.needs.end(), [&](const ObjectId &needed) {
           const Object *function = needed.kind == Kind::Function ? schema.find(needed) : nullptr;
           if (function == nullptr) return false;
           // The head of the definition, as the server writes it: "LANGUAGE sql\n IMMUTABLE STRICT\nAS …"
           const std::string &definition = function->text(Attribute::Definition);
           const std::string head = definition.substr(0, definition.find("\nAS "));
           return head.find("\n IMMUTABLE") == std::string::npos && head.find("\n STABLE") == std::string::npos;
         });
}

std::optional<std::string> numbered_value(const Schema &schema, const Object &column, const std::string &number) {
  const std::string name = bare(base_type(schema, column));
  if (is_number(name)) return number;
  if (is_string(name)) return number + "::text";
  if (name == "uuid") return "gen_random_uuid()";
  if (name == "date") return "'1970-01-01'::date + " + number + "::integer";
  if (name == "timestamp without time zone" || name == "timestamp with time zone")
    return "'1970-01-01'::" + name + " + " + number + " * '1 second'::interval";
  return std::nullopt;
}

} // namespace migrator::schema::postgresql
