// See clearing.h.
#include "migrator/database/postgresql/clearing.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "migrator/database/postgresql/quoting.h"
#include "migrator/text/ascii.h"

namespace migrator::database::postgresql {

namespace {

// Objects that an extension brought are the extension's.
constexpr const char *kNoMember =
    "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = {}::regclass AND e.objid = {} AND "
    "e.deptype = 'e')";
constexpr const char *kUserSchema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
// Below it is what initdb made.
constexpr int kFirstOfUsers = 16384;
constexpr int kFirstWithTrusted = 130000;
constexpr int kFirstWithDatabaseOwner = 150000;

// Who owns what stands in a schema.
constexpr const char *kOwners =
    "owners(classid, objid, owner) AS (SELECT 'pg_catalog.pg_class'::regclass, oid, relowner FROM pg_catalog.pg_class UNION ALL "
    "SELECT "
    "'pg_catalog.pg_proc'::regclass, oid, proowner FROM pg_catalog.pg_proc UNION ALL SELECT 'pg_catalog.pg_type'::regclass, oid, "
    "typowner "
    "FROM pg_catalog.pg_type UNION ALL SELECT 'pg_catalog.pg_operator'::regclass, oid, oprowner FROM pg_catalog.pg_operator "
    "UNION ALL SELECT "
    "'pg_catalog.pg_opclass'::regclass, oid, opcowner FROM pg_catalog.pg_opclass UNION ALL SELECT "
    "'pg_catalog.pg_opfamily'::regclass, oid, "
    "opfowner FROM pg_catalog.pg_opfamily UNION ALL SELECT 'pg_catalog.pg_collation'::regclass, oid, collowner FROM "
    "pg_catalog.pg_collation UNION ALL SELECT 'pg_catalog.pg_conversion'::regclass, oid, conowner FROM pg_catalog.pg_conversion "
    "UNION ALL "
    "SELECT 'pg_catalog.pg_ts_config'::regclass, oid, cfgowner FROM pg_catalog.pg_ts_config UNION ALL SELECT "
    "'pg_catalog.pg_ts_dict'::regclass, oid, dictowner FROM pg_catalog.pg_ts_dict UNION ALL SELECT "
    "'pg_catalog.pg_statistic_ext'::regclass, "
    "oid, stxowner FROM pg_catalog.pg_statistic_ext)";

// type, identity, whether it may be dropped, its owner. What stands directly in schemas, without what hangs on something else there.
std::string in_schemas(const std::string &condition) {
  return fmt::format(
      "WITH {}, found AS (SELECT d.classid, d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_namespace n ON n.oid = "
      "d.refobjid "
      "WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.deptype = 'n' AND d.classid <> "
      "'pg_catalog.pg_default_acl'::regclass AND d.classid <> 'pg_catalog.pg_extension'::regclass AND {} AND NOT EXISTS (SELECT "
      "1 FROM "
      "pg_catalog.pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i'))) "
      "SELECT "
      "i.type, i.identity, coalesce(pg_catalog.pg_has_role(o.owner, 'USAGE'), (SELECT r.rolsuper FROM pg_catalog.pg_roles r "
      "WHERE "
      "r.rolname = current_user))::int::text, coalesce(pg_catalog.pg_get_userbyid(o.owner)::text, '') FROM found f CROSS JOIN "
      "LATERAL "
      "pg_catalog.pg_identify_object(f.classid, f.objid, 0) i LEFT JOIN owners o ON o.classid = f.classid AND o.objid = f.objid "
      "WHERE i.identity IS NOT NULL ORDER BY i.type, i.identity COLLATE \"C\"",
      kOwners, condition);
}

// The word that DROP has for what pg_identify_object() calls a type.
std::string drop_word(const std::string &type) {
  if (type == "function" || type == "procedure" || type == "aggregate") return "ROUTINE";
  if (type == "statistics object") return "STATISTICS";
  if (type == "composite type") return "TYPE";
  return text::upper(type);
}

// The second word of "- hstore " or "- shop anna".
std::string second_word(const std::string &rest) {
  const auto from = rest.find(' ');
  if (from == std::string::npos) return {};
  return rest.substr(from + 1, rest.find(' ', from + 1) - from - 1);
}

std::string literals(const std::set<std::string> &names) {
  std::string text;
  for (const std::string &name : names) text += (text.empty() ? "" : ", ") + quote_literal(name);
  return text.empty() ? "NULL" : text;
}

class Planner {
public:
  Planner(const Ask &ask, int server_version) : ask_(ask), server_version_(server_version) {}

