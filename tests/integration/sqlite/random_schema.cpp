#include "tests/integration/sqlite/random_schema.h"

#include <algorithm>

namespace migrator::database {

namespace {

class Maker {
public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  RandomSchema make() {
    for (int table = 0; table < 4; ++table)
      if (table == 0 || chance(70)) make_table("t" + std::to_string(table));
    for (int index = 0; index < 4; ++index)
      if (chance(60)) make_index(index == 3 ? "\"i'3 [x]\"" : "i" + std::to_string(index));
    for (int view = 0; view < 3; ++view)
      if (chance(60)) make_view(view == 2 ? "\"v 2.\"\"x\"" : "v" + std::to_string(view));
    if (chance(10)) line("CREATE VIEW broken AS SELECT " + one_of({"missing FROM t0", "x FROM nowhere"}));
    for (int trigger = 0; trigger < 3; ++trigger)
      if (chance(60)) make_trigger("r" + std::to_string(trigger));
    return std::move(made_);
  }

private:
  bool chance(int percent) { return number(100) < percent; }
  int number(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }
  std::string one_of(const std::vector<std::string> &texts) {
    return texts[static_cast<std::size_t>(number(static_cast<int>(texts.size())))];
  }
  void line(const std::string &sql) { made_.sql += sql + ";\n"; }
  // The same words in another dress.
  std::string word(const std::string &keyword) {
    if (chance(80)) return keyword;
    std::string lower = keyword;
    for (char &character : lower)
      if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    return lower + (chance(50) ? " /* so */ " : "\n");
  }
  std::string quote(const std::string &name) { // names that must be in quotes are so already
    if (name.front() == '"') return name;
    switch (number(5)) {
    case 0:
      return "\"" + name + "\"";
    case 1:
      return "[" + name + "]";
    case 2:
      return "`" + name + "`";
    default:
      return name;
    }
  }
  std::string check_of(const std::string &column) {
    return one_of({column + " || '' <> '-1'", column + " IS NULL OR length(" + column + ") < 100", column + " <> 'no; -- (way'",
                   column + " <> \"a text\"", "id <> -5 OR " + column + " <> -7", "(" + column + " != -1)"});
  }
  std::string named() { return chance(30) ? word("CONSTRAINT") + " n" + std::to_string(number(3)) + " " : ""; }
  // One a table: SQLite refuses two keys of the same columns that say different things.
  std::string conflict() { return chance(20) ? conflict_ : ""; }
  std::string parent(const std::string &table) {
    return " REFERENCES " + quote(chance(70) ? "t0" : table) + "(id)" +
           one_of({"", " ON DELETE CASCADE", " ON UPDATE SET NULL ON DELETE NO ACTION", ""}) +
           one_of({"", " DEFERRABLE INITIALLY DEFERRED", " NOT DEFERRABLE"});
  }

