#include "migrator/schema/sqlite/keywords.h"

#include <algorithm>
#include <array>

#include "migrator/text/ascii.h"

namespace migrator::schema::sqlite {

namespace {

// Sorted.
constexpr std::array<std::string_view, 147> kKeywords = {"ABORT",
                                                         "ACTION",
                                                         "ADD",
                                                         "AFTER",
                                                         "ALL",
                                                         "ALTER",
                                                         "ALWAYS",
                                                         "ANALYZE",
                                                         "AND",
                                                         "AS",
                                                         "ASC",
                                                         "ATTACH",
                                                         "AUTOINCREMENT",
                                                         "BEFORE",
                                                         "BEGIN",
                                                         "BETWEEN",
                                                         "BY",
                                                         "CASCADE",
                                                         "CASE",
                                                         "CAST",
                                                         "CHECK",
                                                         "COLLATE",
                                                         "COLUMN",
                                                         "COMMIT",
                                                         "CONFLICT",
                                                         "CONSTRAINT",
                                                         "CREATE",
                                                         "CROSS",
                                                         "CURRENT",
                                                         "CURRENT_DATE",
                                                         "CURRENT_TIME",
                                                         "CURRENT_TIMESTAMP",
                                                         "DATABASE",
                                                         "DEFAULT",
                                                         "DEFERRABLE",
                                                         "DEFERRED",
                                                         "DELETE",
                                                         "DESC",
                                                         "DETACH",
                                                         "DISTINCT",
                                                         "DO",
                                                         "DROP",
                                                         "EACH",
                                                         "ELSE",
                                                         "END",
                                                         "ESCAPE",
                                                         "EXCEPT",
                                                         "EXCLUDE",
                                                         "EXCLUSIVE",
                                                         "EXISTS",
                                                         "EXPLAIN",
                                                         "FAIL",
                                                         "FILTER",
                                                         "FIRST",
                                                         "FOLLOWING",
                                                         "FOR",
                                                         "FOREIGN",
                                                         "FROM",
                                                         "FULL",
                                                         "GENERATED",
                                                         "GLOB",
                                                         "GROUP",
                                                         "GROUPS",
                                                         "HAVING",
                                                         "IF",
                                                         "IGNORE",
                                                         "IMMEDIATE",
                                                         "IN",
                                                         "INDEX",
                                                         "INDEXED",
                                                         "INITIALLY",
                                                         "INNER",
                                                         "INSERT",
                                                         "INSTEAD",
                                                         "INTERSECT",
                                                         "INTO",
                                                         "IS",
                                                         "ISNULL",
                                                         "JOIN",
                                                         "KEY",
                                                         "LAST",
                                                         "LEFT",
                                                         "LIKE",
                                                         "LIMIT",
                                                         "MATCH",
                                                         "MATERIALIZED",
                                                         "NATURAL",
                                                         "NO",
                                                         "NOT",
                                                         "NOTHING",
                                                         "NOTNULL",
                                                         "NULL",
                                                         "NULLS",
                                                         "OF",
                                                         "OFFSET",
                                                         "ON",
                                                         "OR",
                                                         "ORDER",
                                                         "OTHERS",
                                                         "OUTER",
                                                         "OVER",
                                                         "PARTITION",
                                                         "PLAN",
                                                         "PRAGMA",
                                                         "PRECEDING",
                                                         "PRIMARY",
                                                         "QUERY",
                                                         "RAISE",
                                                         "RANGE",
                                                         "RECURSIVE",
                                                         "REFERENCES",
                                                         "REGEXP",
                                                         "REINDEX",
                                                         "RELEASE",
                                                         "RENAME",
                                                         "REPLACE",
                                                         "RESTRICT",
                                                         "RETURNING",
                                                         "RIGHT",
                                                         "ROLLBACK",
                                                         "ROW",
                                                         "ROWS",
                                                         "SAVEPOINT",
                                                         "SELECT",
                                                         "SET",
                                                         "TABLE",
                                                         "TEMP",
                                                         "TEMPORARY",
                                                         "THEN",
                                                         "TIES",
                                                         "TO",
                                                         "TRANSACTION",
                                                         "TRIGGER",
                                                         "UNBOUNDED",
                                                         "UNION",
                                                         "UNIQUE",
                                                         "UPDATE",
                                                         "USING",
                                                         "VACUUM",
                                                         "VALUES",
                                                         "VIEW",
                                                         "VIRTUAL",
                                                         "WHEN",
                                                         "WHERE",
                                                         "WINDOW",
                                                         "WITH",
                                                         "WITHOUT"};

// Whether a value or a relation ends with this word, so that a name behind it can only be its alias.
bool ends_operand(const Word &word) {
  if (word.is(")") || word.is("END")) return true;
  return word.is_name() && !is_keyword(word);
}

// Behind the AS of a view or of a WITH.
bool begins_query(const Word &word) {
  return word.is("SELECT") || word.is("WITH") || word.is("VALUES") || word.is("(") || word.is("MATERIALIZED") || word.is("NOT");
}

// Where the parenthesis that closes at `close` opens; `close` itself: nowhere.
std::size_t opening(const Words &all, std::size_t close) {
  int depth = 0;
  for (std::size_t at = close + 1; at-- > 0;) {
    if (all[at].is(")")) ++depth;
    if (all[at].is("(") && --depth == 0) return at;
  }
  return close;
}

} // namespace

bool is_keyword(const Word &word) {
  if (word.kind != script::TokenKind::Word) return false;
  return std::binary_search(kKeywords.begin(), kKeywords.end(), std::string_view(text::upper(word.text)));
}

std::set<std::string> declared_names(const Words &all) {
  std::set<std::string> names;
  for (std::size_t at = 1; at < all.size(); ++at) {
    if (all[at].is("AS") && at + 1 < all.size() && begins_query(all[at + 1])) {
      const std::size_t begin = all[at - 1].is(")") ? opening(all, at - 1) : at - 1;
      for (std::size_t in = begin > 0 ? begin - 1 : 0; in < at; ++in)
        if (all[in].is_name()) names.insert(folded(plain(all[in])));
    }
    if (all[at].is_name() && !is_keyword(all[at]) && (all[at - 1].is("AS") || ends_operand(all[at - 1])))
      names.insert(folded(plain(all[at])));
  }
  return names;
}

} // namespace migrator::schema::sqlite
