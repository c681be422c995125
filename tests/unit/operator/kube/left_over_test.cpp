#include "operator/kube/left_over.h"

#include <gtest/gtest.h>

namespace {

using controller::kube::holds_more;
using Json = nlohmann::json;

struct LeftOverCase {
  const char *name;
  const char *stored;
  const char *sent;
  bool more;
};
struct LeftOver : testing::TestWithParam<LeftOverCase> {};

TEST_P(LeftOver, IsFoundAtAnyDepth) {
  EXPECT_EQ(holds_more(Json::parse(GetParam().stored), Json::parse(GetParam().sent)), GetParam().more);
}

INSTANTIATE_TEST_SUITE_P(All, LeftOver,
                         testing::Values(LeftOverCase{"Same", R"({"a": [1, {"b": 2}]})", R"({"a": [1, {"b": 2}]})", false},
                                         LeftOverCase{"OtherValue", R"({"a": 1})", R"({"a": 2})", false},
                                         LeftOverCase{"Less", R"({})", R"({"a": 1})", false},
                                         LeftOverCase{"Member", R"({"a": 1, "run": {"notBefore": "x"}})", R"({"a": 1})", true},
                                         LeftOverCase{"DeepMember", R"({"run": {"a": 1, "b": 2}})", R"({"run": {"a": 1}})", true},
                                         LeftOverCase{"Element", R"({"conditions": [{"type": "A"}, {"type": "B"}]})",
                                                      R"({"conditions": [{"type": "A"}]})", true},
                                         LeftOverCase{"MemberOfAnElement", R"([{"type": "A", "more": 1}])", R"([{"type": "A"}])",
                                                      true},
                                         LeftOverCase{"ObjectForAText", R"({"a": {}})", R"({"a": "x"})", true}),
                         [](const auto &tried) { return std::string(tried.param.name); });

} // namespace