  Result<Clearing> plan(const std::vector<ListedEntry> &list) {
    std::set<std::string> wanted;
    for (const ListedEntry &entry : list)
      if (entry.type == "EXTENSION") wanted.insert(second_word(entry.rest));
    Status done = kept(wanted);
    if (done) done = refused();
    if (done) done = first();
    if (done) done = extensions(wanted);
    if (done) done = schemas();
    if (done) done = outside_schemas();
    if (done) done = default_privileges();
    if (done) done = public_schema();
    if (done) done = count_locks();
    if (done) done = for_superusers(list, wanted);
    if (!done) return tl::unexpected(done.error());
    return std::move(clearing_);
  }

private:
  // Reads rows of (drop-able text, may be dropped, owner).
  Status drop_each(const std::string &sql, const std::string &word) {
    const auto rows = ask_(sql, 3);
    if (!rows) return tl::unexpected(rows.error());
    for (const auto &row : *rows) {
      add(fmt::format("DROP {} IF EXISTS {} CASCADE;", word, row[0]));
      may(row[1] == "1", word, row[0], row[2]);
    }
    return {};
  }

  void add(std::string statement) { clearing_.statements.push_back(std::move(statement)); }

  void may(bool allowed, const std::string &kind, const std::string &name, const std::string &owner) {
    if (allowed) return;
    clearing_.not_ours.push_back(fmt::format("{} {} of role {}", text::lower(kind), name, owner));
  }

  Status kept(const std::set<std::string> &wanted) {
    const auto rows =
        ask_(fmt::format("SELECT x.extname::text, n.nspname::text FROM pg_catalog.pg_extension x JOIN "
                         "pg_catalog.pg_namespace n ON n.oid = x.extnamespace WHERE x.extname IN ({}) AND x.oid >= {}",
                         literals(wanted), kFirstOfUsers),
             2);
    if (!rows) return tl::unexpected(rows.error());
    for (const auto &row : *rows) {
      clearing_.kept_extensions.insert(row[0]);
      if (row[1] != "pg_catalog" && row[1] != "public") clearing_.kept_schemas.insert(row[1]);
    }
    // What the dump holds of their own tables comes back over what is there.
    const auto tables = ask_(
        fmt::format(
            "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), coalesce(t.condition, '') "
            "FROM "
            "pg_catalog.pg_extension x, LATERAL ROWS FROM (pg_catalog.unnest(x.extconfig), pg_catalog.unnest(x.extcondition)) "
            "AS t(relation, condition) JOIN pg_catalog.pg_class c ON c.oid = t.relation JOIN pg_catalog.pg_namespace n ON n.oid "
            "= "
            "c.relnamespace WHERE c.relkind = 'r' AND x.extname IN ({})",
            literals(clearing_.kept_extensions)),
        2);
    if (!tables) return tl::unexpected(tables.error());
    for (const auto &row : *tables) add(fmt::format("DELETE FROM {} {};", row[0], row[1]));
    return {};
  }

  Status refused() {
    const auto rows = ask_("SELECT s.subname::text FROM pg_catalog.pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM "
                           "pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())",
                           1);
    if (!rows) {
      // Only superusers see what a subscription is; its existence shows in what depends on it.
      return {};
    }
    for (const auto &row : *rows) clearing_.subscriptions.push_back(row[0]);
    return {};
  }

  // Event triggers first, for they would fire; publications and large objects stand nowhere else.
  Status first() {
    constexpr const char *kMay = "pg_catalog.pg_has_role(o.{0}, 'USAGE')::int::text, pg_catalog.pg_get_userbyid(o.{0})::text";
    const auto member = [](const char *catalog) {
      return fmt::format(fmt::runtime(kNoMember), quote_literal(fmt::format("pg_catalog.{}", catalog)), "o.oid");
    };
    if (auto done =
            drop_each(fmt::format("SELECT pg_catalog.quote_ident(o.evtname), {} FROM pg_catalog.pg_event_trigger o WHERE {}",
                                  fmt::format(fmt::runtime(kMay), "evtowner"), member("pg_event_trigger")),
                      "EVENT TRIGGER");
        !done)
      return done;
    if (auto done = drop_each(fmt::format("SELECT pg_catalog.quote_ident(o.pubname), {} FROM pg_catalog.pg_publication o",
                                          fmt::format(fmt::runtime(kMay), "pubowner")),
                              "PUBLICATION");
        !done)
      return done;
    const auto objects = ask_("SELECT count(*)::text, coalesce(min(o.oid) FILTER (WHERE NOT pg_catalog.pg_has_role(o.lomowner, "
                              "'USAGE')), 0)::text FROM pg_catalog.pg_largeobject_metadata o",
                              2);
    if (!objects) return tl::unexpected(objects.error());
    if (objects->at(0)[0] != "0") add("SELECT count(pg_catalog.lo_unlink(o.oid)) FROM pg_catalog.pg_largeobject_metadata o;");
    if (objects->at(0)[1] != "0") clearing_.not_ours.push_back(fmt::format("large object {} of another role", objects->at(0)[1]));
    return {};
  }

