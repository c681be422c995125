#include "migrator/script/batch_parameters.h"

#include <gtest/gtest.h>

namespace migrator::script {
namespace {

TEST(BindBatch, ReplacesEveryOccurrenceOutsideLiteralsCommentsAndCasts) {
  const std::string sql = "UPDATE t SET a = ':from' || x::from, \"b:to\" = :from -- :to\n WHERE k>:from AND k<=:to AND :to::int "
                          "> 0 /* :from */ AND :fromage IS NULL";
  const auto bound = bind_batch(sql, Dialect::Postgresql, "$1", "$2");
  ASSERT_TRUE(bound.has_value());
  EXPECT_EQ(*bound, "UPDATE t SET a = ':from' || x::from, \"b:to\" = $1 -- :to\n WHERE k>$1 AND k<=$2 AND $2::int > 0 /* :from "
                    "*/ AND :fromage IS NULL");
}

TEST(BindBatch, FollowsTheDialectsQuotes) {
  const std::string sql = "DELETE FROM [a:from] WHERE k > :from AND `x:to` <= :to";
  EXPECT_EQ(bind_batch(sql, Dialect::Sqlite, "?1", "?2").value(), "DELETE FROM [a:from] WHERE k > ?1 AND `x:to` <= ?2");
  EXPECT_EQ(bind_batch("DELETE FROM t WHERE k > :from AND k <= :to AND x <> $$:to$$", Dialect::Postgresql, "'a'", "'b'").value(),
            "DELETE FROM t WHERE k > 'a' AND k <= 'b' AND x <> $$:to$$");
}

TEST(BindBatch, SaysWhichOneIsMissing) {
  const auto no_from = bind_batch("DELETE FROM t WHERE k <= :to", Dialect::Sqlite, "?1", "?2");
  ASSERT_FALSE(no_from.has_value());
  EXPECT_EQ(no_from.error().code, ErrorCode::InvalidRevisionFile);
  EXPECT_EQ(no_from.error().text(), "the statement of this data section does not use `:from`: restrict it to one batch, for "
                                    "example with `WHERE id > :from AND id <= :to`");
  const auto no_to = bind_batch("DELETE FROM t WHERE k > :from AND k <= :TO", Dialect::Sqlite, "?1", "?2");
  ASSERT_FALSE(no_to.has_value());
  EXPECT_EQ(no_to.error().text(), "the statement of this data section does not use `:to`: restrict it to one batch, for example "
                                  "with `WHERE id > :from AND id <= :to`");
}

} // namespace
} // namespace migrator::script
