// What each call sends, and what it makes of good and refused answers.
#include "tests/integration/kube/client_at_unruly_server.h"

#include <gmock/gmock.h>

namespace controller::kube {
namespace {

using testing::ElementsAre;

class Requests : public ClientAtUnrulyServer {
protected:
  // The one request since the last question.
  Json request() {
    Json seen = server_.seen();
    EXPECT_EQ(seen.size(), 1U) << seen;
    return seen.empty() ? Json() : seen.front();
  }
};

TEST_F(Requests, GetAsksForOneObjectAsOurselves) {
  server_.answer({answer_of(200, {{"kind", "Job"}})});
  const Result<Json> got = client_->get(kJobs, {"shop", "a b"});
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, Json({{"kind", "Job"}}));
  const Json sent = request();
  EXPECT_EQ(sent["method"], "GET");
  EXPECT_EQ(sent["target"], "/apis/batch/v1/namespaces/shop/jobs/a%20b");
  EXPECT_EQ(sent["headers"]["authorization"], "Bearer secret-token");
  EXPECT_EQ(sent["headers"]["accept"], "application/json");
  EXPECT_EQ(sent["headers"]["host"], "127.0.0.1:" + std::to_string(server_.port()));
  EXPECT_EQ(sent["headers"]["user-agent"], "migration-operator/" MIGRATOR_VERSION);
  EXPECT_THAT(observed_, ElementsAre("get jobs 200"));
}

TEST_F(Requests, ListAsksForAPageOfAVersionNotOlder) {
  server_.answer({answer_of(200, {{"items", nullptr}, {"metadata", {{"resourceVersion", "7"}}}})});
  const Result<Json> page = client_->list(kPods, "", {"a=b,c", "spec.nodeName=n", "5", 100, ""});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ((*page)["items"], Json::array());
  EXPECT_EQ(request()["target"],
            "/api/v1/pods?labelSelector=a%3Db%2Cc&fieldSelector=spec.nodeName%3Dn&limit=100&resourceVersion=5&"
            "resourceVersionMatch=NotOlderThan");
}

TEST_F(Requests, TheNextPageNamesNoVersion) {
  server_.answer({answer_of(200, {{"items", Json::array()}, {"metadata", Json::object()}})});
  ASSERT_TRUE(client_->list(kPods, "shop", {"", "", "5", 10, "to/ken="}));
  EXPECT_EQ(request()["target"], "/api/v1/namespaces/shop/pods?limit=10&continue=to%2Fken%3D");
}

TEST_F(Requests, CreateUpdateAndPatchSendTheirBodyUnderOurName) {
  server_.answer({answer_of(201, {{"kind", "X"}})});
  const Json object = {{"metadata", {{"name", "a"}, {"resourceVersion", "3"}}}};
  ASSERT_TRUE(client_->create(kJobs, "shop", object));
  Json sent = request();
  EXPECT_EQ(sent["method"], "POST");
  EXPECT_EQ(sent["target"], "/apis/batch/v1/namespaces/shop/jobs?fieldManager=migration-operator");
  EXPECT_EQ(sent["headers"]["content-type"], "application/json");
  EXPECT_EQ(Json::parse(sent["body"].get<std::string>()), object);

  ASSERT_TRUE(client_->update(kLeases, {"shop", "a"}, object));
  sent = request();
  EXPECT_EQ(sent["method"], "PUT");
  EXPECT_EQ(sent["target"], "/apis/coordination.k8s.io/v1/namespaces/shop/leases/a?fieldManager=migration-operator");

  ASSERT_TRUE(client_->patch(kMigrations, {"shop", "a"}, PatchType::Merge, object));
  sent = request();
  EXPECT_EQ(sent["method"], "PATCH");
  EXPECT_EQ(sent["headers"]["content-type"], "application/merge-patch+json");
  ASSERT_TRUE(client_->patch(kMigrations, {"shop", "a"}, PatchType::JsonPatch, Json::array()));
  sent = request();
  EXPECT_EQ(sent["headers"]["content-type"], "application/json-patch+json");
  EXPECT_EQ(sent["body"], "[]");
  EXPECT_THAT(observed_, ElementsAre("create jobs 201", "update leases 201", "patch migrations 201", "patch migrations 201"));
}

TEST_F(Requests, ApplyStatusIsForcedOnTheSubresource) {
  server_.answer({answer_of(200, {{"kind", "Migration"}})});
  ASSERT_TRUE(client_->apply_status(kMigrations, {"shop", "a"}, {{"status", Json::object()}}));
  const Json sent = request();
  EXPECT_EQ(sent["method"], "PATCH");
  EXPECT_EQ(sent["target"],
            "/apis/migrator.dev/v1alpha1/namespaces/shop/migrations/a/status?fieldManager=migration-operator&force=true");
  EXPECT_EQ(sent["headers"]["content-type"], "application/apply-patch+yaml");
  EXPECT_THAT(observed_, ElementsAre("patch migrations/status 200"));
}

TEST_F(Requests, WhatOthersWroteIntoTheStatusIsTakenAway) {
  server_.answer({answer_of(200, {{"metadata", {{"resourceVersion", "8"}}}, {"status", {{"a", 1}, {"theirs", 2}}}}),
                  answer_of(200, {{"metadata", {{"resourceVersion", "9"}}}, {"status", {{"a", 1}}}})});
  const auto stored =
      client_->apply_status(kMigrations, {"shop", "a"}, {{"metadata", {{"resourceVersion", "7"}}}, {"status", {{"a", 1}}}});
  ASSERT_TRUE(stored);
  EXPECT_EQ((*stored)["metadata"]["resourceVersion"], "9");
  const Json seen = server_.seen();
  ASSERT_EQ(seen.size(), 2U) << seen;
  const Json &sent = seen[1];
  EXPECT_EQ(sent["method"], "PATCH");
  EXPECT_EQ(sent["headers"]["content-type"], "application/json-patch+json");
  EXPECT_EQ(Json::parse(sent["body"].get<std::string>()), Json::parse(R"([{"op": "add", "path": "/status", "value": {"a": 1}},
                            {"op": "replace", "path": "/metadata/resourceVersion", "value": "8"}])"));
}

TEST_F(Requests, RemoveNamesTheObjectThatIsMeant) {
  server_.answer({answer_of(200, {{"kind", "Status"}, {"status", "Success"}})});
  ASSERT_TRUE(client_->remove(kJobs, {"shop", "a"}, "uid-1"));
  const Json sent = request();
  EXPECT_EQ(sent["method"], "DELETE");
  EXPECT_EQ(Json::parse(sent["body"].get<std::string>()), Json({{"apiVersion", "v1"},
                                                                {"kind", "DeleteOptions"},
                                                                {"propagationPolicy", "Background"},
                                                                {"preconditions", {{"uid", "uid-1"}}}}));
}

TEST_F(Requests, LogIsTextAndNamesItsLimits) {
  server_.answer({{{"status", 200}, {"headers", {{"Content-Type", "text/plain"}}}, {"body", "one\ntwo\n"}}});
  const Result<std::string> log = client_->log({"shop", "p"}, "migrator", 20, 4096);
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(*log, "one\ntwo\n");
  EXPECT_EQ(request()["target"], "/api/v1/namespaces/shop/pods/p/log?container=migrator&tailLines=20&limitBytes=4096");
  EXPECT_THAT(observed_, ElementsAre("get pods/log 200"));
}

// A connection goes back to the library's pool a moment after its answer has been given, so one call after the other may use two by turns.
TEST_F(Requests, ConnectionsAreKept) {
  server_.answer({answer_of(200, Json::object())});
  for (int time = 0; time < 30; ++time) ASSERT_TRUE(client_->get(kJobs, {"shop", "a"}));
  for (const Json &seen : server_.seen()) EXPECT_LE(seen["connection"], 3);
}

TEST_F(Requests, ARefusalIsGivenAsTheServerWordsIt) {
  server_.answer({failure(409, "AlreadyExists", "jobs.batch \"a\" already exists")});
  const Result<Json> created = client_->create(kJobs, "shop", Json::object());
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().kind, ErrorKind::AlreadyExists);
  EXPECT_EQ(created.error().status, 409);
  EXPECT_EQ(created.error().reason, "AlreadyExists");
  EXPECT_EQ(created.error().message, "jobs.batch \"a\" already exists");
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(Requests, ARedirectIsNotFollowed) {
  server_.answer(
      {{{"status", 302}, {"headers", {{"Location", "http://127.0.0.1:" + std::to_string(server_.port()) + "/else"}}}}});
  const Result<Json> got = client_->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::BadAnswer);
  EXPECT_EQ(got.error().message,
            "the API server answers with HTTP status 302, a redirect, which is not followed: give the server's own address.");
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(Requests, WhatIsNoObjectIsABadAnswer) {
  for (const char *body : {"", "<html>sign in</html>", "[]", "{\"items\": [", "null"}) {
    server_.answer({{{"status", 200}, {"body", body}}});
    const Result<Json> got = client_->get(kJobs, {"shop", "a"});
    ASSERT_FALSE(got) << body;
    EXPECT_EQ(got.error().kind, ErrorKind::BadAnswer);
    EXPECT_EQ(got.error().message, "the API server answers with something that is no JSON object. Is there a proxy in between?");
  }
  server_.answer({answer_of(200, {{"items", "none"}, {"metadata", Json::object()}})});
  const Result<Json> page = client_->list(kJobs, "shop", {});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, "the API server answers with a list that has no items. Is there a proxy in between?");
}

TEST_F(Requests, AContinueTokenThatExpiredIsExpired) {
  server_.answer({answer_of(200, {{"items", Json::array({Json::object()})}, {"metadata", {{"continue", "next"}}}}),
                  failure(410, "Expired", "The provided continue parameter is too old")});
  const Result<Json> first = client_->list(kPods, "", {});
  ASSERT_TRUE(first);
  ListOptions options;
  options.continue_token = (*first)["metadata"]["continue"];
  const Result<Json> second = client_->list(kPods, "", options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::Expired);
}

} // namespace
} // namespace controller::kube
