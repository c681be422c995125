// See sequences.h.
#include "migrator/schema/postgresql/sequences.h"

#include <algorithm>
#include <array>
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

std::string default_start(const Options &options) {
  const auto increment = options.find("INCREMENT");
  const bool falls = increment != options.end() && increment->second.find('-') != std::string::npos;
  const auto end = options.find(falls ? "MAXVALUE" : "MINVALUE");
  if (end == options.end()) return falls ? "START WITH -1" : "START WITH 1";
  return "START WITH " + end->second.substr(end->second.find(' ') + 1);
}

} // namespace

std::vector<std::string> sequence_clauses(const Value &from, const Value &to) {
  const Options old = by_word(from), wanted = by_word(to);
  const std::array<std::pair<std::string, std::string>, 6> defaults{{{"INCREMENT", "INCREMENT BY 1"},
                                                                     {"MINVALUE", "NO MINVALUE"},
                                                                     {"MAXVALUE", "NO MAXVALUE"},
                                                                     {"START", default_start(wanted)},
                                                                     {"CACHE", "CACHE 1"},
                                                                     {"CYCLE", "NO CYCLE"}}};
  const auto value = [](const Options &options, const std::string &word) {
    const auto found = options.find(word);
    return found == options.end() ? std::string() : found->second;
  };
  bool moved = false;
  for (const std::string word : {"INCREMENT", "MINVALUE", "MAXVALUE"}) moved = moved || value(old, word) != value(wanted, word);
  std::vector<std::string> clauses;
  for (const auto &[word, usual] : defaults) {
    const std::string now = value(wanted, word);
    if (value(old, word) != now || (moved && word == "START")) clauses.push_back(now.empty() ? usual : now);
  }
  if (moved) clauses.emplace_back("RESTART");
  return clauses;
}

std::vector<std::string> alter_sequence(const Object &from, const Object &to) {
  const std::string alter = "ALTER SEQUENCE " + qualified(to.id) + " ";
  std::vector<std::string> statements;
  std::vector<std::string> clauses = sequence_clauses(from.value(Attribute::Options), to.value(Attribute::Options));
  if (from.text(Attribute::Type) != to.text(Attribute::Type)) clauses.insert(clauses.begin(), "AS " + to.text(Attribute::Type));
  if (!clauses.empty()) statements.push_back(alter + joined(clauses, " "));
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

std::vector<std::string> alter_identity(const Object &from, const Object &to, bool only) {
  if (!to.has(Attribute::Identity)) return {};
  const Value &wanted = to.value(Attribute::Identity);
  const Value &old = from.value(Attribute::Identity);
  const std::string alter = fmt::format("ALTER TABLE {} ALTER COLUMN {} ", relation_of(to.id), quote_name(to.id.name));
  const Value options{wanted.begin() + 1, wanted.end()};
  const std::string kind = wanted[0] == "always" ? "ALWAYS" : "BY DEFAULT";
  // pg_get_serial_sequence() gives any sequence that the column owns.
  const std::string sequence =
      only ? fmt::format("pg_catalog.pg_get_serial_sequence({}, {})", literal(relation_of(to.id)), literal(to.id.name))
           : fmt::format("(SELECT d.objid::pg_catalog.regclass FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute a ON "
                         "a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_catalog.pg_class'::"
                         "pg_catalog.regclass AND d.deptype = 'i' AND a.attrelid = {}::pg_catalog.regclass AND a.attname = {})",
                         literal(relation_of(to.id)), literal(to.id.name));
  const std::string moved = move_sequence(to, sequence, options);
  if (old.empty()) {
    std::vector<std::string> statements{
        fmt::format("{}ADD GENERATED {} AS IDENTITY{}", alter, kind, options.empty() ? "" : " (" + joined(options, " ") + ")")};
    if (counts_up(options)) statements.push_back(moved);
    return statements;
  }
  std::vector<std::string> statements, clauses;
  if (old[0] != wanted[0]) clauses.push_back("SET GENERATED " + kind);
  bool restarts = false;
  for (const std::string &clause : sequence_clauses({old.begin() + 1, old.end()}, options)) {
    restarts = restarts || clause == "RESTART";
    clauses.push_back(clause == "RESTART" ? clause : "SET " + clause);
  }
  if (!clauses.empty()) statements.push_back(alter + joined(clauses, " "));
  if (restarts && counts_up(options)) statements.push_back(moved);
  return statements;
}

} // namespace migrator::schema::postgresql
