// See random_schema.h. Values of rows are such that every type can become every other that is chosen for the same column: texts are numbers.
#include "tests/integration/postgresql/random_schema.h"

#include <algorithm>

namespace migrator::database::postgresql {

namespace {

bool is_number(const std::string &type) {
  return type == "integer" || type == "bigint" || type == "numeric(12,2)" || type == "smallint";
}
bool is_text(const std::string &type) {
  return type == "text" || type == "varchar(40)";
}

} // namespace

RandomSchemas::Column RandomSchemas::column(const World &world, bool) {
  Column made;
  std::vector<std::string> types{"integer", "bigint", "text", "varchar(40)", "numeric(12,2)", "smallint",
                                 "boolean", "date",   "uuid", "jsonb",       "integer[]",     "timestamptz"};
  for (const auto &[name, labels] : world.enums) types.push_back("app." + name);
  for (const auto &[name, definition] : world.domains) types.push_back("app." + name);
  made.type = one(types);
  if (chance(25)) {
    if (is_number(made.type))
      made.fallback = chance(30) && world.functions.contains("f1") ? "app.f1(3)" : std::to_string(upto(9));
    if (is_text(made.type)) made.fallback = "'7'";
    if (made.type == "boolean") made.fallback = "true";
    if (made.type == "timestamptz") made.fallback = "now()";
    if (made.type.rfind("app.e", 0) == 0) made.fallback = "'" + world.enums.at(made.type.substr(4)).front() + "'";
  }
  if (made.type == "bigint" && made.fallback.empty() && world.sequences.contains("s0") && chance(20))
    made.fallback = "nextval('app.s0')";
  if (is_text(made.type) && chance(20)) made.collation = " COLLATE \"C\"";
  if (chance(10)) made.settings = one(std::vector<std::string>{"STATISTICS 50", "(n_distinct = 5)"});
  if (is_text(made.type) && chance(10)) made.settings = "STORAGE EXTERNAL";
  made.not_null = chance(25);
  if (chance(15)) made.comment = "it's a comment " + std::to_string(upto(5));
  made.grant = chance(10);
  return made;
}

RandomSchemas::Table RandomSchemas::table(const World &world, const std::string &name) {
  Table made;
  made.primary = chance(85);
  Column id;
  id.type = chance(50) ? "integer" : "bigint";
  id.not_null = true;
  const int kind = upto(3);
  id.identity = kind == 1;
  id.serial = kind == 2;
  id.always = chance(30);
  if (chance(30)) id.options = " (START WITH 10 INCREMENT BY 2)";
  made.columns["id"] = id;
  for (int i = 0, count = 1 + upto(4); i < count; ++i) made.columns["c" + std::to_string(upto(7))] = column(world);
  if (chance(10)) made.columns["Select"] = column(world);
  decorate(const_cast<World &>(world), name, made);
  return made;
}

void RandomSchemas::decorate(World &world, const std::string &name, Table &made) {
  made.unlogged = chance(5);
  made.grant = chance(20);
  made.owner = chance(8);
  if (chance(15))
    made.options = one(std::vector<std::string>{"fillfactor = 70", "autovacuum_enabled = false, fillfactor = 90",
                                                "parallel_workers = 2, toast.autovacuum_enabled = false"});
  if (chance(20)) made.comment = "table " + name;
  for (auto &[column, what] : made.columns) {
    if (column == "id" || column == "ref" || !what.generated.empty()) continue;
    if (is_number(what.type) && chance(20))
      made.constraints["k_" + name + "_" + column] = "CHECK (\"" + column + "\" >= -" + std::to_string(1 + upto(3)) + ")";
    if (column != "Select" && what.type != "jsonb" && chance(25))
      made.indexes["i_" + name + "_" + column] =
          chance(30)   ? "(" + column + " DESC) WHERE id > " + std::to_string(upto(3))
          : chance(40) ? one(std::vector<std::string>{"(" + column + " NULLS FIRST)", "(" + column + ") INCLUDE (id)",
                                                      "(" + column + ") WITH (fillfactor = 60)"})
                       : "(" + column + ")";
    if (is_text(what.type) && chance(20))
      made.indexes["x_" + name + "_" + column] =
          one(std::vector<std::string>{"(lower(\"" + column + "\"))", "(\"" + column + "\" text_pattern_ops)",
                                       "(\"" + column + "\" COLLATE \"C\" DESC)", "USING hash (\"" + column + "\")"});
    if (is_number(what.type) && chance(8) && what.fallback.empty())
      made.constraints["u_" + name + "_" + column] =
          one(std::vector<std::string>{"UNIQUE (\"" + column + "\")", "UNIQUE NULLS NOT DISTINCT (\"" + column + "\", id)",
                                       "UNIQUE (\"" + column + "\") INCLUDE (id)", "UNIQUE (\"" + column + "\", id) DEFERRABLE",
                                       "EXCLUDE (\"" + column + "\" WITH =) DEFERRABLE INITIALLY DEFERRED",
                                       "EXCLUDE USING hash (\"" + column + "\" WITH =) WHERE (id > 0)"});
  }
  made.deferred = chance(30);
  made.disabled = chance(20);
  // With what stands before the table's name, and behind it.
  const std::vector<std::string> triggers{"BEFORE UPDATE ON % FOR EACH ROW", "AFTER INSERT ON % FOR EACH ROW",
                                          "BEFORE UPDATE OF id ON % FOR EACH ROW WHEN (OLD.id <> NEW.id)",
                                          "AFTER INSERT ON % REFERENCING NEW TABLE AS made FOR EACH STATEMENT"};
  for (const char *const other : {"c0", "c1", "c2"}) {
    const auto found = made.columns.find(other);
    if (found != made.columns.end() && (found->second.type == "integer") && found->second.generated.empty() && chance(30)) {
      Column generated;
      generated.type = "integer";
      const bool call = world.functions.contains("f0") && chance(50);
      generated.generated = call ? std::string("app.f0(") + other + ")" : std::string(other) + " + " + std::to_string(upto(3));
      made.columns["g" + std::string(other)] = generated;
    }
  }
  if (world.functions.contains("t0") && chance(30)) made.triggers["tr_" + name] = one(triggers);
}

RandomSchemas::World RandomSchemas::world() {
  World made;
  for (int i = 0; i < 2; ++i)
    if (chance(70))
      made.enums["e" + std::to_string(i)] =
          chance(50) ? std::vector<std::string>{"a", "b"} : std::vector<std::string>{"a", "b", "c"};
  if (chance(60)) made.domains["d0"] = "integer CONSTRAINT d0_small CHECK (VALUE < 1000000)";
  if (chance(40) && made.enums.contains("e0")) made.domains["d1"] = "app.e0";
  if (chance(70)) made.functions["f0"] = "(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + 1'";
  if (chance(50)) made.functions["f1"] = "(b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT b * 2'";
  if (chance(60)) made.functions["t0"] = "() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
  if (chance(30)) made.sequences["s0"] = "AS integer INCREMENT BY 3";
  if (chance(30)) made.sequences["s1"] = "INCREMENT BY -1 MINVALUE -50 MAXVALUE 5 START WITH 4 CYCLE";
  made.owned = chance(30);
  for (int i = 0, count = 1 + upto(4); i < count; ++i) {
    const std::string name = i == 3 ? "Odd Table" : "t" + std::to_string(i);
    made.tables[name] = table(made, name);
  }
  for (auto &[name, what] : made.tables)
    if (chance(40)) {
      auto other = made.tables.begin();
      std::advance(other, upto(static_cast<int>(made.tables.size())));
      what.references = other->first;
    }
  for (int i = 0; i < 3; ++i)
    if (chance(50)) made.views["v" + std::to_string(i)] = std::to_string(upto(100));
  made.extra_schema = chance(30);
  repair(made);
  return made;
}

RandomSchemas::World RandomSchemas::changed(const World &from) {
  World made = from;
  for (auto &[name, labels] : made.enums) {
    const int what = upto(6);
    if (what == 0) labels.push_back("z");
    if (what == 1) labels.insert(labels.begin() + 1, "m");
    if (what == 2) labels.insert(labels.begin(), "first");
    if (what == 3) std::swap(labels[0], labels[1]);
  }
  if (chance(15)) made.enums.erase("e0");
  if (chance(15)) made.enums["e1"] = {"a", "b"};
  if (made.domains.contains("d0") && chance(40))
    made.domains["d0"] = one(std::vector<std::string>{"bigint", "integer DEFAULT 4",
                                                      "integer CONSTRAINT d0_small CHECK (VALUE < 2000000)", "numeric"});
  if (chance(20)) made.domains.erase("d1");
  if (made.functions.contains("f0") && chance(40))
    made.functions["f0"] =
        one(std::vector<std::string>{"(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + 2'",
                                     "(other integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT other'"});
  if (chance(15)) made.functions.erase("f1");
  if (chance(15)) made.functions.erase("t0");
  if (chance(20)) made.sequences["s0"] = "INCREMENT BY 2";
  if (chance(15)) made.sequences.erase("s0");
  if (chance(30)) made.sequences["s1"] = "AS smallint CACHE 3";
  if (chance(20)) made.owned = !made.owned;
  if (chance(25) && made.tables.size() > 1) made.tables.erase(made.tables.begin());
  if (chance(30)) made.tables["n0"] = table(made, "n0");
  for (auto &[name, what] : made.tables) {
    if (chance(20)) what.primary = !what.primary;
    if (chance(20)) {
      const int kind = upto(3);
      what.columns["id"].identity = kind == 1;
      what.columns["id"].serial = kind == 2;
    }
    if (chance(15)) what.columns["id"].options = " (CACHE 4)";
    if (chance(15)) what.columns["id"].always = !what.columns["id"].always;
    if (chance(15)) what.columns["id"].type = what.columns["id"].type == "integer" ? "bigint" : "integer";
    if (chance(30)) what.columns["n" + std::to_string(upto(3))] = column(made);
    std::vector<std::string> gone;
    for (auto &[column_name, one_column] : what.columns) {
      if (column_name == "id") continue;
      const int change = upto(12);
      if (change == 0) gone.push_back(column_name);
      if (change == 1) one_column.not_null = !one_column.not_null;
      if (change == 2 && (is_number(one_column.type) || is_text(one_column.type))) {
        one_column.type = is_text(one_column.type) && chance(50) ? "integer" : "text";
        one_column.fallback.clear();
      }
      if (change == 3 && is_number(one_column.type))
        one_column.type = one(std::vector<std::string>{"integer", "bigint", "numeric(12,2)"});
      if (change == 4) one_column.fallback.clear();
      if (change == 5 && is_number(one_column.type) && one_column.generated.empty()) one_column.fallback = "5";
      if (change == 6) one_column.comment = one_column.comment.empty() ? "new" : "";
      if (change == 7 && one_column.type.rfind("app.e", 0) == 0) {
        one_column.type = "text";
        one_column.fallback.clear();
      }
      if (change == 9 && is_text(one_column.type)) one_column.collation = one_column.collation.empty() ? " COLLATE \"C\"" : "";
      if (change == 10) one_column.settings = one_column.settings.empty() ? "STATISTICS 7" : "";
      if (change == 8 && !one_column.generated.empty()) one_column.generated = chance(50) ? "id::integer * 2" : "";
    }
    for (const std::string &column_name : gone) what.columns.erase(column_name);
    if (chance(30)) {
      what.constraints.clear();
      what.indexes.clear();
      what.triggers.clear();
      const Table before = what;
      decorate(made, name, what);
      what.grant = before.grant;
      what.owner = before.owner;
    }
    if (chance(20)) what.references.clear();
    if (chance(20)) what.references = made.tables.begin()->first;
  }
  for (auto &[name, what] : made.views)
    if (chance(40)) what = std::to_string(upto(100));
  if (chance(20)) made.views.erase("v0");
  if (chance(20)) made.views["v3"] = std::to_string(upto(100));
  if (chance(20)) made.extra_schema = !made.extra_schema;
  repair(made);
  return made;
}

// What stands on things that are gone goes too.
void RandomSchemas::repair(World &world) {
  if (!world.enums.contains("e0")) world.domains.erase("d1");
  for (auto &[name, what] : world.tables) {
    for (auto &[column_name, made] : what.columns) {
      const bool gone_enum = made.type.rfind("app.e", 0) == 0 && !world.enums.contains(made.type.substr(4));
      const bool gone_domain = made.type.rfind("app.d", 0) == 0 && !world.domains.contains(made.type.substr(4));
      if (gone_enum || gone_domain) {
        made.type = "text";
        made.fallback.clear();
      }
      if (!is_text(made.type)) made.collation.clear();
      if (!is_text(made.type) && made.settings == "STORAGE EXTERNAL") made.settings.clear();
      if (made.fallback.find("nextval") != std::string::npos && !world.sequences.contains("s0")) made.fallback.clear();
      if (made.fallback.find("f1(") != std::string::npos && !world.functions.contains("f1")) made.fallback.clear();
      if (!made.generated.empty()) {
        made.fallback.clear();
        made.not_null = false;
        if (made.type != "integer") made.type = "integer";
      }
    }
    std::vector<std::string> gone;
    for (auto &[column_name, made] : what.columns) {
      if (made.generated.empty()) continue;
      const std::string base = column_name.size() == 3 ? column_name.substr(1) : "";
      const bool calls = made.generated.find("f0(") != std::string::npos;
      if (made.generated.find("id::") == 0) continue;
      const auto found = what.columns.find(base);
      if (found == what.columns.end() || found->second.type != "integer" || !found->second.generated.empty() ||
          (calls && !world.functions.contains("f0")))
        gone.push_back(column_name);
    }
    for (const std::string &column_name : gone) what.columns.erase(column_name);
    const auto keeps = [&](const std::string &text, const std::string &prefix) {
      const std::string column_name = text.substr(prefix.size());
      return what.columns.contains(column_name);
    };
    std::erase_if(what.constraints, [&](const auto &entry) {
      const std::string prefix = entry.first.substr(0, 2) + name + "_";
      return !keeps(entry.first, prefix) || !is_number(what.columns.at(entry.first.substr(prefix.size())).type);
    });
    std::erase_if(what.indexes, [&](const auto &entry) {
      const std::string prefix = entry.first.substr(0, 2) + name + "_";
      if (!keeps(entry.first, prefix)) return true;
      const std::string &type = what.columns.at(entry.first.substr(prefix.size())).type;
      return type == "jsonb" || (entry.first[0] == 'x' && !is_text(type));
    });
    if (!world.functions.contains("t0")) what.triggers.clear();
    if (!world.tables.contains(what.references)) what.references.clear();
    if (!what.references.empty()) {
      Column ref;
      ref.type = world.tables.at(what.references).columns.at("id").type;
      what.columns["ref"] = ref;
    } else if (what.columns.contains("ref") && what.columns["ref"].not_null) {
      what.columns["ref"].not_null = false;
    }
  }
  for (auto &[name, what] : world.tables) {
    if (what.references.empty()) continue;
    world.tables.at(what.references).primary = true;
    world.tables.at(what.references).unlogged = false;
  }
}

std::string RandomSchemas::sql(const World &world) {
  const auto quoted = [](const std::string &name) { return "\"" + name + "\""; };
  std::string sql = "CREATE SCHEMA app;\n";
  if (world.extra_schema)
    sql += "CREATE SCHEMA extra; COMMENT ON SCHEMA extra IS 'more'; GRANT USAGE ON SCHEMA extra TO app_role;\n";
  for (const auto &[name, labels] : world.enums) {
    sql += "CREATE TYPE app." + name + " AS ENUM (";
    for (const std::string &label : labels) sql += (label == labels.front() ? "'" : ", '") + label + "'";
    sql += ");\nCOMMENT ON TYPE app." + name + " IS 'enum';\n";
  }
  for (const auto &[name, definition] : world.domains) sql += "CREATE DOMAIN app." + name + " AS " + definition + ";\n";
  for (const auto &[name, text] : world.functions) sql += "CREATE FUNCTION app." + name + text + ";\n";
  for (const auto &[name, text] : world.functions)
    sql += "GRANT EXECUTE ON FUNCTION app." + name + " TO app_role; COMMENT ON FUNCTION app." + name + " IS 'does';\n";
  for (const auto &[name, text] : world.sequences) sql += "CREATE SEQUENCE app." + name + " " + text + ";\n";
  std::string later;
  for (const auto &[name, table] : world.tables) {
    const std::string whole = "app." + quoted(name);
    sql += std::string("CREATE ") + (table.unlogged ? "UNLOGGED " : "") + "TABLE " + whole + " (";
    bool first = true;
    for (const auto &[column, made] : table.columns) {
      sql += (first ? "\n  " : ",\n  ") + quoted(column) + " ";
      first = false;
      sql += made.serial ? (made.type == "bigint" ? "bigserial" : "serial") : made.type;
      sql += made.collation;
      if (made.identity)
        sql += std::string(" GENERATED ") + (made.always ? "ALWAYS" : "BY DEFAULT") + " AS IDENTITY" + made.options;
      if (!made.settings.empty())
        later += "ALTER TABLE " + whole + " ALTER COLUMN " + quoted(column) + " SET " + made.settings + ";\n";
      if (!made.fallback.empty()) sql += " DEFAULT " + made.fallback;
      if (!made.generated.empty()) sql += " GENERATED ALWAYS AS (" + made.generated + ") STORED";
      if (made.not_null) sql += " NOT NULL";
      if (!made.comment.empty()) {
        std::string text = made.comment;
        for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) text.insert(at, "'");
        later += "COMMENT ON COLUMN " + whole + "." + quoted(column) + " IS '" + text + "';\n";
      }
      if (made.grant) later += "GRANT SELECT (" + quoted(column) + ") ON " + whole + " TO app_role;\n";
    }
    if (table.primary) sql += ",\n  CONSTRAINT " + quoted("p_" + name) + " PRIMARY KEY (id)";
    for (const auto &[constraint, text] : table.constraints) sql += ",\n  CONSTRAINT " + quoted(constraint) + " " + text;
    sql += table.options.empty() ? ");\n" : ") WITH (" + table.options + ");\n";
    for (const auto &[index, text] : table.indexes)
      later += "CREATE INDEX " + quoted(index) + " ON " + whole + " " + text + ";\n";
    for (const auto &[trigger, text] : table.triggers)
      later += "CREATE TRIGGER " + quoted(trigger) + " " + std::string(text).replace(text.find('%'), 1, whole) +
               " EXECUTE FUNCTION app.t0();\n" +
               (table.disabled ? "ALTER TABLE " + whole + " DISABLE TRIGGER " + quoted(trigger) + ";\n" : "");
    if (!table.references.empty())
      later += "ALTER TABLE " + whole + " ADD CONSTRAINT " + quoted("r_" + name) + " FOREIGN KEY (ref) REFERENCES app." +
               quoted(table.references) + " (id) ON DELETE SET NULL" +
               (table.deferred ? " ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;\n" : ";\n");
    if (!table.comment.empty()) later += "COMMENT ON TABLE " + whole + " IS '" + table.comment + "';\n";
    if (table.grant) later += "GRANT SELECT, INSERT ON " + whole + " TO app_role;\n";
  }
  if (world.owned && world.sequences.contains("s1"))
    later += "ALTER SEQUENCE app.s1 OWNED BY app." + quoted(world.tables.begin()->first) + ".id;\n";
  sql += later;
  std::string before;
  for (const auto &[name, text] : world.views) {
    auto table = world.tables.begin();
    const int number = std::stoi(text);
    std::advance(table, number % static_cast<int>(world.tables.size()));
    std::string columns;
    for (const auto &[column, made] : table->second.columns)
      if ((number / 3) % 3 != 0 || column == "id" || column < "c2")
        columns += (columns.empty() ? "" : ", ") + ("x." + quoted(column));
    const bool stored = number % 5 == 0;
    const std::string from = !before.empty() && number % 2 == 0 ? " JOIN app." + before + " y ON y.id = x.id" : "";
    sql += std::string("CREATE ") + (stored ? "MATERIALIZED " : "") + "VIEW app." + name +
           (!stored && number % 11 == 0 ? " WITH (security_barrier = true)" : "") + " AS SELECT " + columns + " FROM app." +
           quoted(table->first) + " x" + from + " WHERE x.id > " + std::to_string(number % 4) + ";\n";
    sql += std::string("COMMENT ON ") + (stored ? "MATERIALIZED " : "") + "VIEW app." + name +
           " IS 'view';\nGRANT SELECT ON app." + name + " TO app_role;\n";
    if (stored) sql += "CREATE INDEX m_" + name + " ON app." + name + " (id);\n";
    if (!stored && number % 7 == 0)
      sql += "ALTER VIEW app." + name + " OWNER TO app_role;\nCOMMENT ON COLUMN app." + name + ".id IS 'key';\n";
    before = name;
  }
  return sql;
}