  void make_table(const std::string &name) {
    RandomTable table;
    table.name = name;
    conflict_ = " ON CONFLICT " + one_of({"IGNORE", "REPLACE", "FAIL", "ABORT", "ROLLBACK"});
    const bool strict = chance(25);
    table.without_rowid = chance(25);
    std::vector<std::string> parts;
    std::string behind;
    // id is unique in every table, and no column is a better one to refer to.
    switch (table.without_rowid ? 4 + number(2) : number(6)) {
    case 0:
      table.counter = true;
      table.alias = true;
      parts.push_back("id INTEGER PRIMARY KEY AUTOINCREMENT");
      break;
    case 1:
      table.alias = true;
      parts.push_back("id INTEGER");
      behind = "PRIMARY KEY (id)";
      break;
    case 2:
      parts.push_back("id INTEGER UNIQUE" + conflict());
      break;
    case 3:
      parts.push_back("id INTEGER PRIMARY KEY DESC");
      break;
    case 4:
      parts.push_back("id INT NOT NULL PRIMARY KEY" + conflict());
      break;
    default:
      parts.push_back("id INTEGER NOT NULL UNIQUE");
      behind = "key";
    }
    table.columns.push_back("id");
    std::vector<std::string> ends;
    for (int at = 1; at <= 6; ++at)
      if (chance(65)) make_column(table, at == 5 ? "\"sel ect.\u00fc\"" : "c" + std::to_string(at), strict, parts, ends);
    if (chance(20)) parts.push_back("g1 INTEGER AS (id + 1)" + one_of({"", " STORED", " VIRTUAL"}));
    if (chance(15)) parts.push_back("g2 INTEGER " + word("GENERATED ALWAYS AS") + "(id * " + std::to_string(2 + number(2)) + ")");
    std::shuffle(parts.begin(), parts.end(), random_);
    if (behind == "key") {
      std::string other = "id";
      for (const std::string &column : table.columns)
        if (column == "c1" || column == "c2") other = column;
      table.alias = other == "id" && !table.without_rowid;
      behind = named() + "PRIMARY KEY (" +
               (other == "id" ? "id" : quote(other) + one_of({" DESC", " COLLATE NOCASE", ""}) + ", id") + ")" + conflict();
    }
    if (!behind.empty()) parts.push_back(behind);
    std::shuffle(ends.begin(), ends.end(), random_);
    parts.insert(parts.end(), ends.begin(), ends.end());
    std::string sql = word("CREATE TABLE") + " " + quote(name) + "(";
    for (std::size_t at = 0; at < parts.size(); ++at) sql += (at == 0 ? "" : chance(50) ? ", " : " -- a comment\n,") + parts[at];
    sql += ")";
    if (table.without_rowid) sql += " WITHOUT ROWID";
    if (strict) sql += table.without_rowid ? ", STRICT" : " strict";
    line(sql);
    make_rows(table);
    made_.tables.push_back(std::move(table));
  }

  void make_column(RandomTable &table, const std::string &name, bool strict, std::vector<std::string> &parts,
                   std::vector<std::string> &ends) {
    const bool blob = name == "c6", may_be_null = name == "c4";
    std::string sql = quote(name) + " ";
    sql += blob     ? "BLOB"
           : strict ? one_of({"INTEGER", "INT", "TEXT", "REAL", "ANY"})
                    : one_of({"INTEGER", "TEXT", "REAL", "NUMERIC(10, 2)", "varchar(10)", "", "double precision"});
    const bool refers = !blob && name == "c3" && chance(60);
    const bool has_default = !refers && !blob && chance(40);
    if (!refers && chance(35) && (!may_be_null || has_default)) sql += " " + named() + word("NOT NULL") + conflict();
    if (has_default) sql += " DEFAULT " + one_of({"7", "'7'", "(3 + 4)", "+7"});
    if (!blob && chance(20)) sql += " COLLATE " + one_of({"NOCASE", "nocase", "RTRIM", "BINARY"});
    if (!blob && chance(20)) sql += " " + named() + "CHECK (" + check_of(name) + ")";
    if (chance(12)) sql += " " + named() + "UNIQUE" + conflict();
    if (refers && chance(50)) sql += " " + named() + parent(table.name);
    parts.push_back(sql);
    if (!blob && chance(15)) ends.push_back(named() + "CHECK (" + check_of(chance(50) ? name : table.name + "." + name) + ")");
    if (chance(12))
      ends.push_back(named() + "UNIQUE (" + quote(name) + one_of({"", ", id", " COLLATE NOCASE", " DESC"}) + ")" + conflict());
    if (refers && chance(50)) ends.push_back(named() + "FOREIGN KEY (" + quote(name) + ")" + parent(table.name));
    table.columns.push_back(name);
  }

  void make_rows(const RandomTable &table) {
    for (int row = 1; row <= 3; ++row) {
      std::string columns, values;
      if (!table.alias && !table.without_rowid) {
        columns = "rowid, ";
        values = std::to_string(row * 10) + ", ";
      }
      const std::string n = std::to_string(row);
      for (const std::string &column : table.columns) {
        if (column == "c4" && row == 3) continue;
        columns += column + ", ";
        values += (column == "c6" ? "x'0" + n + "'" : n) + ", ";
      }
      made_.rows += "INSERT INTO " + table.name + "(" + columns.substr(0, columns.size() - 2) + ") VALUES (" +
                    values.substr(0, values.size() - 2) + ");\n";
    }
    if (table.counter) made_.rows += "UPDATE sqlite_sequence SET seq = 50 WHERE name = '" + table.name + "';\n";
  }

