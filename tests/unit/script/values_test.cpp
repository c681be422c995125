// The small values of headers and options: names, durations, times.
#include <gtest/gtest.h>

#include "migrator/script/names.h"
#include "migrator/script/timestamp.h"

namespace migrator::script {
namespace {

using std::chrono::milliseconds;

TEST(Names, RevisionIds) {
  for (const auto *const good : {"a", "A_9", "0123456789abcdef0123456789abcdef", "HEAD", "nones"})
    EXPECT_TRUE(is_revision_id(good)) << good;
  for (const auto *const bad :
       {"", "a-b", "ä", "a b", "none", "base", "head", "heads", "current", "0123456789abcdef0123456789abcdef0"}) {
    EXPECT_FALSE(is_revision_id(bad)) << bad;
  }
  EXPECT_TRUE(is_id_shaped("head"));
}

TEST(Names, Labels) {
  for (const auto *const good : {"a", "größe", "shop/a", "1.0", "x_y"}) EXPECT_TRUE(is_label(good)) << good;
  for (const auto *const bad : {"", "a@b", "a-b", "a+b", "a:b", "a,b", "a b", "a\tb", "base", "current", "a\x7F"})
    EXPECT_FALSE(is_label(bad)) << bad;
  EXPECT_TRUE(is_label_shaped("base"));
}

TEST(Names, QualifiedNames) {
  for (const auto *const good : {"t", "_t1$", "größe", "s.t", "\"a b\"", "s.\"a\"\"b\"", "\"s\".t"})
    EXPECT_TRUE(is_qualified_name(good, 2)) << good;
  for (const auto *const bad :
       {"", "1t", "$t", "s.", ".t", "a.b.c", "a b", "a;b", "\"a", "\"\"", "\"a\"b", "a\"b\"", "a-b", "t)"}) {
    EXPECT_FALSE(is_qualified_name(bad, 2)) << bad;
  }
  EXPECT_FALSE(is_qualified_name("s.t", 1));
}

TEST(Times, Rfc3339) {
  for (const auto *const good :
       {"2026-11-22T13:43:40Z", "2026-11-22t13:43:40z", "2026-11-22T13:43:40.123456789+01:00", "2024-02-29T23:59:60-23:59"}) {
    EXPECT_TRUE(is_rfc3339(good)) << good;
  }
  for (const auto *const bad :
       {"", "2026-11-22", "2026-11-22T13:43:40", "2026-11-22 13:43:40Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00Zx", "26-01-01T00:00:00Z"}) {
    EXPECT_FALSE(is_rfc3339(bad)) << bad;
  }
}

TEST(Times, Written) {
  const std::chrono::sys_seconds time{std::chrono::seconds{1'700'000'000}};
  EXPECT_EQ(rfc3339(time), "2023-11-14T22:13:20Z");
  EXPECT_EQ(compact_minutes(time), "202311142213");
  EXPECT_EQ(rfc3339(std::chrono::sys_seconds{std::chrono::seconds{-1}}), "1969-12-31T23:59:59Z");
}

} // namespace
} // namespace migrator::script