std::string RandomSchemas::rows(const World &world) {
  std::string sql;
  for (const auto &[name, table] : world.tables)
    for (int row = 1; row <= 3; ++row) {
      std::string names, values;
      for (const auto &[column, made] : table.columns) {
        if (!made.generated.empty()) continue;
        std::string value = "'" + std::to_string(row) + "'";
        if (made.type == "boolean") value = "true";
        if (made.type == "date" || made.type == "timestamptz") value = "'2020-01-0" + std::to_string(row) + "'";
        if (made.type == "uuid") value = "'00000000-0000-0000-0000-00000000000" + std::to_string(row) + "'";
        if (made.type == "integer[]") value = "'{1}'";
        if (made.type.rfind("app.e", 0) == 0 || made.type == "app.d1") value = "'a'";
        if (column == "ref") value = "NULL";
        names += (names.empty() ? "" : ", ") + ("\"" + column + "\"");
        values += (values.empty() ? "" : ", ") + value;
      }
      sql += "INSERT INTO app.\"" + name + "\" (" + names + ") OVERRIDING SYSTEM VALUE VALUES (" + values + ");\n";
    }
  return sql;
}

RandomSchemas::Pair RandomSchemas::make() {
  const World a = world(), b = changed(a);
  return {sql(a), sql(b), rows(a)};
}

} // namespace migrator::database::postgresql
