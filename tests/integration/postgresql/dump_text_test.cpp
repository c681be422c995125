// The text of pg_dump, cut up and made fit for a transaction of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrator/database/postgresql/client_login.h"
#include "migrator/database/postgresql/client_run.h"
#include "migrator/database/postgresql/client_tools.h"
#include "migrator/database/postgresql/database_properties.h"
#include "migrator/database/postgresql/dump_text.h"
#include "migrator/database/postgresql/swap_journal.h"

namespace migrator::database::postgresql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<DumpEntry> read(const std::string &text, std::size_t piece = 7) {
  DumpReader reader;
  for (std::size_t at = 0; at < text.size(); at += piece) reader.take(text.substr(at, piece));
  return reader.finish();
}

constexpr const char *kText =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET statement_timeout = 0;\n\n--\n-- Name: t; Type: TABLE; Schema: "
    "public; Owner: anna\n--\n\nCREATE TABLE public.t (\n    a integer\n);\n\n\nALTER TABLE public.t OWNER TO anna;\n\nSET "
    "default_tablespace = fast;\n\n--\n-- Name: t t_pkey; Type: CONSTRAINT; Schema: public; Owner: anna\n--\n\nALTER TABLE "
    "ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a);\n\n--\n-- Name: s; Type: SEQUENCE SET; Schema: public; Owner: "
    "anna\n--\n\nSELECT pg_catalog.setval('public.s', 42, true);\n\n--\n-- Name: TABLE t; Type: ACL; Schema: public; Owner: "
    "anna\n--\n\nGRANT SELECT ON TABLE public.t TO \"a \"\"b\";\nGRANT ALL ON TABLE public.t TO PUBLIC;\n\n--\n-- PostgreSQL "
    "database dump complete\n--\n\n\\unrestrict abc\n\n";

TEST(DumpText, IsCutAtItsComments) {
  const auto entries = read(kText);
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].name, "t");
  EXPECT_EQ(entries[0].type, "TABLE");
  EXPECT_EQ(entries[0].schema, "public");
  EXPECT_EQ(entries[0].text, "CREATE TABLE public.t (\n    a integer\n);\n");
  EXPECT_THAT(entries[0].owners, ElementsAre("ALTER TABLE public.t OWNER TO anna;"));
  EXPECT_EQ(entries[0].tablespace, "");
  EXPECT_EQ(entries[1].tablespace, "fast");
  EXPECT_THAT(roles_in(entries), ElementsAre("a \"b", "anna"));
  std::vector<std::string> names;
  for (const auto &entry : entries_of(entries)) names.push_back(entry.kind + ": " + entry.name);
  EXPECT_THAT(names, ElementsAre("definition: ACL public.TABLE t", "definition: CONSTRAINT public.t t_pkey",
                                 "definition: OWNER OF TABLE public.t", "definition: TABLE public.t",
                                 "definition: TABLESPACE OF CONSTRAINT public.t t_pkey", "rows: SEQUENCE public.s"));
  EXPECT_EQ(entries_of(entries).back().hash, sequence_hash("42", true));
}

TEST(DumpText, TheOrderOfRightsAndTheRandomKeyAreNoDifference) {
  std::string other = kText;
  const std::string first = "GRANT SELECT ON TABLE public.t TO \"a \"\"b\";\n";
  const std::string second = "GRANT ALL ON TABLE public.t TO PUBLIC;\n";
  other.replace(other.find(first), first.size() + second.size(), second + first);
  other.replace(other.find("abc"), 3, "xyz");
  other.replace(other.find("abc"), 3, "xyz");
  const Contents one{entries_of(read(kText))};
  const Contents two{entries_of(read(other, 1000))};
  EXPECT_THAT(differences(one, two, false), IsEmpty());
}

