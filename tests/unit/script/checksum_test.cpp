// What changes a checksum and what does not; the canonical form to the letter.
#include "migrator/script/checksum.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "migrator/script/parser.h"
#include "migrator/script/sha256.h"

namespace migrator::script {
namespace {

const std::string kHeader = "-- migrate:revision a1\n-- migrate:down_revision none\n";

Script read(const std::string &text) {
  auto script = parse(text, "a.sql");
  EXPECT_TRUE(script.has_value()) << (script ? "" : script.error().text());
  return script ? *script : Script();
}

std::string up(const std::string &sections, Dialect dialect = Dialect::Postgresql) {
  return checksum(read(kHeader + sections), Direction::Up, dialect);
}

TEST(Sha256, KnownDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash; // in pieces
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hex(hash.digest()), sha256_hex("abc"));
  EXPECT_EQ(hex(hash.digest()), sha256_hex("")); // begun anew
}

// The worked example of docs/revision-format.md.
TEST(Checksum, CanonicalFormIsTheDocumentedOne) {
  const auto script = read(kHeader + "-- migrate:assert SELECT true\n"
                                     "-- migrate:up lock_timeout:5s\n"
                                     "-- Names are kept as typed.\n"
                                     "CREATE TABLE  user_account (id integer);\n"
                                     "-- migrate:data name:fill table:t key:id batch:50\n"
                                     "UPDATE t SET a='x  y' WHERE id>:from AND id<=:to;\n"
                                     "-- migrate:down irreversible\n");
  EXPECT_EQ(canonical_form(script, Direction::Up, Dialect::Sqlite),
            "migrator v1 up\n"
            "assert\n6:SELECT\n4:true\n"
            "section transaction:true foreign_keys:off\n"
            "sql\n6:CREATE\n5:TABLE\n12:user_account\n1:(\n2:id\n7:integer\n1:)\n1:;\n"
            "section transaction:true foreign_keys:off\n"
            "data\n4:fill\n1:t\n2:id\n"
            "sql\n6:UPDATE\n1:t\n3:SET\n1:a\n1:=\n6:'x  y'\n5:WHERE\n2:id\n1:>\n5::from\n3:AND\n2:id\n2:<=\n3::to\n1:;\n");
  EXPECT_EQ(canonical_form(script, Direction::Down, Dialect::Sqlite), "migrator v1 down\nirreversible\n");
  EXPECT_EQ(checksum(script, Direction::Up, Dialect::Sqlite),
            "v1:" + sha256_hex(canonical_form(script, Direction::Up, Dialect::Sqlite)));
}

TEST(Checksum, CopyDataIsVerbatimAndRestrictIsNotThere) {
  const std::string head = "-- migrate:up dialect:postgresql\n";
  const auto script =
      read(kHeader + head + "\\restrict abc\nCOPY t FROM stdin;\n1\t  'x\n-- no comment\n\\.\n\\unrestrict abc\n");
  EXPECT_EQ(canonical_form(script, Direction::Up, Dialect::Postgresql),
            "migrator v1 up\nsection transaction:true foreign_keys:off\n"
            "sql\n4:COPY\n1:t\n4:FROM\n5:stdin\n1:;\ncopy\n21:1\t  'x\n-- no comment\n\n2:\\.\n");
  EXPECT_EQ(up(head + "\\restrict abc\nSELECT 1;\n\\unrestrict abc\n"),
            up(head + "\\restrict xyz\nSELECT 1;\n\\unrestrict xyz\n"));
  EXPECT_EQ(up(head + "\\restrict abc\nSELECT 1;\n"), up(head + "SELECT 1;\n"));
  EXPECT_NE(up(head + "COPY t FROM stdin;\n1\t2\n\\.\n"), up(head + "COPY t FROM stdin;\n1\t 2\n\\.\n"));
  EXPECT_NE(up(head + "COPY t FROM stdin;\n1\n-- 2\n\\.\n"), up(head + "COPY t FROM stdin;\n1\n\\.\n"));
}

struct Pair {
  std::string name;
  std::string one;
  std::string other;
};

void PrintTo(const Pair &pair, std::ostream *out) {
  *out << pair.name;
}

class SameChecksum : public testing::TestWithParam<Pair> {};
TEST_P(SameChecksum, OnBothDatabases) {
  for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql})
    EXPECT_EQ(up(GetParam().one, dialect), up(GetParam().other, dialect));
}

