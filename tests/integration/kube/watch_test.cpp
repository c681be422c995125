// Watches: events as they come, and every way in which a stream ends.
#include "tests/integration/kube/client_at_unruly_server.h"

#include <thread>

#include <gmock/gmock.h>

namespace controller::kube {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class Watches : public ClientAtUnrulyServer {
protected:
  static std::string line(const std::string &type, const std::string &name) {
    return Json({{"type", type}, {"object", {{"metadata", {{"name", name}}}}}}).dump() + "\n";
  }

  Status watch(std::chrono::seconds timeout = 60s) {
    WatchOptions options;
    options.label_selector = "a=b";
    options.resource_version = "42";
    options.timeout = timeout;
    return client_->watch(kMigrations, "", options, watch_stop_.get_token(), [this](const WatchEvent &event) {
      events_.push_back(event.type + " " + event.object.value("/metadata/name"_json_pointer, ""));
      if (stops_at_ == events_.size()) watch_stop_.request_stop();
    });
  }

  std::stop_source watch_stop_;
  std::size_t stops_at_ = 0; // after so many events; 0: never
  std::vector<std::string> events_;
};

TEST_F(Watches, EventsComeInOrderHoweverTheyAreCut) {
  const std::string all = line("ADDED", "a") + "\n" + line("MODIFIED", "b") + "\r\n" + line("BOOKMARK", "c");
  Json chunks = Json::array();
  for (std::size_t begin = 0; begin < all.size(); begin += 7) chunks.push_back(all.substr(begin, 7));
  server_.answer({{{"status", 200}, {"chunks", chunks}}});
  const Status ended = watch();
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_THAT(events_, ElementsAre("ADDED a", "MODIFIED b", "BOOKMARK c"));
  EXPECT_THAT(observed_, ElementsAre("watch migrations 200"));
  const Json seen = server_.seen();
  EXPECT_EQ(seen[0]["target"], "/apis/migrator.dev/v1alpha1/migrations?watch=true&allowWatchBookmarks=true&labelSelector=a%3Db&"
                               "resourceVersion=42&timeoutSeconds=60");
}

TEST_F(Watches, ALastLineWithoutItsEndCounts) {
  std::string last = line("DELETED", "b");
  last.pop_back();
  server_.answer({{{"status", 200}, {"chunks", {line("ADDED", "a") + last}}}});
  ASSERT_TRUE(watch());
  EXPECT_THAT(events_, ElementsAre("ADDED a", "DELETED b"));
}

TEST_F(Watches, AnErrorEventIsHandedOn) {
  server_.answer({{{"status", 200}, {"chunks", {"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}\n"}}}});
  ASSERT_TRUE(watch());
  EXPECT_THAT(events_, ElementsAre("ERROR "));
}

TEST_F(Watches, A410AsStatusIsExpired) {
  server_.answer({failure(410, "Expired", "too old resource version: 42 (100)")});
  const Status ended = watch();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::Expired);
  EXPECT_EQ(ended.error().message, "too old resource version: 42 (100)");
}

TEST_F(Watches, A429IsNotRepeatedInside) {
  Json busy = failure(429, "TooManyRequests", "later");
  busy["headers"] = {{"Retry-After", "3"}};
  server_.answer({busy});
  const Status ended = watch();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::TooManyRequests);
  EXPECT_EQ(ended.error().retry_after, 3s);
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(Watches, ACutStreamIsUnreachableAfterItsEvents) {
  server_.answer({{{"status", 200}, {"chunks", {line("ADDED", "a")}}, {"end", "cut"}}});
  const Status ended = watch();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::Unreachable);
  EXPECT_THAT(events_, ElementsAre("ADDED a"));
}

TEST_F(Watches, WhatIsNoEventEndsIt) {
  for (const char *garbage : {"<html>\n", "{\"type\":\"ADDED\"}\n", "{\"type\":1,\"object\":{}}\n", "[1]\n"}) {
    events_.clear();
    server_.answer({{{"status", 200}, {"chunks", {line("ADDED", "a"), garbage, line("ADDED", "b")}}}});
    const Status ended = watch();
    ASSERT_FALSE(ended) << garbage;
    EXPECT_EQ(ended.error().kind, ErrorKind::BadAnswer);
    EXPECT_EQ(ended.error().message, "the API server sends a watch line that is no event. Is there a proxy in between?");
    EXPECT_THAT(events_, ElementsAre("ADDED a"));
  }
}

TEST_F(Watches, ALineWithoutEndIsNotKeptForEver) {
  server_.answer({{{"status", 200}, {"chunks", {std::string(1024 * 1024, 'x')}}, {"times", 40}}});
  const Status ended = watch();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::BadAnswer);
  EXPECT_EQ(ended.error().message, "the API server sends a watch line longer than 16 MiB.");
}

TEST_F(Watches, BigEventsComeWhole) {
  const std::string name(3 * 1024 * 1024, 'n');
  server_.answer({{{"status", 200}, {"chunks", {line("ADDED", name)}}, {"times", 3}}});
  ASSERT_TRUE(watch());
  ASSERT_EQ(events_.size(), 3U);
  EXPECT_EQ(events_[2], "ADDED " + name);
}

// The peer is gone without a word: nothing but our own clock notices.
TEST_F(Watches, ASilentStreamIsGivenUp) {
  server_.answer({{{"status", 200}, {"chunks", {line("ADDED", "a")}}, {"end", "silence"}}});
  const auto begin = std::chrono::steady_clock::now();
  const Status ended = watch(1s);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::TimedOut);
  EXPECT_THAT(events_, ElementsAre("ADDED a"));
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, 1s);
  EXPECT_LT(took, 15s);
}

TEST_F(Watches, TheStopTokenEndsASilentStreamAtOnce) {
  server_.answer({{{"status", 200}, {"chunks", {line("ADDED", "a")}}, {"end", "silence"}}});
  for (std::stop_source *source : {&watch_stop_, &stop_}) {
    watch_stop_ = std::stop_source();
    Status ended;
    std::thread watcher([&] { ended = watch(600s); });
    while (server_.seen().empty()) std::this_thread::yield();
    const auto begin = std::chrono::steady_clock::now();
    source->request_stop();
    watcher.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind, ErrorKind::Stopped);
  }
}

TEST_F(Watches, AfterTheStopNoFurtherEventIsHandedOn) {
  server_.answer({{{"status", 200}, {"chunks", {line("ADDED", "a") + line("ADDED", "b")}}}});
  stops_at_ = 1;
  const Status ended = watch();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::Stopped);
  EXPECT_THAT(events_, ElementsAre("ADDED a"));
}

TEST_F(Watches, After401TheCredentialsAreReadAgainOnce) {
  class Renewed final : public Credentials {
  public:
    Result<Credential> current(std::stop_token) override { return Credential{renewed_ ? "new" : "old", {}}; }
    bool refused(const Credential &) override { return renewed_ = true; }

  private:
    bool renewed_ = false;
  };
  client_ = make(std::make_unique<Renewed>());
  server_.answer({failure(401, "Unauthorized", "Unauthorized"), {{"status", 200}, {"chunks", {line("ADDED", "a")}}}});
  ASSERT_TRUE(watch());
  const Json seen = server_.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1]["headers"]["authorization"], "Bearer new");
}

} // namespace
} // namespace controller::kube
