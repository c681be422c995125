#include "migrator/config/bytes.h"

#include <string>

#include <gtest/gtest.h>

namespace migrator::config {
namespace {

struct BytesCase {
  std::string name;
  std::string text;
  std::optional<std::int64_t> expected;
};

class Bytes : public testing::TestWithParam<BytesCase> {};

TEST_P(Bytes, AreRead) {
  EXPECT_EQ(parse_bytes(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Texts, Bytes,
                         testing::Values(BytesCase{"Plain", "1000000", 1'000'000}, BytesCase{"One", "1", 1},
                                         BytesCase{"Kibi", "2Ki", 2048}, BytesCase{"Mebi", "500Mi", 524'288'000},
                                         BytesCase{"Gibi", "20Gi", 21'474'836'480}, BytesCase{"Tebi", "1Ti", 1'099'511'627'776},
                                         BytesCase{"Kilo", "3k", 3'000}, BytesCase{"Mega", "3M", 3'000'000},
                                         BytesCase{"Giga", "3G", 3'000'000'000}, BytesCase{"Tera", "3T", 3'000'000'000'000},
                                         BytesCase{"Largest", "9223372036854775807", 9'223'372'036'854'775'807},
                                         BytesCase{"TooLarge", "9223372036854775808", std::nullopt},
                                         BytesCase{"TooManyTebi", "8388608Ti", std::nullopt},
                                         BytesCase{"Zero", "0", std::nullopt}, BytesCase{"Negative", "-1", std::nullopt},
                                         BytesCase{"Empty", "", std::nullopt}, BytesCase{"NoNumber", "Gi", std::nullopt},
                                         BytesCase{"Blank", "1 Gi", std::nullopt}, BytesCase{"Unknown", "1GB", std::nullopt},
                                         BytesCase{"Fraction", "1.5Gi", std::nullopt}),
                         [](const auto &of) { return of.param.name; });

} // namespace
} // namespace migrator::config