  Status extensions(const std::set<std::string> &wanted) {
    return drop_each(
        fmt::format("SELECT pg_catalog.quote_ident(x.extname), pg_catalog.pg_has_role(x.extowner, 'USAGE')::int::text, "
                    "pg_catalog.pg_get_userbyid(x.extowner)::text FROM pg_catalog.pg_extension x WHERE x.extname NOT IN "
                    "(SELECT w FROM pg_catalog.unnest(ARRAY[{}]::text[]) w WHERE w IS NOT NULL) AND x.oid >= {} ORDER BY 1",
                    literals(wanted), kFirstOfUsers),
        "EXTENSION");
  }

  Status schemas() {
    std::set<std::string> stay = clearing_.kept_schemas;
    stay.insert("public");
    if (auto done = drop_each(
            fmt::format(
                "SELECT pg_catalog.quote_ident(n.nspname), pg_catalog.pg_has_role(n.nspowner, 'USAGE')::int::text, "
                "pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n WHERE {} AND n.nspname NOT IN ({}) "
                "AND {} ORDER BY 1",
                kUserSchema, literals(stay), fmt::format(fmt::runtime(kNoMember), "'pg_catalog.pg_namespace'", "n.oid")),
            "SCHEMA");
        !done)
      return done;
    const auto objects = ask_(in_schemas(fmt::format("n.nspname IN ({})", literals(stay))), 4);
    if (!objects) return tl::unexpected(objects.error());
    for (const auto &row : *objects) {
      add(fmt::format("DROP {} IF EXISTS {} CASCADE;", drop_word(row[0]), row[1]));
      may(row[2] == "1", row[0], row[1], row[3]);
    }
    return {};
  }

  // Casts, languages, foreign data wrappers and servers, access methods, transforms.
  Status outside_schemas() {
    struct Kind {
      const char *catalog;
      const char *owner; // empty: superusers only
      const char *word;
    };
    constexpr Kind kKinds[] = {{"pg_foreign_server", "srvowner", "SERVER"},
                               {"pg_foreign_data_wrapper", "fdwowner", "FOREIGN DATA WRAPPER"},
                               {"pg_cast", "", "CAST"},
                               {"pg_transform", "", "TRANSFORM"},
                               {"pg_language", "lanowner", "LANGUAGE"},
                               {"pg_am", "", "ACCESS METHOD"}};
    for (const Kind &kind : kKinds) {
      const std::string owner = *kind.owner == '\0' ? "10" : std::string("o.") + kind.owner;
      // A cast belongs to whoever owns one of its types, and goes with it; what is left is a superuser's.
      const std::string may =
          *kind.owner == '\0' ? "1::text" : fmt::format("pg_catalog.pg_has_role({}, 'USAGE')::int::text", owner);
      if (auto done = drop_each(
              fmt::format(
                  "SELECT i.identity, {}, pg_catalog.pg_get_userbyid({})::text FROM pg_catalog.{} o CROSS JOIN LATERAL "
                  "pg_catalog.pg_identify_object('pg_catalog.{}'::regclass, o.oid, 0) i WHERE o.oid >= {} AND {}",
                  may, owner, kind.catalog, kind.catalog, kFirstOfUsers,
                  fmt::format(fmt::runtime(kNoMember), quote_literal(std::string("pg_catalog.") + kind.catalog), "o.oid")),
              kind.word);
          !done)
        return done;
    }
    return {};
  }

