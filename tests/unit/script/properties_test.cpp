// Laws over random texts: tokens cover the text, checksums ignore layout, the journal's text is the way back, nothing written is unreadable.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "migrator/script/checksum.h"
#include "migrator/script/down_text.h"
#include "migrator/script/encoding.h"
#include "migrator/script/parser.h"
#include "migrator/script/tokenizer.h"

namespace migrator::script {
namespace {

const std::string kHeader = "-- migrate:revision a1\n-- migrate:down_revision none\n";

rc::Gen<Dialect> any_dialect() {
  return rc::gen::element(Dialect::Sqlite, Dialect::Postgresql);
}

// Pieces that tokens begin, end and hide in.
rc::Gen<std::string> any_piece() {
  return rc::gen::element<std::string>("SELECT", "'", "''", "\"", "E'", "$$", "$a$", "[", "]", "`", "--", "/*", "*/", "/*+", "\\",
                                       ";", "\n", " ", ":from", "::", "1.5e3", "+", "<=", "COPY t FROM stdin;\n", "\\.\n", "é",
                                       "x", "(", ")", "-- migrate:up\n", "-- migrate:down\n", "-- migrate:assert SELECT 1\n",
                                       "\n-- migrate:allow r because x\n", "\r\n", "-- migrate:data name:n table:t key:k\n");
}

std::string together(const std::vector<std::string> &pieces) {
  std::string text;
  for (const auto &piece : pieces) text += piece;
  return text;
}

TEST(Properties, TokensCoverTheText) {
  EXPECT_TRUE(rc::check([] {
    const auto sql = together(*rc::gen::container<std::vector<std::string>>(any_piece()));
    std::string covered;
    Tokenizer tokenizer(sql, *any_dialect());
    while (const auto token = tokenizer.next()) {
      RC_ASSERT(!token->text.empty());
      RC_ASSERT(!token->unterminated || covered.size() + token->text.size() == sql.size());
      covered += token->text;
    }
    RC_ASSERT(covered == sql);
  }));
}

TEST(Properties, LayoutAndCommentsAreNotInTheChecksum) {
  EXPECT_TRUE(rc::check([] {
    const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "SELECT", "'a  b'", "\"x -- y\"", "1", "<=", "=", ";", "(", ")", ",", "t.a", "'it''s'", ":from"));
    const auto between = [] {
      return *rc::gen::element<std::string>(" ", "\n", "\t \n", " /* ' */ ", " -- \" \n", "\r\n", "\n\n    ");
    };
    std::string one = kHeader + "-- migrate:up\n";
    std::string other = one;
    for (const auto &word : words) {
      one += word + " ";
      other += word + between();
    }
    const auto dialect = *any_dialect();
    const auto first = parse(one, "a.sql");
    const auto second = parse("\xEF\xBB\xBF" + other, "a.sql");
    RC_ASSERT(first.has_value());
    RC_ASSERT(second.has_value());
    RC_ASSERT(canonical_form(*first, Direction::Up, dialect) == canonical_form(*second, Direction::Up, dialect));
  }));
}

TEST(Properties, TheJournalsTextIsTheWayBack) {
  EXPECT_TRUE(rc::check([] {
    const auto script =
        parse(kHeader + "-- migrate:down\n" + together(*rc::gen::container<std::vector<std::string>>(any_piece())), "a.sql");
    RC_PRE(script.has_value());
    for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
      const auto text = render_down(*script, dialect);
      const auto again = parse_down(text, kDownFormat, Script());
      RC_ASSERT(again.has_value());
      RC_ASSERT(render_down(*again, dialect) == text);
      RC_ASSERT(checksum(*again, Direction::Down, dialect) == checksum(*script, Direction::Down, dialect));
    }
  }));
}

TEST(Properties, WindowsLineEndsChangeNothing) {
  EXPECT_TRUE(rc::check([] {
    const auto text = kHeader + together(*rc::gen::container<std::vector<std::string>>(any_piece()));
    std::string storage;
    const std::string unix_text(decode(text, "a.sql", storage).value());
    std::string windows;
    for (const char c : unix_text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const auto one = parse(unix_text, "a.sql");
    const auto other = parse(windows, "a.sql");
    RC_ASSERT(one.has_value() == other.has_value());
    if (!one) {
      RC_ASSERT(one.error().text() == other.error().text());
      return;
    }
    for (const auto direction : {Direction::Up, Direction::Down}) {
      RC_ASSERT(canonical_form(*one, direction, Dialect::Postgresql) == canonical_form(*other, direction, Dialect::Postgresql));
    }
  }));
}

TEST(Properties, RandomBytesAreReadOrRefused) {
  EXPECT_TRUE(rc::check([](const std::string &bytes) {
    const auto script = parse(bytes, "a.sql");
    RC_ASSERT(script.has_value() || (script.error().code == ErrorCode::InvalidRevisionFile && !script.error().message.empty()));
  }));
}

} // namespace
} // namespace migrator::script
