#include "migrator/report/amount.h"

#include <gtest/gtest.h>

namespace migrator::report {
namespace {

TEST(BytesText, HasOneDecimalAboveThreeDigits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(1234567), "1.2 MB");
  EXPECT_EQ(bytes_text(999949), "999.9 kB");
  EXPECT_EQ(bytes_text(999950), "1.0 MB") << "never 1000.0 kB";
  EXPECT_EQ(bytes_text(3'400'000'000), "3.4 GB");
  EXPECT_EQ(bytes_text(5'000'000'000'000'000), "5000.0 TB");
}

} // namespace
} // namespace migrator::report