  // Those of schemas that are dropped go with them.
  Status default_privileges() {
    std::set<std::string> stay = clearing_.kept_schemas;
    stay.insert("public");
    const auto rows =
        ask_(fmt::format(
                 "SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::text, coalesce(n.nspname::text, ''), d.defaclobjtype::text, "
                 "coalesce(pg_catalog.string_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident("
                 "pg_catalog.pg_get_userbyid(a.grantee)) END, ', '), ''), pg_catalog.pg_has_role(d.defaclrole, "
                 "'USAGE')::int::text FROM "
                 "pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace LEFT JOIN LATERAL "
                 "pg_catalog.aclexplode(d.defaclacl) a ON true WHERE d.defaclnamespace = 0 OR n.nspname IN ({}) GROUP BY d.oid, "
                 "d.defaclrole, n.nspname, d.defaclobjtype",
                 literals(stay)),
             5);
    if (!rows) return tl::unexpected(rows.error());
    const std::map<std::string, std::string> kinds{{"r", "TABLES"}, {"S", "SEQUENCES"}, {"f", "ROUTINES"},
                                                   {"T", "TYPES"},  {"n", "SCHEMAS"},   {"L", "LARGE OBJECTS"}};
    for (const auto &row : *rows) {
      const auto kind = kinds.find(row[2]);
      if (kind == kinds.end()) continue;
      const std::string role = quote_identifier(row[0]);
      const std::string head = fmt::format("ALTER DEFAULT PRIVILEGES FOR ROLE {}{}", role,
                                           row[1].empty() ? "" : " IN SCHEMA " + quote_identifier(row[1]));
      if (!row[3].empty()) add(fmt::format("{} REVOKE ALL ON {} FROM {};", head, kind->second, row[3]));
      if (row[1].empty()) { // what was there by itself, so that the entry goes
        add(fmt::format("{} GRANT ALL ON {} TO {};", head, kind->second, role));
        if (row[2] == "f") add(head + " GRANT EXECUTE ON ROUTINES TO PUBLIC;");
        if (row[2] == "T") add(head + " GRANT USAGE ON TYPES TO PUBLIC;");
      }
      may(row[4] == "1", "default privileges", "on " + kind->second, row[0]);
    }
    return {};
  }

  // As initdb made it: that is what the dump's own changes to it build on.
  Status public_schema() {
    const bool has_database_owner = server_version_ >= kFirstWithDatabaseOwner;
    const auto rows =
        ask_("SELECT pg_catalog.pg_get_userbyid(n.nspowner)::text, coalesce(pg_catalog.obj_description(n.oid, "
             "'pg_namespace'), ''), pg_catalog.pg_has_role(n.nspowner, 'USAGE')::int::text, (SELECT coalesce("
             "pg_catalog.string_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident("
             "pg_catalog.pg_get_userbyid(a.grantee)) END, ', '), '') FROM pg_catalog.aclexplode(coalesce(n.nspacl, "
             "pg_catalog.acldefault('n', n.nspowner))) a), coalesce((SELECT pg_catalog.string_agg(x::text, ',' ORDER BY x::text) "
             "FROM pg_catalog.unnest(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) x), '') , coalesce((SELECT "
             "pg_catalog.string_agg(x::text, ',' ORDER BY x::text) FROM pg_catalog.pg_init_privs p, pg_catalog.unnest("
             "p.initprivs) x WHERE p.objoid = n.oid AND p.classoid = 'pg_catalog.pg_namespace'::regclass), '') FROM "
             "pg_catalog.pg_namespace n WHERE n.nspname = 'public'",
             6);
    if (!rows) return tl::unexpected(rows.error());
    const std::string owner = has_database_owner ? "pg_database_owner" : "";
    if (rows->empty()) {
      add(fmt::format("CREATE SCHEMA public{};", has_database_owner ? " AUTHORIZATION " + owner : ""));
      add(fmt::format("GRANT {} ON SCHEMA public TO PUBLIC;", has_database_owner ? "USAGE" : "ALL"));
      add("COMMENT ON SCHEMA public IS 'standard public schema';");
      return {};
    }
    const auto &row = rows->front();
    const bool other_owner = has_database_owner && row[0] != owner;
    const bool other_acl = row[4] != row[5];
    const bool other_comment = row[1] != "standard public schema";
    if (other_acl || other_owner) {
      add(fmt::format("REVOKE ALL ON SCHEMA public FROM {};", row[3].empty() ? "PUBLIC" : row[3]));
      if (other_owner) add("ALTER SCHEMA public OWNER TO " + owner + ";");
      add(fmt::format("GRANT ALL ON SCHEMA public TO {};", quote_identifier(has_database_owner ? owner : row[0])));
      add(fmt::format("GRANT {} ON SCHEMA public TO PUBLIC;", has_database_owner ? "USAGE" : "ALL"));
    }
    if (other_comment) add("COMMENT ON SCHEMA public IS 'standard public schema';");
    if (other_acl || other_owner || other_comment) may(row[2] == "1", "schema", "public", row[0]);
    return {};
  }