  const RandomTable &any_table() { return made_.tables[static_cast<std::size_t>(number(static_cast<int>(made_.tables.size())))]; }

  void make_index(const std::string &name) {
    const RandomTable &table = any_table();
    const std::string column = one_of(table.columns);
    std::string sql = "CREATE ";
    if (chance(25))
      sql +=
          "UNIQUE INDEX " + quote(name) + " ON " + quote(table.name) + "(" + quote(column) + one_of({"", ", id", " DESC"}) + ")";
    else
      sql +=
          word("INDEX") + " " + name + " ON " + table.name + "(" +
          one_of({quote(column), quote(column) + " COLLATE NOCASE DESC", "lower(" + column + "), id ASC", column + " || 'x'"}) +
          ")";
    if (chance(30))
      sql += " WHERE " + one_of({column + " IS NOT NULL", "id > 1 AND " + quote(column) + " <> 5", column + " <> \"a text\""});
    line(sql);
  }

  void make_view(const std::string &name) {
    const RandomTable &table = any_table();
    const std::string column = one_of(table.columns);
    std::string from = quote(table.name);
    if (!views_.empty() && chance(50)) {
      line("CREATE VIEW " + name + " AS SELECT x, count(*) AS n FROM " + quote(one_of(views_)) + " GROUP BY x");
    } else {
      line(word("CREATE VIEW") + " " + name +
           one_of({" AS SELECT id AS x, " + quote(column) + " AS y FROM " + from,
                   "(x, y) AS WITH w AS (SELECT * FROM " + from + ") SELECT w.id, t0.id FROM w JOIN t0 ON t0.id = w.id",
                   " AS SELECT *, id AS x FROM " + from,
                   " AS WITH RECURSIVE w(n) AS (SELECT 1 UNION SELECT n + 1 FROM w WHERE n < 3) SELECT n AS x, \"a text\" AS y "
                   "FROM w",
                   " AS SELECT row_number() OVER (PARTITION BY k.id ORDER BY " + quote(column) + ") AS x FROM " + from + " k",
                   " AS SELECT 1 AS x, 'text; here' AS \"Y z\""}));
    }
    views_.push_back(name);
  }

  void make_trigger(const std::string &name) {
    const RandomTable &table = any_table();
    const std::string body =
        one_of({"UPDATE t0 SET id = id WHERE id = 1", "INSERT INTO " + quote(any_table().name) + "(id) SELECT 1 WHERE 0",
                "SELECT CASE WHEN 1 THEN 2 END", "DELETE FROM t0 WHERE id IN (SELECT id FROM " + any_table().name + " WHERE 0)"});
    if (!views_.empty() && chance(40)) {
      line("CREATE TRIGGER " + name + " INSTEAD OF " + one_of({"INSERT", "DELETE", "UPDATE"}) + " ON " + one_of(views_) +
           " BEGIN " + body + "; END");
      return;
    }
    if (!views_.empty() && chance(8)) // one that nothing fires
      return line("CREATE TRIGGER " + name + " INSTEAD OF DELETE ON " + views_.front() + " BEGIN SELECT old.missing; END");
    line(word("CREATE TRIGGER") + " " + name + " " +
         one_of({"AFTER INSERT", "BEFORE DELETE", "AFTER UPDATE OF " + one_of(table.columns), "UPDATE"}) + " ON " +
         quote(table.name) + one_of({"", " FOR EACH ROW", " WHEN 1 > 0"}) + " BEGIN " + body + "; " +
         (chance(30) ? "SELECT 1; " : "") + "END");
  }

  std::mt19937_64 random_;
  RandomSchema made_;
  std::string conflict_;
  std::vector<std::string> views_;
};

} // namespace

bool RandomTable::has(const std::string &column) const {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

RandomSchema random_schema(std::uint64_t seed) {
  return Maker(seed).make();
}

} // namespace migrator::database
