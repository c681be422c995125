// The lexical rules of each database, as token texts.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "migrator/script/tokenizer.h"

namespace migrator::script {
namespace {

char letter(TokenKind kind) {
  constexpr char kLetters[] = {'_', 'c', 'h', 'w', 'q', 's', 'n', 'p', 'o', ';', '.', 'd', 'e', 'm', '?'};
  return kLetters[static_cast<std::size_t>(kind)];
}

// "w:SELECT n:1", blanks left out, `!` behind what never ends.
std::vector<std::string> tokens(std::string_view sql, Dialect dialect) {
  std::vector<std::string> found;
  std::string together;
  Tokenizer tokenizer(sql, dialect);
  while (const auto token = tokenizer.next()) {
    together += token->text;
    if (token->kind == TokenKind::Blank) continue;
    found.push_back(std::string(1, letter(token->kind)) + ":" + std::string(token->text) + (token->unterminated ? "!" : ""));
  }
  EXPECT_EQ(together, sql);
  return found;
}

struct Case {
  std::string name;
  std::string sql;
  std::vector<std::string> sqlite;
  std::vector<std::string> postgresql;
};

void PrintTo(const Case &c, std::ostream *out) {
  *out << c.name;
}

class TokenizerTable : public testing::TestWithParam<Case> {};

TEST_P(TokenizerTable, Sqlite) {
  EXPECT_EQ(tokens(GetParam().sql, Dialect::Sqlite), GetParam().sqlite);
}
TEST_P(TokenizerTable, Postgresql) {
  EXPECT_EQ(tokens(GetParam().sql, Dialect::Postgresql), GetParam().postgresql);
}

Case same(std::string name, std::string sql, std::vector<std::string> expected) {
  return {std::move(name), std::move(sql), expected, expected};
}

INSTANTIATE_TEST_SUITE_P(
    , TokenizerTable,
    testing::Values(
        same("Empty", "", {}), same("Words", "SELECT größe_1$x", {"w:SELECT", "w:größe_1$x"}),
        same("Quote", "'a''b' ''", {"s:'a''b'", "s:''"}), same("OpenQuote", "'a;--", {"s:'a;--!"}),
        same("QuotedIdentifier", R"("a""b" c)", {R"(q:"a""b")", "w:c"}),
        Case{"Backticks", "`a``b`", {"q:`a``b`"}, {"o:`", "w:a", "o:``", "w:b", "o:`"}},
        Case{"Brackets", "[a b]", {"q:[a b]"}, {".:[", "w:a", "w:b", ".:]"}},
        Case{"OpenBracket", "[a'", {"q:[a'!"}, {".:[", "w:a", "s:'!"}},
        Case{"EscapeString", R"(E'a\'b' c)", {"w:E", R"(s:'a\')", "w:b", "s:' c!"}, {R"(s:E'a\'b')", "w:c"}},
        Case{"BackslashInPlainString", R"('a\' b)", {R"(s:'a\')", "w:b"}, {R"(s:'a\')", "w:b"}},
        Case{"EscapeStringContinued",
             "E'a'\n -- c\n'b\\'c'",
             {"w:E", "s:'a'", "c:-- c", "s:'b\\'", "w:c", "s:'!"},
             {"s:E'a'", "c:-- c", "s:'b\\'c'"}},
        Case{"EscapeStringNotContinued", "E'a' 'b\\' c", {"w:E", "s:'a'", "s:'b\\'", "w:c"}, {"s:E'a'", "s:'b\\'", "w:c"}},
        Case{"UnicodeLiterals", R"(U&'a' u&"b")", {"w:U", "o:&", "s:'a'", "w:u", "o:&", R"(q:"b")"}, {"s:U&'a'", R"(q:u&"b")"}},
        Case{"BitAndHexStrings", "B'1' x'ff' N'a'", {"w:B", "s:'1'", "s:x'ff'", "w:N", "s:'a'"}, {"s:B'1'", "s:x'ff'", "s:N'a'"}},
        Case{"DollarQuotes", "$$a'$$ $f$ $$ $f$", {"p:$$a", "s:'$$ $f$ $$ $f$!"}, {"s:$$a'$$", "s:$f$ $$ $f$"}},
        Case{"DollarQuoteOpen", "$a$ x $b$", {"p:$a$", "w:x", "p:$b$"}, {"s:$a$ x $b$!"}},
        Case{"DollarInWord", "a$b$c $1 $x", {"w:a$b$c", "p:$1", "p:$x"}, {"w:a$b$c", "p:$1", "?:$", "w:x"}},
        Case{"NestedComment",
             "/* a /* b */ c */ d",
             {"c:/* a /* b */", "w:c", "o:*", "o:/", "w:d"},
             {"c:/* a /* b */ c */", "w:d"}},
        same("OpenComment", "/* a", {"c:/* a!"}), same("ShortOpenComment", "/*/", {"c:/*/!"}),
        same("Hint", "/*+ SeqScan(t) */", {"h:/*+ SeqScan(t) */"}), same("LineComment", "a -- b'\nc", {"w:a", "c:-- b'", "w:c"}),
        Case{"LineCommentToReturn", "--a\rb", {"c:--a\rb"}, {"c:--a", "w:b"}},
        same("Parameters", ":from+ :to", {"p::from", "o:+", "p::to"}), same("Cast", "a::from", {"w:a", "o:::", "w:from"}),
        same("CastOfParameter", ":from::int", {"p::from", "o:::", "w:int"}),
        Case{"SqliteParameters",
             "? ?12 @a :1",
             {"p:?", "p:?12", "p:@a", "p::1"},
             {"o:?", "o:?", "n:12", "o:@", "w:a", ".::", "n:1"}},
        same("Numbers", "1 1.5 .5 1e10 1E-5 0xFF 1_000 1.",
             {"n:1", "n:1.5", "n:.5", "n:1e10", "n:1E-5", "n:0xFF", "n:1_000", "n:1."}),
        Case{"NumberRange", "1..10", {"n:1.", "n:.10"}, {"n:1", "o:..", "n:10"}},
        same("NumberNoExponent", "1e 2ex", {"n:1", "w:e", "n:2", "w:ex"}),
        Case{"OctalAndBinary", "0o17 0b11", {"n:0", "w:o17", "n:0", "w:b11"}, {"n:0o17", "n:0b11"}},
        Case{"Operators",
             "a<=b||c->>'d'",
             {"w:a", "o:<=", "w:b", "o:||", "w:c", "o:->>", "s:'d'"},
             {"w:a", "o:<=", "w:b", "o:||", "w:c", "o:->>", "s:'d'"}},
        Case{"SignAfterOperator",
             "a=-1 b@-1",
             {"w:a", "o:=", "o:-", "n:1", "w:b", "?:@", "o:-", "n:1"},
             {"w:a", "o:=", "o:-", "n:1", "w:b", "o:@-", "n:1"}},
        Case{"SignsInARow", "<+>+++1", {"o:<", "o:+", "o:>", "o:+", "o:+", "o:+", "n:1"}, {"o:<+>", "o:+", "o:+", "o:+", "n:1"}},
        Case{"OperatorBeforeComment",
             "a*--b\n/c@/*d*/",
             {"w:a", "o:*", "c:--b", "o:/", "w:c", "?:@", "c:/*d*/"},
             {"w:a", "o:*", "c:--b", "o:/", "w:c", "o:@", "c:/*d*/"}},
        same("Punctuation", "f(a,b.c);", {"w:f", ".:(", "w:a", ".:,", "w:b", ".:.", "w:c", ".:)", ";:;"}),
        Case{"Restrict",
             "\\restrict k'\nSELECT 1",
             {"?:\\", "w:restrict", "w:k", "s:'\nSELECT 1!"},
             {"m:\\restrict k'", "w:SELECT", "n:1"}},
        Case{"BackslashInside", "a \\ b", {"w:a", "?:\\", "w:b"}, {"w:a", "?:\\", "w:b"}}),
    [](const auto &test) { return test.param.name; });

TEST(TokenizerCopy, DataIsVerbatimUpToItsEnd) {
  EXPECT_EQ(tokens("COPY public.t (a, \"b\") FROM stdin;\n1\tit's\n\n\\.x\n\\.\nSELECT 1;", Dialect::Postgresql),
            (std::vector<std::string>{"w:COPY", "w:public", ".:.", "w:t", ".:(", "w:a", ".:,", R"(q:"b")", ".:)", "w:FROM",
                                      "w:stdin", ";:;", "d:1\tit's\n\n\\.x\n", "e:\\.", "w:SELECT", "n:1", ";:;"}));
}

TEST(TokenizerCopy, OptionsAndACommentMayStandBeforeTheData) {
  EXPECT_EQ(tokens("copy t from STDIN with (format csv); -- here\na;'\n\\.", Dialect::Postgresql),
            (std::vector<std::string>{"w:copy", "w:t", "w:from", "w:STDIN", "w:with", ".:(", "w:format", "w:csv", ".:)", ";:;",
                                      "c:-- here", "d:a;'\n", "e:\\."}));
}

TEST(TokenizerCopy, NoRows) {
  EXPECT_EQ(tokens("COPY t FROM stdin;\n\\.\n;", Dialect::Postgresql),
            (std::vector<std::string>{"w:COPY", "w:t", "w:FROM", "w:stdin", ";:;", "e:\\.", ";:;"}));
}

TEST(TokenizerCopy, DataWithoutEndIsUnterminated) {
  EXPECT_EQ(tokens("COPY t FROM stdin;\n1\n", Dialect::Postgresql),
            (std::vector<std::string>{"w:COPY", "w:t", "w:FROM", "w:stdin", ";:;", "d:1\n!"}));
}

TEST(TokenizerCopy, OtherCopiesHaveNoData) {
  for (const auto *const sql :
       {"COPY t TO stdout;\nSELECT 1", "COPY t FROM 'stdin';\nSELECT 1", "COPY (SELECT 1 FROM stdin) TO stdout;\nSELECT 1",
        "SELECT copy FROM stdin;\nSELECT 1", "COPY t FROM \"stdin\";\nSELECT 1"}) {
    const auto found = tokens(sql, Dialect::Postgresql);
    EXPECT_EQ(found.at(found.size() - 1), "n:1") << sql;
  }
  EXPECT_EQ(tokens("COPY t FROM stdin;\nSELECT 1", Dialect::Sqlite).back(), "n:1");
}

TEST(TokenizerTime, IsLinearOnWhatCouldBeQuadratic) {
  constexpr std::size_t kSize = 1'000'000;
  for (const auto *const piece : {"+", "$a", "$a$ ", "/*", "'", "\\.\n", "E'a'\n", "-", "=", "(", ":", "\"", "[", "1e", "<+"}) {
    std::string sql;
    while (sql.size() < kSize) sql += piece;
    for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
      std::size_t covered = 0;
      Tokenizer tokenizer(sql, dialect);
      while (const auto token = tokenizer.next()) covered += token->text.size();
      EXPECT_EQ(covered, sql.size()) << piece;
    }
  }
}

TEST(TokenizerWords, CompareWithoutCase) {
  EXPECT_TRUE(is_word(Token{TokenKind::Word, "sElect", false}, "SELECT"));
  EXPECT_FALSE(is_word(Token{TokenKind::Word, "selects", false}, "SELECT"));
  EXPECT_FALSE(is_word(Token{TokenKind::QuotedIdentifier, "SELECT", false}, "SELECT"));
  EXPECT_TRUE(is_restrict_command(Token{TokenKind::MetaCommand, "\\unrestrict abc", false}));
  EXPECT_TRUE(is_restrict_command(Token{TokenKind::MetaCommand, "\\restrict", false}));
  EXPECT_FALSE(is_restrict_command(Token{TokenKind::MetaCommand, "\\restricted a", false}));
}

} // namespace
} // namespace migrator::script