  // Deleting locks every object that goes, those that hang on others too.
  Status count_locks() {
    std::string counts;
    for (const char *catalog : {"pg_class", "pg_type", "pg_proc", "pg_constraint", "pg_trigger", "pg_rewrite", "pg_attrdef",
                                "pg_policy", "pg_operator", "pg_opclass", "pg_opfamily", "pg_largeobject_metadata"})
      counts += fmt::format("{}(SELECT count(*) FROM pg_catalog.{} WHERE oid >= {})", counts.empty() ? "" : " + ", catalog,
                            kFirstOfUsers);
    const auto rows = ask_(fmt::format("SELECT ({})::text", counts), 1);
    if (!rows) return tl::unexpected(rows.error());
    clearing_.locks = std::atoll(rows->at(0)[0].c_str());
    return {};
  }

  Status for_superusers(const std::vector<ListedEntry> &list, const std::set<std::string> &wanted) {
    const auto super = ask_("SELECT r.rolsuper::int::text FROM pg_catalog.pg_roles r WHERE r.rolname = current_user", 1);
    if (!super) return tl::unexpected(super.error());
    if (super->at(0)[0] == "1") return {};
    for (const ListedEntry &entry : list)
      if (entry.type == "EVENT TRIGGER") clearing_.for_superusers.push_back("event trigger " + second_word(entry.rest));
    std::set<std::string> missing;
    for (const std::string &extension : wanted)
      if (!clearing_.kept_extensions.contains(extension)) missing.insert(extension);
    const auto hard = ask_(
        fmt::format(
            "SELECT w.name FROM pg_catalog.unnest(ARRAY[{}]::text[]) w(name) WHERE w.name IS NOT NULL AND NOT EXISTS (SELECT 1 "
            "FROM pg_catalog.pg_available_extension_versions v WHERE v.name = w.name AND (NOT v.superuser{})) ORDER BY 1",
            literals(missing), server_version_ >= kFirstWithTrusted ? " OR v.trusted" : ""),
        1);
    if (!hard) return tl::unexpected(hard.error());
    for (const auto &row : *hard) clearing_.for_superusers.push_back("extension " + row[0]);
    return {};
  }

  const Ask &ask_;
  int server_version_;
  Clearing clearing_;
};

} // namespace

Result<Clearing> plan_clearing(const Ask &ask, const std::vector<ListedEntry> &list, int server_version) {
  return Planner(ask, server_version).plan(list);
}

std::vector<ListedEntry> list_for(const std::vector<ListedEntry> &list, const Clearing &clearing) {
  std::vector<ListedEntry> wanted;
  for (const ListedEntry &entry : list) {
    const bool kept_schema = entry.type == "SCHEMA" && clearing.kept_schemas.contains(second_word(entry.rest));
    bool kept_extension = entry.type == "EXTENSION" && clearing.kept_extensions.contains(second_word(entry.rest));
    for (const std::string &extension : clearing.kept_extensions)
      kept_extension = kept_extension || (entry.type == "COMMENT" && entry.rest.rfind("- EXTENSION " + extension + " ", 0) == 0);
    if (!kept_schema && !kept_extension) wanted.push_back(entry);
  }
  return wanted;
}

std::int64_t locks_to_make(const std::vector<ListedEntry> &list) {
  std::int64_t locks = 0;
  // What is about a thing that another entry has made finds it locked already.
  const std::set<std::string> about{"TABLE DATA", "SEQUENCE SET", "SEQUENCE", "ACL",  "COMMENT",
                                    "DEFAULT",    "DEFAULT ACL",  "FK",       "BLOBS"};
  for (const ListedEntry &entry : list) {
    const bool owned = entry.type == "SEQUENCE" && entry.rest.rfind("OWNED BY ", 0) == 0;
    if (entry.type == "SEQUENCE" ? !owned : !about.contains(entry.type)) ++locks;
    if (entry.type == "TABLE" || entry.type == "MATERIALIZED VIEW") locks += 2; // with the table for long values and its index
  }
  return locks;
}

Result<std::vector<std::string>> objects_of_users(const Ask &ask) {
  const auto rows = ask(in_schemas(kUserSchema) + " LIMIT 5", 4);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::string> objects;
  for (const auto &row : *rows) objects.push_back(row[0] + " " + row[1]);
  const auto others =
      ask(fmt::format("SELECT 'schema ' || pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_namespace n WHERE {} AND "
                      "n.nspname <> 'public' AND {} UNION ALL SELECT 'large object ' || min(o.oid)::text FROM "
                      "pg_catalog.pg_largeobject_metadata o HAVING count(*) > 0 LIMIT 5",
                      kUserSchema, fmt::format(fmt::runtime(kNoMember), "'pg_catalog.pg_namespace'", "n.oid")),
          1);
  if (!others) return tl::unexpected(others.error());
  for (const auto &row : *others) objects.push_back(row[0]);
  return objects;
}

} // namespace migrator::database::postgresql