TEST(DumpText, CastsOfArraysAreReadAgainElementByElement) {
  EXPECT_EQ(as_read_again("((s)::text = ANY ((ARRAY['a'::character varying, 'b,''('::character varying])::text[]))"),
            "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b,''('::character varying)::text]))");
  EXPECT_EQ(as_read_again("(ARRAY[1, 2])::numeric[] (ARRAY['x'])"), "ARRAY[(1)::numeric, (2)::numeric] (ARRAY['x'])");
  EXPECT_EQ(as_read_again("(ARRAY[never ends"), "(ARRAY[never ends");
  const std::string again = as_read_again("(ARRAY[(ARRAY['a'::character varying])::text[]])::text[]");
  EXPECT_EQ(as_read_again(again), again);
}

TEST(DumpText, TheOptionsOfADatabaseComeWithoutItsTablespace) {
  EXPECT_EQ(database_options_in("x\nCREATE DATABASE \"a WITH b\" WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = "
                                "icu LOCALE = 'C' ICU_LOCALE = "
                                "'de' TABLESPACE = fast;\n"),
            "TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = icu LOCALE = 'C' ICU_LOCALE = 'de'");
  EXPECT_EQ(database_options_in("nothing"), "TEMPLATE = template0");
}

TEST(DumpText, TheListIsReadByTypes) {
  const auto list =
      read_list(";\n; Archive\n;\n3; 3079 16390 EXTENSION - hstore \n3425; 0 0 COMMENT - EXTENSION hstore \n217; 1259 16520 "
                "TABLE public t anna\n3420; "
                "0 16520 TABLE DATA public t anna\n3; 0 0 SEQUENCE SET public s anna\n9; 3466 1 EVENT TRIGGER - e anna\n");
  std::vector<std::string> types;
  for (const auto &entry : list) types.push_back(entry.type + "|" + entry.rest);
  EXPECT_THAT(types, ElementsAre("EXTENSION|- hstore ", "COMMENT|- EXTENSION hstore ", "TABLE|public t anna",
                                 "TABLE DATA|public t anna", "SEQUENCE SET|public s anna", "EVENT TRIGGER|- e anna"));
  EXPECT_TRUE(is_event_trigger(list[5]));
  EXPECT_FALSE(is_event_trigger(list[2]));
}

std::string filtered(const std::string &text, int version, std::size_t piece) {
  RestoreFilter filter(version);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) out += filter.take(text.substr(at, piece));
  const auto rest = filter.finish();
  return rest ? out + *rest : "not whole";
}

TEST(RestoreFilter, TakesOutItsOwnTransactionAndNothingElse) {
  const std::string head = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k\n\n";
  const std::string body =
      "SET statement_timeout = 0;\nSET transaction_timeout = 0;\n\n--\n-- Name: p; Type: PROCEDURE; Schema: public; Owner: "
      "a\n--\n\nCREATE "
      "PROCEDURE p() AS $$\nBEGIN;\nCOMMIT;\nSET transaction_timeout = 0;\n$$;\n\nCOPY t FROM stdin;\nCOMMIT;\n\\.\n\n";
  const std::string tail = "\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k\n\n";
  for (const std::size_t piece : {1U, 5U, 64U, 100000U}) {
    EXPECT_EQ(filtered(head + "BEGIN;\n\n" + body + "COMMIT;\n" + tail, 170000, piece), head + "\n" + body + tail) << piece;
  }
  std::string for_old = body;
  for_old.erase(for_old.find("SET transaction_timeout = 0;\n"), 29);
  EXPECT_EQ(filtered(head + "BEGIN;\n\n" + body + "COMMIT;\n" + tail, 160000, 9), head + "\n" + for_old + tail);
}

TEST(RestoreFilter, ATextThatWasCutOffIsNotWhole) {
  const std::string text = "--\nBEGIN;\n\nSET x = 1;\n\n--\n-- Name: p; Type: T; Schema: public; Owner: a\n--\n\nCREATE "
                           "PROCEDURE p() AS $$\nCOMMIT;\n$$;\nCREATE TABLE t ();\n";
  EXPECT_EQ(filtered(text, 170000, 8), "not whole");
  EXPECT_EQ(filtered("", 170000, 8), "not whole");
  EXPECT_EQ(filtered("--\n\nBEGIN;\n\nSET x = 1;\nCOMMIT;\n", 170000, 8), "--\n\n\nSET x = 1;\n\n") << "an archive of nothing";
}

