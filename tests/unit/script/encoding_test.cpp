#include "migrator/script/encoding.h"

#include <gtest/gtest.h>

namespace migrator::script {
namespace {

std::string decoded(std::string_view bytes) {
  std::string storage;
  const auto text = decode(bytes, "a.sql", storage);
  return text ? std::string(*text) : text.error().text();
}

TEST(Utf8, IsToldFromWhatIsNot) {
  for (const std::string_view good : {"", "a", "\xc3\xa4", "\xe2\x82\xac and more than eight", "\xf0\x9d\x84\x9e"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const std::string_view bad : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "eight letters \x80"})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(Decode, LineEndsAndByteOrderMark) {
  EXPECT_EQ(decoded("a\r\nb\r\n"), "a\nb\n");
  EXPECT_EQ(decoded("\xEF\xBB\xBF"
                    "a"),
            "a");
  EXPECT_EQ(decoded("a\rb\r"), "a\rb\r");
  EXPECT_EQ(decoded("a\r\r\nb"), "a\r\nb");
  EXPECT_EQ(decoded("\r\n\r\n"), "\n\n");
  EXPECT_EQ(decoded(""), "");
  // Only the first one is a mark.
  EXPECT_EQ(decoded("\xEF\xBB\xBF\xEF\xBB\xBF"), "\xEF\xBB\xBF");
}

TEST(Decode, AcceptsAllOfUtf8) {
  for (const std::string text : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                                 "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(decoded(text), text);
    EXPECT_EQ(decoded("1234567" + text + "89"), "1234567" + text + "89");
  }
}

TEST(Decode, RefusesWhatIsNot) {
  const auto refused = [](const std::string &bytes) {
    std::string storage;
    return !decode(bytes, "a.sql", storage).has_value();
  };
  for (const std::string bytes : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                                  "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x90\x80"}) {
    EXPECT_TRUE(refused(bytes));
    EXPECT_TRUE(refused("12345678" + bytes + "abcdefgh"));
  }
}

TEST(Decode, SaysWhere) {
  const std::string advice = ": save the file as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`";
  EXPECT_EQ(decoded("\xE4"), "a.sql:1: column 1: byte 0xE4 is not UTF-8 (in Latin-1 it would be ä)" + advice);
  EXPECT_EQ(decoded("é\n\né caf\xE9 "), "a.sql:3: column 6: byte 0xE9 is not UTF-8 (in Latin-1 it would be é)" + advice);
  EXPECT_EQ(decoded("a\x93quoted\x94"), "a.sql:1: column 2: byte 0x93 is not UTF-8" + advice);
  EXPECT_EQ(
      decoded(std::string("a\r\nb\0c\xE9", 7)),
      "a.sql:2: a NUL byte: revision files are text in UTF-8; if this is a binary file, move it out of the migrations folder");
  EXPECT_EQ(decoded(std::string("\xE9\0", 2)), "a.sql:1: column 1: byte 0xE9 is not UTF-8 (in Latin-1 it would be é)" + advice);
  EXPECT_EQ(decoded("\xFE\xFF"), "a.sql:1: the file is UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`");
}

} // namespace
} // namespace migrator::script
