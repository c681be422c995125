// Paths, queries and the server's URL.
#include <gtest/gtest.h>

#include "operator/kube/client.h"
#include "operator/kube/percent.h"
#include "operator/kube/server_url.h"

namespace controller::kube {
namespace {

TEST(Path, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(path_of(kMigrations, "shop", "shop", "status"), "/apis/migrator.dev/v1alpha1/namespaces/shop/migrations/shop/status");
  EXPECT_EQ(path_of(kMigrations, "", ""), "/apis/migrator.dev/v1alpha1/migrations");
  EXPECT_EQ(path_of(kPods, "shop", "p", "log"), "/api/v1/namespaces/shop/pods/p/log");
  EXPECT_EQ(path_of(kPods, "", ""), "/api/v1/pods");
}

TEST(Path, ANameCannotLeaveItsPlace) {
  EXPECT_EQ(path_of(kPods, "a/../b", "c?d#e%2F", "log"), "/api/v1/namespaces/a%2F..%2Fb/pods/c%3Fd%23e%252F/log");
}

TEST(Query, EncodesAndLeavesOutWhatIsEmpty) {
  Query query;
  query.add("a", "").add("b", "x in (y, z)").add("c", "\xc3\xa9&=+");
  EXPECT_EQ(query.text(), "b=x%20in%20%28y%2C%20z%29&c=%C3%A9%26%3D%2B");
}

struct Url {
  std::string text;
  std::string authority; // empty: no URL
  bool tls = true;
  std::string path = {};
};

class ServerUrls : public testing::TestWithParam<Url> {};

TEST_P(ServerUrls, AreTakenApart) {
  const auto url = parse_server_url(GetParam().text);
  ASSERT_EQ(url.has_value(), !GetParam().authority.empty()) << GetParam().text;
  if (!url) return;
  EXPECT_EQ(url->authority(), GetParam().authority);
  EXPECT_EQ(url->tls, GetParam().tls);
  EXPECT_EQ(url->path, GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    All, ServerUrls,
    testing::Values(Url{"https://10.0.0.1:6443", "10.0.0.1:6443"}, Url{"https://kubernetes", "kubernetes:443"},
                    Url{"HTTP://localhost:8001/", "localhost:8001", false},
                    Url{"https://rancher.example/k8s/clusters/c-1//", "rancher.example:443", true, "/k8s/clusters/c-1"},
                    Url{"https://[fd00::1]:6443", "[fd00::1]:6443"}, Url{"https://[::1]", "[::1]:443"}, Url{"kubernetes:443", ""},
                    Url{"https://", ""}, Url{"https://:443", ""}, Url{"", ""}, Url{"ftp://a", ""}, Url{"https://user@a", ""},
                    Url{"https://a?b", ""}, Url{"https://a#b", ""}, Url{"https://a:0", ""}, Url{"https://a:65536", ""},
                    Url{"https://a:", ""}, Url{"https://a:1x", ""}, Url{"https://a:+1", ""}, Url{"https://[::1", ""},
                    Url{"https://[]:1", ""}, Url{"https://[a]:1", ""}, Url{"https://[::1]x", ""}, Url{"https://::1", ""},
                    Url{"https://a b", ""}, Url{"https://a/b c", ""}));

} // namespace
} // namespace controller::kube
