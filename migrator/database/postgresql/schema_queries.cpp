// See schema_queries.h. Objects of the server's own have numbers below 16384; "public" (2200) is the one that counts among them.
#include "migrator/database/postgresql/schema_queries.h"

#include <string_view>

#include <fmt/format.h>

namespace migrator::database::postgresql {

namespace {

constexpr int kFirstWithCompression = 140000;

// A name of a namespace column `n.nspname` that holds the user's objects.
constexpr std::string_view kModelled = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

// The owner, where it is not the role that asks.
std::string owner(std::string_view column) {
  return fmt::format("CASE WHEN {0} <> (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) THEN "
                     "pg_catalog.pg_get_userbyid({0})::text END",
                     column);
}

// The grants that are not those of a new object, and what a new object has and this one has not.
std::string grants(std::string_view acl, std::string_view kind, std::string_view owner, std::string_view initial) {
  return fmt::format(
      "CASE WHEN {0} IS NOT NULL THEN (WITH given AS (SELECT grantee, privilege_type AS p, is_grantable AND grantee <> {2} AS g "
      "FROM "
      "pg_catalog.aclexplode({0})), base AS (SELECT grantee, privilege_type AS p, is_grantable AND grantee <> {2} AS g FROM "
      "pg_catalog.aclexplode({3})) SELECT pg_catalog.string_agg(line, pg_catalog.chr(31) ORDER BY line COLLATE \"C\") FROM ("
      "SELECT 'GRANT ' || p || ' TO ' || CASE WHEN grantee = 0 THEN 'PUBLIC' WHEN grantee = {2} THEN 'OWNER' ELSE "
      "pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END || CASE WHEN g THEN ' WITH GRANT OPTION' ELSE '' END AS "
      "line FROM (SELECT grantee, p, g FROM given EXCEPT SELECT grantee, p, g FROM base) new UNION ALL "
      "SELECT 'REVOKE ' || p || ' FROM ' || CASE WHEN grantee = 0 THEN 'PUBLIC' WHEN grantee = {2} THEN 'OWNER' ELSE "
      "pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END FROM (SELECT grantee, p FROM base EXCEPT SELECT grantee, "
      "p FROM given) gone) lines) END",
      acl, kind, owner,
      initial.empty() ? fmt::format("pg_catalog.acldefault({}, {})", kind, owner)
                      : fmt::format("coalesce({}, pg_catalog.acldefault({}, {}))", initial, kind, owner));
}

std::string collation(std::string_view id) {
  return fmt::format("(SELECT pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname) FROM "
                     "pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = {})",
                     id);
}

// Texts of CREATE SEQUENCE for a row `s` of pg_sequence, where they are not the default ones.
constexpr std::string_view kSequenceOptions =
    "pg_catalog.concat_ws(pg_catalog.chr(31), "
    "CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT BY ' || s.seqincrement END, "
    "CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 ELSE CASE s.seqtypid WHEN 21 THEN -32768 WHEN 23 THEN "
    "-2147483648 ELSE '-9223372036854775808'::int8 END END THEN 'MINVALUE ' || s.seqmin END, "
    "CASE WHEN s.seqmax <> CASE WHEN s.seqincrement < 0 THEN -1 ELSE CASE s.seqtypid WHEN 21 THEN 32767 WHEN 23 THEN "
    "2147483647 ELSE 9223372036854775807 END END THEN 'MAXVALUE ' || s.seqmax END, "
    "CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END THEN 'START WITH ' || s.seqstart "
    "END, "
    "CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END, "
    "CASE WHEN s.seqcycle THEN 'CYCLE' END)";

// What a row `i` of pg_index is to its table beside an index.
constexpr std::string_view kMarks = "pg_catalog.concat_ws(pg_catalog.chr(31), CASE WHEN i.indisclustered THEN 'CLUSTER ON' END, "
                                    "CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY USING INDEX' END)";

// The statistics of a row `i` of pg_index: only columns that are expressions have any of their own.
constexpr std::string_view kStatistics =
    "(SELECT pg_catalog.string_agg('ALTER COLUMN ' || a.attnum || ' SET STATISTICS ' || a.attstattarget, pg_catalog.chr(31) "
    "ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)";

// The rules of a table `c` that fire where its rows are updated, but for replication.
constexpr std::string_view kUpdateRules =
    "(SELECT pg_catalog.string_agg(CASE w.ev_enabled WHEN 'A' THEN 'ENABLE ALWAYS RULE ' ELSE 'ENABLE RULE ' END || "
    "pg_catalog.quote_ident(w.rulename), pg_catalog.chr(31) ORDER BY w.rulename) FROM pg_catalog.pg_rewrite w WHERE w.ev_class = "
    "c.oid AND w.ev_type = '2' AND w.ev_enabled IN ('O', 'A') AND c.relkind = 'r')";

} // namespace

// oid, name, owner, grants
std::string namespaces_query() {
  return fmt::format(
      "SELECT n.oid::text, n.nspname::text, CASE WHEN n.oid <> 2200 THEN {} END, {} FROM pg_catalog.pg_namespace n "
      "LEFT JOIN pg_catalog.pg_init_privs i ON i.objoid = n.oid AND i.classoid = 2615 WHERE {}",
      owner("n.nspowner"), grants("n.nspacl", "'n'", "n.nspowner", "i.initprivs"), kModelled);
}

// oid, name, schema
std::string extensions_query() {
  return "SELECT e.oid::text, e.extname::text, n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON "
         "n.oid = e.extnamespace WHERE e.oid >= 16384 AND e.extname <> 'plpgsql'";
}

// oid, schema, name, kind (e, d), owner, grants, its array's oid, labels; a domain's type, not null, default, collation
std::string types_query() {
  return fmt::format(
      "SELECT t.oid::text, n.nspname::text, t.typname::text, t.typtype::text, {}, {}, t.typarray::text, "
      "(SELECT pg_catalog.string_agg(e.enumlabel::text, pg_catalog.chr(31) ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e "
      "WHERE e.enumtypid = t.oid), "
      "pg_catalog.format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, pg_catalog.pg_get_expr(t.typdefaultbin, 0), "
      "CASE WHEN t.typcollation <> b.typcollation THEN {} END "
      "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_catalog.pg_type b ON "
      "b.oid = "
      "t.typbasetype WHERE t.typtype IN ('e', 'd') AND {}",
      owner("t.typowner"), grants("t.typacl", "'T'", "t.typowner", ""), collation("t.typcollation"), kModelled);
}

// oid, schema, name, kind, persistence, owner, grants, options (sorted: their order means nothing), row type, its array, view's definition, view's rule, what keeps it out of the model, row security, replica identity, rules
std::string relations_query() {
  return fmt::format(
      "SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence::text, {}, "
      "CASE WHEN c.relkind = 'S' THEN {} ELSE {} END, (SELECT pg_catalog.string_agg(o, pg_catalog.chr(31) ORDER BY o COLLATE "
      "\"C\") "
      "FROM (SELECT pg_catalog.unnest(c.reloptions) UNION ALL SELECT 'toast.' || pg_catalog.unnest(h.reloptions) FROM "
      "pg_catalog.pg_class h WHERE h.oid = c.reltoastrelid) options (o)), "
      "c.reltype::text, coalesce(t.typarray, 0)::text, CASE WHEN c.relkind IN ('v', 'm') THEN "
      "pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') END, coalesce(r.oid, 0)::text, "
      "CASE WHEN c.relkind = 'p' THEN 'partitioned table' WHEN c.relispartition THEN 'partition' WHEN c.relkind = 'f' THEN "
      "'foreign table' WHEN c.reloftype <> 0 THEN 'typed table' WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE "
      "h.inhrelid = c.oid) THEN 'inheriting table' ELSE '' END, c.relrowsecurity, c.relkind = 'r' AND c.relreplident IN ('f', "
      "'n'), {} "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_type t ON "
      "t.oid "
      "= c.reltype LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN' "
      "WHERE c.relkind IN ('r', 'S', 'v', 'm', 'p', 'f') AND c.relpersistence <> 't' AND {} AND NOT EXISTS (SELECT 1 FROM "
      "pg_catalog.pg_depend d WHERE c.relkind = 'S' AND d.classid = 1259 AND d.objid = c.oid AND d.deptype = 'i' AND "
      "d.refclassid "
      "= 1259)",
      owner("c.relowner"), grants("c.relacl", "'s'", "c.relowner", ""), grants("c.relacl", "'r'", "c.relowner", ""), kUpdateRules,
      kModelled);
}

// relation, number, name, type, not null, default's oid, default, identity, identity's options, generated, collation, storage, compression,
// statistics, options, grants
std::string columns_query(int server_version) {
  return fmt::format(
      "SELECT a.attrelid::text, a.attnum::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, "
      "coalesce(d.oid, 0)::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, "
      "CASE WHEN a.attidentity <> '' THEN (SELECT {0} FROM pg_catalog.pg_depend o JOIN pg_catalog.pg_sequence s ON s.seqrelid = "
      "o.objid WHERE o.classid = 1259 AND o.refclassid = 1259 AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND "
      "o.deptype = 'i') END, a.attgenerated::text, CASE WHEN a.attcollation <> t.typcollation THEN {1} END, "
      "CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' "
      "THEN 'MAIN' ELSE 'EXTENDED' END END, {2}, CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END, "
      "(SELECT pg_catalog.string_agg(o, pg_catalog.chr(31) ORDER BY o) FROM pg_catalog.unnest(a.attoptions) o WHERE o ~ "
      "'^n_distinct'), {3} "
      "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = "
      "a.attrelid "
      "AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm') AND {4} "
      "ORDER BY a.attrelid, a.attnum",
      kSequenceOptions, collation("a.attcollation"),
      server_version >= kFirstWithCompression ? "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END"
                                              : "NULL::text",
      grants("a.attacl", "'c'", "c.relowner", ""), kModelled);
}

// oid, type, options
std::string sequences_query() {
  return fmt::format("SELECT s.seqrelid::text, pg_catalog.format_type(s.seqtypid, NULL), {} FROM pg_catalog.pg_sequence s WHERE "
                     "s.seqrelid >= 16384",
                     kSequenceOptions);
}

// oid, name, kind, table, domain, its index, definition, columns' numbers, referenced table, referenced columns' numbers, marks and statistics of its index
std::string constraints_query() {
  return fmt::format(
      "SELECT k.oid::text, k.conname::text, k.contype::text, k.conrelid::text, k.contypid::text, k.conindid::text, "
      "pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.array_to_string(k.conkey, ' '), k.confrelid::text, "
      "pg_catalog.array_to_string(k.confkey, ' '), {}, {} FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON "
      "n.oid = "
      "k.connamespace LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype <> 'f' WHERE k.contype IN ('p', "
      "'u', 'f', 'c', 'x') AND k.conparentid = 0 AND {}",
      kMarks, kStatistics, kModelled);
}

// oid, table, name, unique, definition from its method on, columns' numbers, valid, marks, statistics
std::string indexes_query() {
  return fmt::format(
      "SELECT i.indexrelid::text, i.indrelid::text, c.relname::text, i.indisunique, "
      "pg_catalog.substr(pg_catalog.pg_get_indexdef(i.indexrelid), pg_catalog.length('CREATE ' || CASE WHEN i.indisunique THEN "
      "'UNIQUE ' ELSE '' END || 'INDEX ' || pg_catalog.quote_ident(c.relname) || ' ON ' || pg_catalog.quote_ident(n.nspname) || "
      "'.' || pg_catalog.quote_ident(t.relname) || ' USING ') + 1), i.indkey::text, i.indisvalid, {}, {} "
      "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class t ON t.oid = "
      "i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE t.relkind IN ('r', 'm') AND {} AND NOT EXISTS "
      "(SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))",
      kMarks, kStatistics, kModelled);
}

// oid, schema, name (quoted if it has a bracket or a quote), argument types, kind (f, p), owner, grants, definition, arguments, result
std::string functions_query() {
  return fmt::format(
      "SELECT p.oid::text, n.nspname::text, CASE WHEN p.proname ~ '[(\"]' THEN pg_catalog.quote_ident(p.proname) ELSE "
      "p.proname::text END, pg_catalog.oidvectortypes(p.proargtypes), "
      "p.prokind::text, {}, {}, pg_catalog.pg_get_functiondef(p.oid), pg_catalog.pg_get_function_arguments(p.oid), "
      "pg_catalog.pg_get_function_result(p.oid) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = "
      "p.pronamespace WHERE p.prokind IN ('f', 'p') AND {}",
      owner("p.proowner"), grants("p.proacl", "'f'", "p.proowner", ""), kModelled);
}

// oid, relation, name, definition, enabled
std::string triggers_query() {
  return fmt::format(
      "SELECT g.oid::text, g.tgrelid::text, g.tgname::text, pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled::text "
      "FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON "
      "n.oid = c.relnamespace WHERE NOT g.tgisinternal AND {}",
      kModelled);
}

// class, oid, column, text; less that of the schema "public" as every database has it
std::string comments_query() {
  return "SELECT classoid::text, objoid::text, objsubid::text, description FROM pg_catalog.pg_description WHERE (objoid >= 16384 "
         "OR objoid = 2200) AND NOT (objoid = 2200 AND description = 'standard public schema')";
}

// class, oid, column, class, oid, column that it needs, kind of bond
std::string dependencies_query() {
  return "SELECT classid::text, objid::text, objsubid::text, refclassid::text, refobjid::text, refobjsubid::text, deptype::text "
         "FROM pg_catalog.pg_depend WHERE objid >= 16384 AND refobjid >= 16384 AND refclassid <> 2615 AND NOT (classid IN (1247, "
         "2618) AND deptype = 'i' AND refclassid = 1259) AND NOT (classid = 1247 AND refclassid = 1247 AND deptype = 'i')";
}

std::string unknown_query(int) {
  const auto named = [](std::string_view table, int number, std::string_view prefix, std::string_view what) {
    return fmt::format("SELECT {1}::text, o.oid::text, '{3} ' || n.nspname || '.' || o.{2}name FROM pg_catalog.{0} o JOIN "
                       "pg_catalog.pg_namespace n ON n.oid = o.{2}namespace WHERE o.oid >= 16384 AND n.nspname !~ '^pg_'",
                       table, number, prefix, what);
  };
  const auto global = [](std::string_view table, int number, std::string_view column, std::string_view what) {
    return fmt::format("SELECT {1}::text, o.oid::text, '{3} ' || o.{2} FROM pg_catalog.{0} o WHERE o.oid >= 16384", table, number,
                       column, what);
  };
  const auto inside = [](std::string_view table, int number, std::string_view column, std::string_view relation,
                         std::string_view what) {
    return fmt::format("SELECT {1}::text, o.oid::text, '{4} ' || o.{2} || ' on ' || n.nspname || '.' || c.relname FROM "
                       "pg_catalog.{0} o JOIN pg_catalog.pg_class c ON c.oid = o.{3} JOIN pg_catalog.pg_namespace n ON n.oid = "
                       "c.relnamespace WHERE o.oid >= 16384 AND n.nspname !~ '^pg_'",
                       table, number, column, relation, what);
  };
  std::string sql = inside("pg_policy", 3256, "polname", "polrelid", "policy");
  for (const std::string &part :
       {inside("pg_rewrite", 2618, "rulename", "ev_class", "rule") + " AND o.rulename <> '_RETURN'",
        named("pg_type", 1247, "typ", "composite type") +
            " AND o.typtype = 'c' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = o.typrelid AND c.relkind = 'c')",
        named("pg_type", 1247, "typ", "range type") + " AND o.typtype = 'r'",
        named("pg_type", 1247, "typ", "base type") + " AND o.typtype = 'b' AND o.typelem = 0",
        named("pg_proc", 1255, "pro", "aggregate") + " AND o.prokind = 'a'",
        named("pg_proc", 1255, "pro", "window function") + " AND o.prokind = 'w'",
        named("pg_collation", 3456, "coll", "collation"),
        named("pg_conversion", 2607, "con", "conversion"),
        named("pg_operator", 2617, "opr", "operator"),
        named("pg_opclass", 2616, "opc", "operator class"),
        named("pg_opfamily", 2753, "opf", "operator family"),
        named("pg_ts_config", 3602, "cfg", "text search configuration"),
        named("pg_ts_dict", 3600, "dict", "text search dictionary"),
        named("pg_ts_parser", 3601, "prs", "text search parser"),
        named("pg_ts_template", 3764, "tmpl", "text search template"),
        named("pg_statistic_ext", 3381, "stx", "statistics"),
        global("pg_event_trigger", 3466, "evtname", "event trigger"),
        global("pg_publication", 6104, "pubname", "publication"),
        global("pg_foreign_data_wrapper", 2328, "fdwname", "foreign data wrapper"),
        global("pg_foreign_server", 1417, "srvname", "foreign server"),
        global("pg_language", 2612, "lanname", "language"),
        global("pg_am", 2601, "amname", "access method"),
        std::string(
            "SELECT '2604', o.oid::text, 'default of column ' || a.attname || ' on ' || n.nspname || '.' || c.relname FROM "
            "pg_catalog.pg_attrdef o JOIN pg_catalog.pg_class c ON c.oid = o.adrelid JOIN pg_catalog.pg_attribute a ON "
            "a.attrelid = o.adrelid AND a.attnum = o.adnum JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
            "c.relkind = 'v' AND o.oid >= 16384 AND n.nspname !~ '^pg_'"),
        std::string("SELECT '2605', o.oid::text, 'cast from ' || pg_catalog.format_type(o.castsource, NULL) || ' to ' || "
                    "pg_catalog.format_type(o.casttarget, NULL) FROM pg_catalog.pg_cast o WHERE o.oid >= 16384"),
        std::string("SELECT '826', o.oid::text, 'default privileges of ' || pg_catalog.pg_get_userbyid(o.defaclrole) FROM "
                    "pg_catalog.pg_default_acl o")})
    sql += " UNION ALL " + part;
  return sql;
}

} // namespace migrator::database::postgresql