TEST(ClientTools, TheLowestThatIsNewEnoughDumps) {
  const std::vector<ClientTools> installed{{"/a", "17.2", 17}, {"/b", "15.4", 15}, {"/c", "13.1", 13}};
  EXPECT_EQ(tools_for_dump(installed, 15, "15.18")->folder, "/b");
  EXPECT_EQ(tools_for_dump(installed, 14, "14.1")->folder, "/b");
  EXPECT_EQ(tools_for_dump(installed, 16, "16.0")->folder, "/a");
  const auto old = tools_for_dump(installed, 18, "18.1");
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(old.error().message, "pg_dump 17.2 is older than the server, PostgreSQL 18.1, and cannot dump it: install the "
                                 "package postgresql-client-18 or a newer one");
  EXPECT_EQ(tools_for_dump({}, 15, "15.1").error().message,
            "there is no folder with pg_dump, pg_restore and psql, neither in PATH nor in "
            "/usr/lib/postgresql: install the package postgresql-client-15 or a newer one");
}

TEST(ClientTools, TheServersOwnRestoresIfItCanReadTheDump) {
  const std::vector<ClientTools> installed{{"/a", "17.2", 17}, {"/b", "15.4", 15}};
  EXPECT_EQ(tools_for_restore(installed, 15, 15)->folder, "/b");
  EXPECT_EQ(tools_for_restore(installed, 15, 17)->folder, "/a");
  EXPECT_EQ(tools_for_restore(installed, 13, 13)->folder, "/b");
  EXPECT_EQ(tools_for_restore(installed, 18, 16)->folder, "/a");
  EXPECT_EQ(
      tools_for_restore(installed, 18, 18).error().message,
      "pg_restore 17.2 cannot read a backup that pg_dump 18 wrote: install the package postgresql-client-18 or a newer one");
}

TEST(ClientRun, ComplaintsComeWithoutRows) {
  EXPECT_EQ(client_complaint("psql:<stdin>:12: NOTICE:  hello\npsql:<stdin>:13: ERROR:  duplicate key\nDETAIL:  Key "
                             "(a)=(secret)\nCONTEXT:  COPY t, line 1: \"x\""),
            "duplicate key");
  EXPECT_EQ(client_complaint("pg_dump: error: Dumping the contents of table \"t\" failed: PQgetResult() failed.\npg_dump: "
                             "detail: Error message from "
                             "server: ERROR:  canceled\npg_dump: detail: Command was: COPY public.t TO stdout;"),
            "Dumping the contents of table \"t\" failed: PQgetResult() failed.; canceled");
  EXPECT_EQ(client_complaint(""), "");
}

TEST(ClientLogin, ValuesAreQuoted) {
  EXPECT_EQ(conninfo_of({{"host", "/a b"}, {"options", "-c x='y\\z'"}}), "host='/a b' options='-c x=\\'y\\\\z\\''");
}

TEST(DatabaseProperties, ListsOfNamesStayLists) {
  EXPECT_EQ(set_clause("search_path=public, \"Odd \"\"schema\", $user"),
            "SET \"search_path\" TO 'public', 'Odd \"schema', '$user'");
  EXPECT_EQ(set_clause("search_path=\"\""), "SET \"search_path\" TO ''");
  EXPECT_EQ(set_clause("my.setting=a, 'b'"), "SET \"my\".\"setting\" TO 'a, ''b'''");
}

TEST(SwapJournal, IsReadBackAndAHalfOneIsNone) {
  const Swap swap{"shop", "shop_restored_1", "shop_displaced_1"};
  const std::string text = to_text(swap);
  const auto back = swap_from_text(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->database, "shop");
  EXPECT_EQ(back->displaced, "shop_displaced_1");
  for (std::size_t length = 0; length + 1 < text.size(); ++length) EXPECT_FALSE(swap_from_text(text.substr(0, length))) << length;
}

} // namespace
} // namespace migrator::database::postgresql
