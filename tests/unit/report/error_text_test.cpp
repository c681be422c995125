#include "migrator/report/error_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace migrator::report {
namespace {

TEST(ErrorText, NamesThePlace) {
  EXPECT_EQ(error_text({ErrorCode::Usage, "what. Do this.", {}, {}, 0, {}, {}}), "error: what. Do this.");
  EXPECT_EQ(error_text({ErrorCode::InvalidRevisionFile, "what.", {}, "a.sql", 3, {}, {}}), "error: a.sql:3: what.");
  EXPECT_EQ(error_text({ErrorCode::SqlError, "no \x1b[2Jtable", {}, {}, 0, {}, {}}), "error: no  [2Jtable");
}

TEST(ErrorDocument, HasTheFourFieldsAlways) {
  EXPECT_EQ(error_document({ErrorCode::MultipleHeads, "two heads.", {"a", "b"}, {}, 0, {}, {}}).dump(),
            R"({"error":{"code":"MultipleHeads","exit_code":2,"message":"two heads.","subject":["a","b"]}})");
}

TEST(ErrorDocument, HasTheRestWhereItIsKnown) {
  EXPECT_EQ(
      error_document({ErrorCode::SqlError, "no table.", {}, "a.sql", 7, "42P01", "ae10"}).dump(),
      R"({"error":{"code":"SqlError","exit_code":20,"message":"no table.","subject":[],"file":"a.sql","line":7,"sqlstate":"42P01",)"
      R"("revision":"ae10"}})");
}

} // namespace
} // namespace migrator::report
