// Every way in which a revision file can break the format, with the message to the letter.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "migrator/script/parser.h"

namespace migrator::script {
namespace {

const std::string kHeader = "-- migrate:revision a1\n-- migrate:down_revision none\n"; // two lines

struct Case {
  std::string name;
  std::string text;
  std::string error;
};

void PrintTo(const Case &c, std::ostream *out) {
  *out << c.name;
}

class ParserError : public testing::TestWithParam<Case> {};

TEST_P(ParserError, SaysWhereAndWhatToDo) {
  const auto script = parse(GetParam().text, "m/a.sql");
  ASSERT_FALSE(script.has_value());
  EXPECT_EQ(script.error().text(), GetParam().error);
  EXPECT_EQ(script.error().code, ErrorCode::InvalidRevisionFile);
  EXPECT_EQ(script.error().file, "m/a.sql");
}

std::vector<Case> cases() {
  const auto up = [](const std::string &line) { return kHeader + line + "\n"; };
  return {
      // --- directives as such
      {"UnknownDirectiveNear", up("-- migrate:upp"), "m/a.sql:3: unknown directive `upp`: did you mean `up`?"},
      {"UnknownDirectiveCase", up("-- migrate:Up"), "m/a.sql:3: unknown directive `Up`: did you mean `up`?"},
      {"UnknownDirectiveSwapped", up("-- migrate:donw"), "m/a.sql:3: unknown directive `donw`: did you mean `down`?"},
      {"UnknownDirectiveFar", up("-- migrate:frobnicate"),
       "m/a.sql:3: unknown directive `frobnicate`: the directives are revision, message, down_revision, depends_on, labels, "
       "created, up, down, data, assert, "
       "allow"},
      {"UnknownDirectiveLong", up("-- migrate:" + std::string(70, 'x')),
       "m/a.sql:3: unknown directive `" + std::string(60, 'x') +
           "…`: the directives are revision, message, down_revision, depends_on, labels, created, up, down, data, assert, allow"},
      {"BlankAfterColon", up("-- migrate: up"), "m/a.sql:3: a blank between `-- migrate:` and `up`: write `-- migrate:up`"},
      {"NoDirective", up("-- migrate:"),
       "m/a.sql:3: `-- migrate:` without a directive: the directives are revision, message, down_revision, depends_on, labels, "
       "created, up, down, data, assert, "
       "allow"},
      {"NoBlankAfterDashes", up("--migrate:up"),
       "m/a.sql:3: `--migrate:up` is not a directive: write `-- migrate:up`, or indent the line if it is meant as a comment"},
      {"CapitalPrefix", kHeader + "-- migrate:up\nSELECT 1;\n-- Migrate: DOWN\nSELECT 2;\n",
       "m/a.sql:5: `-- Migrate: DOWN` is not a directive: write `-- migrate:down`, or indent the line if it is meant as a "
       "comment"},
      {"InsideALiteral", kHeader + "-- migrate:up\nSELECT 1;\nINSERT INTO t VALUES ('\n-- migrate:down\n');\n",
       "m/a.sql:6: `-- migrate:down` inside the literal that begins on line 5: a line that begins so is always a directive; "
       "indent "
       "it if it belongs there, or close the quotes above it"},
      {"FaultyInsideALiteral", kHeader + "-- migrate:up\nSELECT '\n-- migrate:foo bar \n';\n",
       "m/a.sql:5: `-- migrate:foo bar` inside the literal that begins on line 4: a line that begins so is always a directive; "
       "indent it if it belongs there, or close the quotes above it"},
      {"NearMissInsideALiteral", kHeader + "-- migrate:up\nSELECT '\n--migrate:up\n';\n",
       "m/a.sql:5: `--migrate:up` inside the literal that begins on line 4: a line that begins so is always a directive; indent "
       "it "
       "if it belongs there, or close the quotes above it"},
      {"AllowInsideALiteral", kHeader + "-- migrate:up\nSELECT '\n-- migrate:allow drop_table because x\n';\n-- migrate:down\n",
       "m/a.sql:5: `-- migrate:allow drop_table because x` inside the literal that begins on line 4: a line that begins so is "
       "always a directive; indent it if it belongs there, or close the quotes above it"},
      {"InsideAQuotedName", kHeader + "-- migrate:up\nSELECT 1 AS \"a\n-- migrate:down\n\";\n",
       "m/a.sql:5: `-- migrate:down` inside the quoted name that begins on line 4: a line that begins so is always a directive; "
       "indent it if it belongs there, or close the quotes above it"},
      {"InsideABody", kHeader + "-- migrate:up dialect:postgresql\nDO $x$\nBEGIN\n-- migrate:assert SELECT 1\nEND $x$;\n",
       "m/a.sql:6: `-- migrate:assert SELECT 1` inside the text in `$x$` that begins on line 4: a line that begins so is always "
       "a "
       "directive; indent it if it belongs there, or close the quotes above it"},
      {"InsideAComment", kHeader + "-- migrate:up\nSELECT 1;\n\n/* not yet:\n-- migrate:up\n*/\n",
       "m/a.sql:7: `-- migrate:up` inside the comment that begins on line 6: a line that begins so is always a directive; indent "
       "it "
       "if it belongs there, or close the comment above it"},
      {"InsideACommentOfTheHeader", kHeader + "/*\n-- migrate:labels a\n*/\n-- migrate:up\n",
       "m/a.sql:4: `-- migrate:labels a` inside the comment that begins on line 3: a line that begins so is always a directive; "
       "indent it if it belongs there, or close the comment above it"},
      {"InsideCopyData", kHeader + "-- migrate:up dialect:postgresql\nCOPY t FROM stdin;\n-- migrate:down\n\\.\n",
       "m/a.sql:5: `-- migrate:down` inside the COPY data that begins on line 5: a line that begins so is always a directive; "
       "write "
       "its first character as \\x2d if it belongs there, or end the data with \\. above it"},
      {"InsideMoreCopyData", kHeader + "-- migrate:up dialect:postgresql\nCOPY t FROM stdin;\n1\n2\n-- migrate:dwn\n\\.\n",
       "m/a.sql:7: `-- migrate:dwn` inside the COPY data that begins on line 5: a line that begins so is always a directive; "
       "write "
       "its first character as \\x2d if it belongs there, or end the data with \\. above it"},
      {"FaultyInWhatOneDatabaseTakesForABody", kHeader + "-- migrate:up\nDO $$\n-- migrate:dwn\n$$;\n",
       "m/a.sql:5: unknown directive `dwn`: did you mean `down`?; if it belongs to the text in `$$` that begins on line 4, "
       "indent "
       "it"},
      {"Reserved1", up("-- migrate:repeatable"),
       "m/a.sql:3: `repeatable` is reserved for a later version of migrator: remove the line"},
      {"Reserved2", up("-- migrate:replaces a b"),
       "m/a.sql:3: `replaces` is reserved for a later version of migrator: remove the line"},
      {"ControlCharacter", "-- migrate:revision a1\n-- migrate:message red \x1B[31m\n",
       "m/a.sql:2: control character U+001B in a directive: remove it"},
      {"CarriageReturnAlone", "-- migrate:revision a1\r-- migrate:up\rSELECT 1;",
       "m/a.sql:1: a carriage return inside a directive: end every line with LF or CRLF"},

      // --- header
      {"NoRevision", "-- migrate:message hello\n-- migrate:down_revision none\n",
       "m/a.sql:1: the header has no revision: write `-- migrate:revision ID`"},
      {"Empty", "",
       "m/a.sql:1: not a revision file, it has no `-- migrate:revision ID` line: give it a header, or move it out of the "
       "migrations folder"},
      {"PlainSql", "-- a dump\n\nCREATE TABLE t(i);\n",
       "m/a.sql:3: not a revision file, it has no `-- migrate:revision ID` line: give it a header, or move it out of the "
       "migrations folder"},
      {"Dbmate", "-- migrate:up\nCREATE TABLE t(i);\n\n-- migrate:down\nDROP TABLE t;\n",
       "m/a.sql:1: `up` without a `-- migrate:revision ID` line above it: a file of dbmate's needs a header; write `-- "
       "migrate:revision ID` and "
       "`-- migrate:down_revision ID` (or `none`) at its top"},
      {"DbmateDownFirst", "\n-- migrate:down\n",
       "m/a.sql:2: `down` without a `-- migrate:revision ID` line above it: a file of dbmate's needs a header; write `-- "
       "migrate:revision ID` and "
       "`-- migrate:down_revision ID` (or `none`) at its top"},
      {"Goose", "-- +goose Up\nCREATE TABLE t(i);\n",
       "m/a.sql:2: no `-- migrate:revision ID` line: a file with `-- +goose` lines is another tool's; give it a header and write "
       "`-- migrate:up` and "
       "`-- migrate:down` instead"},
      {"SqlMigrate", "-- +migrate Up\nCREATE TABLE t(i);\n",
       "m/a.sql:2: no `-- migrate:revision ID` line: a file with `-- +migrate` lines is another tool's; give it a header and "
       "write `-- migrate:up` and "
       "`-- migrate:down` instead"},
      {"Twice", "-- migrate:revision a1\n\n-- migrate:revision a1\n",
       "m/a.sql:3: `revision` is given twice, first on line 1: keep one of them"},
      {"MessageTwice", kHeader + "-- migrate:message a\n-- migrate:message b\n",
       "m/a.sql:4: `message` is given twice, first on line 3: keep one of them"},
      {"HeaderAfterSection", kHeader + "-- migrate:up\n-- migrate:labels x\n",
       "m/a.sql:4: `labels` after a section: move it above the first section, on line 3"},
      {"RevisionNoId", "-- migrate:revision\n", "m/a.sql:1: `revision` needs an id: write `-- migrate:revision ID`"},
      {"RevisionBadId", "-- migrate:revision ab-c\n",
       "m/a.sql:1: `ab-c` is not a revision id: use 1 to 32 of the characters A-Z, a-z, 0-9 and _"},
      {"RevisionLongId", "-- migrate:revision " + std::string(33, 'a') + "\n",
       "m/a.sql:1: `" + std::string(33, 'a') + "` is not a revision id: use 1 to 32 of the characters A-Z, a-z, 0-9 and _"},
      {"RevisionReserved", "-- migrate:revision head\n",
       "m/a.sql:1: `head` is a word of targets and cannot be a revision id: choose another"},
      {"RevisionTrailing", "-- migrate:revision a1 -- the first\n",
       "m/a.sql:1: `--` after the revision's id: nothing may follow it but blanks"},
      {"DownRevisionEmpty", "-- migrate:revision a1\n-- migrate:down_revision \n",
       "m/a.sql:2: `down_revision` needs ids or `none`: write `-- migrate:down_revision none` for the first revision of a "
       "history"},
      {"DownRevisionNoneAndId", "-- migrate:revision a1\n-- migrate:down_revision b2 none\n",
       "m/a.sql:2: `none` beside other ids: write either `none` or the ids"},
      {"DownRevisionComma", "-- migrate:revision a1\n-- migrate:down_revision b2, c3\n",
       "m/a.sql:2: `b2,` is not a revision id: separate ids by blanks, without commas"},
      {"DownRevisionTwice", "-- migrate:revision a1\n-- migrate:down_revision b2 b2\n",
       "m/a.sql:2: `b2` is named twice: name it once"},
      {"DownRevisionReserved", "-- migrate:revision a1\n-- migrate:down_revision base\n",
       "m/a.sql:2: `base` is a word of targets and cannot be a revision id: choose another"},
      {"DependsOnEmpty", kHeader + "-- migrate:depends_on\n",
       "m/a.sql:3: `depends_on` needs an id or a label: write `-- migrate:depends_on ID`, or leave the line out"},
      {"DependsOnTarget", kHeader + "-- migrate:depends_on shop@head\n",
       "m/a.sql:3: `shop@head` is not a label: leave out the characters @ - + and :"},
      {"LabelsEmpty", kHeader + "-- migrate:labels\n",
       "m/a.sql:3: `labels` needs a name: write `-- migrate:labels NAME`, or leave the line out"},
      {"LabelDash", kHeader + "-- migrate:labels shop-a\n",
       "m/a.sql:3: `shop-a` is not a label: leave out the characters @ - + and :"},
      {"LabelComma", kHeader + "-- migrate:labels a,b\n",
       "m/a.sql:3: `a,b` is not a label: separate labels by blanks, without commas"},
      {"LabelReserved", kHeader + "-- migrate:labels heads\n",
       "m/a.sql:3: `heads` is a word of targets and cannot be a label: choose another"},
      {"LabelTwice", kHeader + "-- migrate:labels x y x\n", "m/a.sql:3: `x` is named twice: name it once"},
      {"MessageEmpty", kHeader + "-- migrate:message   \n",
       "m/a.sql:3: `message` needs a text: write `-- migrate:message TEXT`, or leave the line out"},
      {"CreatedEmpty", kHeader + "-- migrate:created\n",
       "m/a.sql:3: `created` needs a time: write `-- migrate:created 2026-01-31T09:30:00Z`, or leave the line out"},
      {"CreatedBad", kHeader + "-- migrate:created 2026-02-29T09:30:00Z\n",
       "m/a.sql:3: `2026-02-29T09:30:00Z` is not a time: write it as RFC 3339 does, for example `2026-01-31T09:30:00Z`"},
      {"SqlBeforeSection", kHeader + "/* why\n */ CREATE TABLE t(i);\n-- migrate:up\n",
       "m/a.sql:4: SQL before the first section: write `-- migrate:up` above it"},
      {"SqlWithoutSection", kHeader + "\nCREATE TABLE t(i);\n",
       "m/a.sql:4: SQL before the first section: write `-- migrate:up` above it"},

      // --- sections and options
      {"NotAnOption", up("-- migrate:up now"),
       "m/a.sql:3: `now` is not an option: options are written option:value, without blanks around the colon"},
      {"OptionWithoutValue", up("-- migrate:up dialect: sqlite"),
       "m/a.sql:3: `dialect:` is not an option: options are written option:value, without blanks around the colon"},
      {"CommentAfterOptions", up("-- migrate:up dialect:sqlite -- here"),
       "m/a.sql:3: `--` is not an option: options are written option:value, without blanks around the colon"},
      {"UnknownOptionNear", up("-- migrate:up lock_timout:2s"),
       "m/a.sql:3: unknown option `lock_timout`: did you mean `lock_timeout`?"},
      {"UnknownOptionFar", up("-- migrate:down colour:red"),
       "m/a.sql:3: unknown option `colour`: the options of down are dialect, transaction, lock_timeout, statement_timeout and "
       "foreign_keys"},
      {"UnknownOptionOfData", up("-- migrate:up\n-- migrate:data colour:red"),
       "m/a.sql:4: unknown option `colour`: the options of data are name, table, key, batch, dialect, lock_timeout, "
       "statement_timeout and foreign_keys"},
      {"DataOptionOnUp", up("-- migrate:up batch:10"),
       "m/a.sql:3: `batch` is an option of data sections: write `-- migrate:data`, or leave it out"},
      {"OptionTwice", up("-- migrate:up dialect:sqlite dialect:sqlite"),
       "m/a.sql:3: the option `dialect` is given twice: give it once"},
      {"UnknownDialectAlias", up("-- migrate:up dialect:postgres"),
       "m/a.sql:3: unknown dialect `postgres`: did you mean `postgresql`?"},
      {"UnknownDialectNear", up("-- migrate:up dialect:SQLite"), "m/a.sql:3: unknown dialect `SQLite`: did you mean `sqlite`?"},
      {"UnknownDialectFar", up("-- migrate:up dialect:oracle"),
       "m/a.sql:3: unknown dialect `oracle`: the dialects are sqlite and postgresql"},
      {"TransactionValue", up("-- migrate:up transaction:no"),
       "m/a.sql:3: `no` is not a value of transaction: write `transaction:true` or `transaction:false`"},
      {"LockTimeoutValue", up("-- migrate:up lock_timeout:2"),
       "m/a.sql:3: `2` is not a duration: write a whole number with ms, s, m or h, for example `lock_timeout:2s`; 0 means no "
       "limit, at most 596h"},
      {"StatementTimeoutValue", up("-- migrate:up statement_timeout:597h"),
       "m/a.sql:3: `597h` is not a duration: write a whole number with ms, s, m or h, for example `statement_timeout:2s`; 0 "
       "means no limit, at most 596h"},
      {"ForeignKeysValue", up("-- migrate:up foreign_keys:off"),
       "m/a.sql:3: `off` is not a value of foreign_keys: write `foreign_keys:on`, or leave it out"},
      {"ForeignKeysPostgresql", up("-- migrate:up foreign_keys:on dialect:postgresql"),
       "m/a.sql:3: `foreign_keys:on` on a section for postgresql: it is SQLite's, leave it out"},
      {"UpIrreversible", up("-- migrate:up irreversible"),
       "m/a.sql:3: `irreversible` belongs to down: write `-- migrate:down irreversible`"},
      {"IrreversibleWithOptions", up("-- migrate:down irreversible dialect:sqlite"),
       "m/a.sql:3: `irreversible` beside options: write `-- migrate:down irreversible` alone, for every database"},
      {"IrreversibleThenDown", up("-- migrate:down irreversible\n-- migrate:down"),
       "m/a.sql:4: a down section beside `down irreversible` on line 3: remove one of the two"},
      {"IrreversibleTwice", up("-- migrate:down irreversible\n-- migrate:down irreversible"),
       "m/a.sql:4: a down section beside `down irreversible` on line 3: remove one of the two"},
      {"DownThenIrreversible", up("-- migrate:down\n-- migrate:down irreversible"),
       "m/a.sql:4: `down irreversible` beside the down section on line 3: remove one of the two"},
      {"SqlAfterIrreversible", up("-- migrate:down irreversible\n-- ok\nDROP TABLE t;"),
       "m/a.sql:5: SQL after `down irreversible`: remove it, or write a `-- migrate:down` section instead"},
      {"AssertAfterIrreversible", up("-- migrate:down irreversible\n-- migrate:assert SELECT 1"),
       "m/a.sql:4: `assert` after `down irreversible`: put it into a section, or before the first one"},

      // --- data
      {"DataFirst", up("-- migrate:data name:n table:t key:k"),
       "m/a.sql:3: `data` before any section: write `-- migrate:up` or `-- migrate:down` before it, which tells its direction"},
      {"DataAfterIrreversible", up("-- migrate:down irreversible\n-- migrate:data name:n table:t key:k"),
       "m/a.sql:4: `data` after `down irreversible`: put it under `-- migrate:up`, or remove one of the two"},
      {"DataNoName", up("-- migrate:up\n-- migrate:data table:t key:k"),
       "m/a.sql:4: `data` needs the option `name`: write `-- migrate:data name:NAME table:TABLE key:COLUMN`, and `batch:1000` if "
       "you like"},
      {"DataNoTable", up("-- migrate:up\n-- migrate:data name:n key:k"),
       "m/a.sql:4: `data` needs the option `table`: write `-- migrate:data name:NAME table:TABLE key:COLUMN`, and `batch:1000` "
       "if you like"},
      {"DataNoKey", up("-- migrate:up\n-- migrate:data name:n table:t"),
       "m/a.sql:4: `data` needs the option `key`: write `-- migrate:data name:NAME table:TABLE key:COLUMN`, and `batch:1000` if "
       "you like"},
      {"DataTransaction", up("-- migrate:up\n-- migrate:data name:n table:t key:k transaction:false"),
       "m/a.sql:4: `transaction` on a data section: leave it out, every batch is a transaction of its own"},
      {"DataBatchZero", up("-- migrate:up\n-- migrate:data name:n table:t key:k batch:0"),
       "m/a.sql:4: `0` is not a number of rows: write a whole number from 1 to 1000000000, for example `batch:1000`"},
      {"DataBatchHuge", up("-- migrate:up\n-- migrate:data name:n table:t key:k batch:99999999999999999999"),
       "m/a.sql:4: `99999999999999999999` is not a number of rows: write a whole number from 1 to 1000000000, for example "
       "`batch:1000`"},
      {"DataBatchWord", up("-- migrate:up\n-- migrate:data name:n table:t key:k batch:1k"),
       "m/a.sql:4: `1k` is not a number of rows: write a whole number from 1 to 1000000000, for example `batch:1000`"},
      {"DataBadName", up("-- migrate:up\n-- migrate:data name:fill-email table:t key:k"),
       "m/a.sql:4: `fill-email` is not a name of a data section: use 1 to 64 of the characters A-Z, a-z, 0-9 and _"},
      {"DataBadTable", up("-- migrate:up\n-- migrate:data name:n table:a.b.c key:k"),
       "m/a.sql:4: `a.b.c` is not a table: write `table:name` or `table:schema.name`, with double quotes around other characters "
       "than letters, digits and _"},
      {"DataBadKey", up("-- migrate:up\n-- migrate:data name:n table:t key:k);DROP"),
       "m/a.sql:4: `k);DROP` is not a column: write `key:name`, with double quotes around other characters than letters, digits "
       "and _"},
      {"DataSameName",
       kHeader + "-- migrate:up\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k > :from AND k <= :to;\n"
                 "-- migrate:data name:n table:t key:k dialect:sqlite\nDELETE FROM t WHERE k > :from AND k <= :to;\n",
       "m/a.sql:6: a second data section named `n` in this direction: give it another name"},
      {"DataEmpty", up("-- migrate:up\n-- migrate:data name:n table:t key:k\n-- nothing\n;\n"),
       "m/a.sql:5: a second statement in a data section: it holds one UPDATE, DELETE or INSERT; write `-- migrate:up` or `-- "
       "migrate:down` above what follows"},
      {"DataComments", up("-- migrate:up\n-- migrate:data name:n table:t key:k\n-- nothing\n"),
       "m/a.sql:4: a data section without a statement: write one UPDATE, DELETE or INSERT below it"},
      {"DataTwoStatements",
       up("-- migrate:up\n-- migrate:data name:n table:t key:k\n\nDELETE FROM t WHERE k > :from AND k <= :to; VACUUM;"),
       "m/a.sql:6: a second statement in a data section: it holds one UPDATE, DELETE or INSERT; write `-- migrate:up` or `-- "
       "migrate:down` above what follows"},
      {"DataTwoRuns",
       up("-- migrate:up\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k > :from AND k <= :to;\n-- migrate:assert "
          "SELECT 1\nSELECT 2;"),
       "m/a.sql:7: a second statement in a data section: it holds one UPDATE, DELETE or INSERT; write `-- migrate:up` or `-- "
       "migrate:down` above what follows"},
      {"DataNoFrom",
       up("-- migrate:up\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k <= :to AND ':from' = x::from"),
       "m/a.sql:5: the statement of this data section does not use `:from`: restrict it to one batch, for example with `WHERE id "
       "> :from AND id <= :to`"},
      {"DataNoTo", up("-- migrate:up\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k > :from /* :to */"),
       "m/a.sql:5: the statement of this data section does not use `:to`: restrict it to one batch, for example with `WHERE id > "
       ":from AND id <= :to`"},

      // --- assert, allow
      {"AssertEmpty", up("-- migrate:assert"),
       "m/a.sql:3: `assert` needs a query: write `-- migrate:assert SELECT …`, on one line"},
      {"AssertNoQuery", up("-- migrate:assert DELETE FROM t"),
       "m/a.sql:3: `assert` needs a query: write `-- migrate:assert SELECT …`, on one line"},
      {"AssertTwo", up("-- migrate:assert SELECT 1; SELECT 2"),
       "m/a.sql:3: a semicolon inside the query: an assert is one SELECT; write another `-- migrate:assert` for the second one"},
      {"AssertOpen", up("-- migrate:assert SELECT 'a"),
       "m/a.sql:3: the query ends inside a literal or a comment: an assert is one SELECT on one line"},
      {"AllowOutside", up("-- migrate:allow drop_column because it is empty"),
       "m/a.sql:3: `allow` outside a section: move it below the `-- migrate:up` or `-- migrate:down` that it is about"},
      {"AllowNoReason", up("-- migrate:up\n-- migrate:allow drop_column"),
       "m/a.sql:4: `allow` needs a rule and a reason: write `-- migrate:allow RULE because TEXT`"},
      {"AllowNoBecause", up("-- migrate:up\n-- migrate:allow drop_column it is empty"),
       "m/a.sql:4: `allow` needs a rule and a reason: write `-- migrate:allow RULE because TEXT`"},
      {"AllowEmptyReason", up("-- migrate:up\n-- migrate:allow drop_column because"),
       "m/a.sql:4: `allow` needs a rule and a reason: write `-- migrate:allow RULE because TEXT`"},

      // --- bytes
      {"Nul", kHeader + "-- migrate:up\nSELECT '" + std::string(1, '\0') + "';\n",
       "m/a.sql:4: a NUL byte: revision files are text in UTF-8; if this is a binary file, move it out of the migrations folder"},
      {"Latin1", kHeader + "-- migrate:up\n-- caf\xE9\n",
       "m/a.sql:4: column 7: byte 0xE9 is not UTF-8 (in Latin-1 it would be é): save the file as UTF-8, for example with `iconv "
       "-f LATIN1 -t UTF-8`"},
      {"Utf16", std::string("\xFF\xFE-\0-\0", 6),
       "m/a.sql:1: the file is UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"},
      {"TooLarge", std::string(kMaxFileBytes + 1, ' '),
       "m/a.sql: 33554433 bytes are too many: a revision file has at most 33554432 (32 MiB); load large data with another tool, "
       "or split the file"},
  };
}

INSTANTIATE_TEST_SUITE_P(, ParserError, testing::ValuesIn(cases()), [](const auto &test) { return test.param.name; });

// A project for one database alone has literals that another does not see as such.
TEST(ParserQuotes, OfOneDatabaseAloneDoNotHideADirective) {
  for (const std::string body : {"DO $$ it's $$;", "CREATE TABLE [it's] (a);", "SELECT E'it\\'s';"}) {
    const auto script = parse(kHeader + "-- migrate:up\n" + body + "\n-- migrate:down\nSELECT 1;\n", "m/a.sql");
    ASSERT_TRUE(script.has_value()) << script.error().text();
    EXPECT_EQ(script->sections.size(), 2U);
  }
}

TEST(ParseHeaderError, FindsTheSameErrorsInDirectives) {
  for (const auto &c : cases()) {
    const auto script = parse_header(c.text, "m/a.sql");
    // Only what is in the SQL of a section goes unseen.
    const bool in_sql = c.name == "DataEmpty" || c.name == "DataComments" || c.name == "DataTwoStatements" ||
                        c.name == "DataTwoRuns" || c.name == "DataNoFrom" || c.name == "DataNoTo" || c.name == "DataSameName" ||
                        c.name == "InsideALiteral" || c.name == "InsideAQuotedName" || c.name == "InsideABody" ||
                        c.name == "InsideAComment" || c.name == "InsideCopyData" || c.name == "AllowInsideALiteral";
    if (in_sql) continue;
    ASSERT_FALSE(script.has_value()) << c.name;
    EXPECT_EQ(script.error().text(), c.error) << c.name;
  }
}

} // namespace
} // namespace migrator::script