INSTANTIATE_TEST_SUITE_P(
    , SameChecksum,
    testing::Values(
        Pair{"Indentation", "-- migrate:up\nCREATE TABLE t (\n  a int\n);\n", "-- migrate:up\nCREATE TABLE t (\n\t\ta int\n)\n;"},
        Pair{"WindowsLineEnds", "-- migrate:up\nCREATE TABLE t (\n  a int\n);\n",
             "-- migrate:up\r\nCREATE TABLE t (\r\n  a int\r\n);\r\n"},
        Pair{"Comments", "-- migrate:up\nCREATE TABLE t(a int);\n",
             "-- migrate:up\n-- a table\nCREATE/* of */TABLE t(a int); -- done\n"},
        Pair{"CommentForBlank", "-- migrate:up\nSELECT a=1;\n", "-- migrate:up\nSELECT a/* one */=1;\n"},
        Pair{"BlanksAroundOperators", "-- migrate:up\nSELECT a=1;\n", "-- migrate:up\nSELECT a = 1 ;\n"},
        Pair{"Timeouts", "-- migrate:up\nSELECT 1;\n", "-- migrate:up lock_timeout:1s statement_timeout:5s\nSELECT 1;\n"},
        Pair{"Allow", "-- migrate:up\nALTER TABLE t DROP COLUMN c;\n",
             "-- migrate:up\nALTER TABLE t\n-- migrate:allow drop because of it\nDROP COLUMN c;\n"},
        Pair{"Batch", "-- migrate:up\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k>:from AND k<=:to\n",
             "-- migrate:up\n-- migrate:data name:n table:t key:k batch:5\nDELETE FROM t WHERE k>:from AND k<=:to\n"},
        Pair{"TransactionSpelledOut", "-- migrate:up\nSELECT 1;\n", "-- migrate:up transaction:true\nSELECT 1;\n"},
        Pair{"CommentBetweenAsserts", "-- migrate:up\n-- migrate:assert SELECT 1\n-- migrate:assert SELECT 2\n",
             "-- migrate:up\n-- migrate:assert SELECT 1;\n-- and\n-- migrate:assert SELECT  2\n"},
        Pair{"DownSections", "-- migrate:up\nSELECT 1;\n", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"},
        Pair{"WhereTheDownStands", "-- migrate:down\nSELECT 2;\n-- migrate:up\nSELECT 1;\n",
             "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"}),
    [](const auto &test) { return test.param.name; });

class OtherChecksum : public testing::TestWithParam<Pair> {};
TEST_P(OtherChecksum, OnBothDatabases) {
  for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql})
    EXPECT_NE(up(GetParam().one, dialect), up(GetParam().other, dialect));
}

