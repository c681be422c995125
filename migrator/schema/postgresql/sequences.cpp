// See sequences.h.
#include "migrator/schema/postgresql/sequences.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "migrator/schema/postgresql/names.h"

namespace migrator::schema::postgresql {

namespace {

using Options = std::map<std::string, std::string>;

// By their first word: INCREMENT, MINVALUE, MAXVALUE, START, CACHE, CYCLE.
Options by_word(const Value &texts) {
  Options options;
  for (const std::string &text : texts) options[text.substr(0, text.find(' '))] = text;
  return options;
}

bool falls(const Options &options) {
  const auto increment = options.find("INCREMENT");
  return increment != options.end() && increment->second.find('-') != std::string::npos;
}

std::string default_start(const Options &options) {
  const auto end = options.find(falls(options) ? "MAXVALUE" : "MINVALUE");
  if (end == options.end()) return falls(options) ? "START WITH -1" : "START WITH 1";
  return "START WITH " + end->second.substr(end->second.find(' ') + 1);
}

struct Bounds {
  std::int64_t least = 0, most = 0;
};

Bounds bounds_of(const Value &texts, const std::string &type) {
  const Options options = by_word(texts);
  const auto given = [&](const std::string &word, std::int64_t otherwise) {
    const auto found = options.find(word);
    return found == options.end() ? otherwise : std::stoll(found->second.substr(found->second.find(' ') + 1));
  };
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
  if (type == "integer") end = std::numeric_limits<std::int32_t>::max();
  if (type == "smallint") end = std::numeric_limits<std::int16_t>::max();
  return falls(options) ? Bounds{given("MINVALUE", -end - 1), given("MAXVALUE", -1)}
                        : Bounds{given("MINVALUE", 1), given("MAXVALUE", end)};
}

// Starts anew, and stays where it was if that can be: as one statement, for what it remembers lasts no longer. A setval() before ALTER SEQUENCE would
// not be rolled back.
std::string restarted(const Object &sequence, const std::string &alter, const Bounds &bounds) {
  const std::string name = qualified(sequence.id);
  const std::string body = fmt::format("DECLARE was record; BEGIN SELECT last_value, is_called INTO was FROM {0}; {1} RESTART; "
                                       "IF was.last_value BETWEEN {2} AND {3} THEN "
                                       "PERFORM pg_catalog.setval({4}, was.last_value, was.is_called); END IF; END",
                                       name, alter, bounds.least, bounds.most, literal(name));
  return "DO " + literal(body);
}

// The options that bound it.
Value bounded(const Value &options) {
  Value bounds;
  for (const auto &[word, text] : by_word(options))
    if (word == "MINVALUE" || word == "MAXVALUE") bounds.push_back(text);
  return bounds;
}

// From rising to falling, or back.
bool turns(const Value &from, const Value &to) {
  return falls(by_word(from)) != falls(by_word(to));
}

// "INCREMENT BY 5", "NO MAXVALUE": what makes the options `to` of `from`. Says nothing of where the sequence stands.
std::vector<std::string> clauses_of(const Value &from, const Value &to, const std::string &type) {
  const Options old = by_word(from), wanted = by_word(to);
  const bool turned = turns(from, to);
  // With AS, NO MINVALUE means the type's least also of one that rises.
  const Bounds bounds = bounds_of(to, type);
  const std::array<std::pair<std::string, std::string>, 6> defaults{
      {{"INCREMENT", "INCREMENT BY 1"},
       {"MINVALUE", turned ? fmt::format("MINVALUE {}", bounds.least) : "NO MINVALUE"},
       {"MAXVALUE", turned ? fmt::format("MAXVALUE {}", bounds.most) : "NO MAXVALUE"},
       {"START", default_start(wanted)},
       {"CACHE", "CACHE 1"},
       {"CYCLE", "NO CYCLE"}}};
  const auto value = [](const Options &options, const std::string &word) {
    const auto found = options.find(word);
    return found == options.end() ? std::string() : found->second;
  };
  bool moved = turned;
  for (const std::string word : {"MINVALUE", "MAXVALUE"}) moved = moved || value(old, word) != value(wanted, word);
  std::vector<std::string> clauses;
  for (const auto &[word, usual] : defaults) {
    const std::string now = value(wanted, word);
    const bool follows = (moved && word == "START") || (turned && (word == "MINVALUE" || word == "MAXVALUE"));
    if (value(old, word) != now || follows) clauses.push_back(now.empty() ? usual : now);
  }
  return clauses;
}

} // namespace

std::vector<std::string> alter_sequence(const Object &from, const Object &to) {
  const std::string alter = "ALTER SEQUENCE " + qualified(to.id) + " ";
  const Value &old = from.value(Attribute::Options), &wanted = to.value(Attribute::Options);
  std::vector<std::string> statements;
  std::vector<std::string> clauses = clauses_of(old, wanted, to.text(Attribute::Type));
  if (from.text(Attribute::Type) != to.text(Attribute::Type)) clauses.insert(clauses.begin(), "AS " + to.text(Attribute::Type));
  if (!clauses.empty()) {
    const Bounds before = bounds_of(old, from.text(Attribute::Type)), after = bounds_of(wanted, to.text(Attribute::Type));
    const bool may_stay = after.least <= before.least && before.most <= after.most;
    statements.push_back(may_stay ? alter + joined(clauses, " ") : restarted(to, alter + joined(clauses, " "), after));
  }
  if (from.value(Attribute::Persistence) != to.value(Attribute::Persistence))
    statements.push_back(alter + (to.has(Attribute::Persistence) ? "SET UNLOGGED" : "SET LOGGED"));
  return statements;
}

std::string move_sequence(const Object &column, const std::string &sequence, const Value &options) {
  std::string first = "1";
  for (const std::string_view start : {"MINVALUE ", "START WITH "})
    for (const std::string &option : options)
      if (option.rfind(start, 0) == 0) first = option.substr(start.size());
  return fmt::format("SELECT pg_catalog.setval({}, GREATEST(coalesce(max({}), 0) + 1, {}), false) FROM {}", sequence,
                     quote_name(column.id.name), first, relation_of(column.id));
}

bool counts_up(const Value &options) {
  return std::none_of(options.begin(), options.end(), [](const std::string &option) {
    return option == "CYCLE" || option.rfind("MAXVALUE ", 0) == 0 || option.rfind("INCREMENT BY -", 0) == 0;
  });
}

std::string set_behind(const std::string &sequence, const std::vector<std::string> &places, const Value &options,
                       const std::string &type) {
  const Bounds bounds = bounds_of(options, type);
  return fmt::format("pg_catalog.setval({}, value, called) FROM ({}) AS numbers (value, called) WHERE value BETWEEN {} AND {} "
                     "ORDER BY value{}, called DESC LIMIT 1",
                     sequence, joined(places, " UNION ALL "), bounds.least, bounds.most, falls(by_word(options)) ? "" : " DESC");
}

std::vector<std::string> place_of_rows(const Object &column, const Value &options) {
  const std::string &type = column.text(Attribute::Type);
  const bool is_number = type == "integer" || type == "bigint" || type == "smallint";
  const Options words = by_word(options);
  if (!is_number || words.contains("CYCLE")) return {};
  return {fmt::format("SELECT {}({}), true FROM {}", falls(words) ? "min" : "max", quote_name(column.id.name),
                      relation_of(column.id))};
}

std::string sequence_of_identity(const ObjectId &column) {
  return fmt::format("(SELECT d.objid::pg_catalog.regclass FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute a ON "
                     "a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_catalog.pg_class'::"
                     "pg_catalog.regclass AND d.deptype = 'i' AND a.attrelid = {}::pg_catalog.regclass AND a.attname = {})",
                     literal(relation_of(column)), literal(column.name));
}

namespace {

// Its first value, not given out yet.
std::string place_of_start(const Value &options) {
  const Options words = by_word(options);
  const auto start = words.find("START");
  const std::string text = start == words.end() ? default_start(words) : start->second;
  return fmt::format("SELECT {}, false", text.substr(text.rfind(' ') + 1));
}

std::string restarted_identity(const Object &column, const std::string &sequence, const std::string &alter,
                               const Value &options) {
  std::vector<std::string> places{place_of_start(options), "SELECT was.last_value, was.is_called"};
  for (std::string &place : place_of_rows(column, options)) places.push_back(std::move(place));
  return "DO " + literal(fmt::format(
                     "DECLARE own text := {}; was record; BEGIN EXECUTE 'SELECT last_value, is_called FROM ' || own "
                     "INTO was; {}; PERFORM {}; END",
                     sequence, alter, set_behind("own::pg_catalog.regclass", places, options, column.text(Attribute::Type))));
}

} // namespace

std::vector<std::string> alter_identity(const Object &from, const Object &to, bool only,
                                        const std::optional<std::string> &place) {
  if (!to.has(Attribute::Identity)) return {};
  const Value &wanted = to.value(Attribute::Identity);
  const Value &old = from.value(Attribute::Identity);
  const std::string alter = fmt::format("ALTER TABLE {} ALTER COLUMN {} ", relation_of(to.id), quote_name(to.id.name));
  const Value options{wanted.begin() + 1, wanted.end()};
  const std::string kind = wanted[0] == "always" ? "ALWAYS" : "BY DEFAULT";
  // pg_get_serial_sequence() gives any sequence that the column owns.
  const std::string sequence =
      only ? fmt::format("pg_catalog.pg_get_serial_sequence({}, {})", literal(relation_of(to.id)), literal(to.id.name))
           : sequence_of_identity(to.id);
  if (old.empty()) {
    std::vector<std::string> statements{
        fmt::format("{}ADD GENERATED {} AS IDENTITY{}", alter, kind, options.empty() ? "" : " (" + joined(options, " ") + ")")};
    if (place) {
      std::vector<std::string> places{place_of_start(options), *place};
      for (std::string &rows : place_of_rows(to, options)) places.push_back(std::move(rows));
      statements.push_back("SELECT " + set_behind(sequence, places, options, to.text(Attribute::Type)));
    } else if (counts_up(options)) {
      statements.push_back(move_sequence(to, sequence, options));
    }
    return statements;
  }
  std::vector<std::string> statements, clauses;
  if (old[0] != wanted[0]) clauses.push_back("SET GENERATED " + kind);
  const Value old_options{old.begin() + 1, old.end()};
  for (const std::string &clause : clauses_of(old_options, options, to.text(Attribute::Type))) clauses.push_back("SET " + clause);
  const bool restarts = turns(old_options, options) || bounded(old_options) != bounded(options);
  if (restarts) clauses.emplace_back("RESTART");
  if (!clauses.empty())
    statements.push_back(restarts ? restarted_identity(to, sequence, alter + joined(clauses, " "), options)
                                  : alter + joined(clauses, " "));
  return statements;
}

} // namespace migrator::schema::postgresql