INSTANTIATE_TEST_SUITE_P(
    , OtherChecksum,
    testing::Values(
        Pair{"BlankInLiteral", "-- migrate:up\nSELECT 'a b';\n", "-- migrate:up\nSELECT 'a  b';\n"},
        Pair{"LineEndInLiteral", "-- migrate:up\nSELECT 'a b';\n", "-- migrate:up\nSELECT 'a\nb';\n"},
        Pair{"CommentInLiteral", "-- migrate:up\nSELECT 'a';\n", "-- migrate:up\nSELECT 'a--b';\n"},
        Pair{"Case", "-- migrate:up\nSELECT a;\n", "-- migrate:up\nSELECT A;\n"},
        Pair{"Hint", "-- migrate:up\nSELECT 1;\n", "-- migrate:up\n/*+ SeqScan(t) */ SELECT 1;\n"},
        Pair{"WordsJoined", "-- migrate:up\nSELECT ab;\n", "-- migrate:up\nSELECT a b;\n"},
        Pair{"OperatorCut", "-- migrate:up\nSELECT a <= b;\n", "-- migrate:up\nSELECT a < = b;\n"},
        Pair{"Transaction", "-- migrate:up\nSELECT 1;\n", "-- migrate:up transaction:false\nSELECT 1;\n"},
        Pair{"ForeignKeys", "-- migrate:up\nSELECT 1;\n", "-- migrate:up foreign_keys:on\nSELECT 1;\n"},
        Pair{"SectionsCut", "-- migrate:up\nSELECT 1;\nSELECT 2;\n", "-- migrate:up\nSELECT 1;\n-- migrate:up\nSELECT 2;\n"},
        Pair{"Assert", "-- migrate:up\nSELECT 1;\n", "-- migrate:up\nSELECT 1;\n-- migrate:assert SELECT 1\n"},
        Pair{"AssertsPlace", "-- migrate:up\n-- migrate:assert SELECT 1\nSELECT 1;\n",
             "-- migrate:up\nSELECT 1;\n-- migrate:assert SELECT 1\n"},
        Pair{"Precondition", "-- migrate:up\nSELECT 1;\n", "-- migrate:assert SELECT 1\n-- migrate:up\nSELECT 1;\n"},
        Pair{"DataKey", "-- migrate:up\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k>:from AND k<=:to\n",
             "-- migrate:up\n-- migrate:data name:n table:t key:j\nDELETE FROM t WHERE k>:from AND k<=:to\n"},
        Pair{"NoSection", "-- migrate:down\n", "-- migrate:up\n"}),
    [](const auto &test) { return test.param.name; });

TEST(Checksum, OnlySectionsOfTheDialectCount) {
  const std::string both = "-- migrate:up dialect:sqlite\nSELECT 1;\n-- migrate:up dialect:postgresql\nSELECT 2;\n";
  EXPECT_EQ(up(both, Dialect::Sqlite), up("-- migrate:up dialect:sqlite\nSELECT 1;\n", Dialect::Sqlite));
  EXPECT_NE(up(both, Dialect::Sqlite), up(both, Dialect::Postgresql));
  // Narrowing a section to the database where it ran is no edit there.
  EXPECT_EQ(up("-- migrate:up\nSELECT 1;\n", Dialect::Sqlite), up(both, Dialect::Sqlite));
}

TEST(Checksum, UpAndDownDifferAndIrreversibleIsNotTheSameAsNothing) {
  const auto script = read(kHeader + "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n");
  EXPECT_NE(checksum(script, Direction::Up, Dialect::Sqlite), checksum(script, Direction::Down, Dialect::Sqlite));
  const auto none = read(kHeader + "-- migrate:up\n");
  const auto irreversible = read(kHeader + "-- migrate:up\n-- migrate:down irreversible\n");
  EXPECT_NE(checksum(none, Direction::Down, Dialect::Sqlite), checksum(irreversible, Direction::Down, Dialect::Sqlite));
}

TEST(StatementChecksum, IgnoresCommentsAndBlanksAndSeesCopyData) {
  EXPECT_EQ(statement_checksum("CREATE TABLE t(a int)", Dialect::Sqlite),
            statement_checksum("CREATE  TABLE t ( a int ) -- x", Dialect::Sqlite));
  EXPECT_NE(statement_checksum("SELECT 'a b'", Dialect::Sqlite), statement_checksum("SELECT 'a  b'", Dialect::Sqlite));
  EXPECT_NE(statement_checksum("COPY t FROM stdin", Dialect::Postgresql, "1\n"),
            statement_checksum("COPY t FROM stdin", Dialect::Postgresql, "2\n"));
  EXPECT_NE(statement_checksum("COPY t FROM stdin", Dialect::Postgresql, ""),
            statement_checksum("COPY t FROM stdin", Dialect::Postgresql));
  EXPECT_EQ(statement_checksum("SELECT 1", Dialect::Sqlite), "v1:" + sha256_hex("migrator v1 statement\n6:SELECT\n1:1\n"));
}

} // namespace
} // namespace migrator::script
