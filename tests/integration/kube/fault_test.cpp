// Calls whose server is overloaded, cuts them off, falls silent or no longer knows us.
#include "tests/integration/kube/client_at_unruly_server.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

namespace controller::kube {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::StartsWith;

class Faults : public ClientAtUnrulyServer {
protected:
  Json good() const { return answer_of(200, {{"kind", "Job"}}); }
  static Json busy(int seconds) {
    Json answer = failure(429, "TooManyRequests", "please try again later");
    answer["headers"] = {{"Retry-After", std::to_string(seconds)}};
    return answer;
  }
};

TEST_F(Faults, A429IsRepeatedWhenTheServerSays) {
  server_.answer({busy(7), busy(2), good()});
  ASSERT_TRUE(client_->get(kJobs, {"shop", "a"}));
  EXPECT_THAT(pauses_, ElementsAre(7000, 2000));
  EXPECT_THAT(observed_, ElementsAre("get jobs 429", "get jobs 429", "get jobs 200"));
  EXPECT_EQ(server_.seen().size(), 3U);
}

TEST_F(Faults, A429RepeatsAlsoACreate) {
  server_.answer({busy(1), answer_of(201, {{"kind", "Job"}})});
  ASSERT_TRUE(client_->create(kJobs, "shop", {{"metadata", {{"name", "a"}}}}));
  const Json seen = server_.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0]["body"], seen[1]["body"]);
}

TEST_F(Faults, After500sWithoutAWishTheBackoffGrowsAndEnds) {
  server_.answer({failure(500, "InternalError", "etcdserver: no leader")});
  const Result<Json> got = client_->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::ServerError);
  EXPECT_EQ(got.error().message, "etcdserver: no leader");
  EXPECT_THAT(pauses_, ElementsAre(50, 100, 200, 400, 800, 1600, 2500, 2500, 2500));
  EXPECT_EQ(server_.seen().size(), 10U);
}

TEST_F(Faults, ACreateIsNotRepeatedAfter500) {
  server_.answer({failure(503, "ServiceUnavailable", "later"), good()});
  const Result<Json> created = client_->create(kJobs, "shop", Json::object());
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().kind, ErrorKind::ServerError);
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(Faults, AnUpdateIsRepeatedOnlyIfItNamesItsVersion) {
  server_.answer({failure(500, "InternalError", "no"), good()});
  EXPECT_FALSE(client_->update(kJobs, {"shop", "a"}, {{"metadata", {{"name", "a"}}}}));
  EXPECT_EQ(server_.seen().size(), 1U);
  server_.answer({failure(500, "InternalError", "no"), good()});
  EXPECT_TRUE(client_->update(kJobs, {"shop", "a"}, {{"metadata", {{"name", "a"}, {"resourceVersion", "1"}}}}));
  EXPECT_EQ(server_.seen().size(), 2U);
}

TEST_F(Faults, ALongerWishGoesToTheCaller) {
  server_.answer({busy(3600), good()});
  const Result<Json> got = client_->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::TooManyRequests);
  EXPECT_EQ(got.error().retry_after, 3600s);
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(Faults, AnAnswerThatIsCutIsNotTakenForWhole) {
  const std::vector<Json> cuts = {
      {{"status", 200}, {"body", "{\"kind\": \"Job\"}"}, {"end", "cut"}},
      {{"status", 200}, {"chunks", {"{\"kind\": \"Job\"}"}}, {"end", "cut"}},
      {{"raw", "HTTP/1.1 200 OK\r\nContent-Le"}},
      {{"raw", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"kind\":"}},
  };
  for (const Json &cut : cuts) {
    server_.answer({cut});
    const Result<Json> got = client_->get(kJobs, {"shop", "a"});
    ASSERT_FALSE(got) << cut;
    EXPECT_EQ(got.error().kind, ErrorKind::Unreachable) << cut;
    EXPECT_EQ(got.error().status, 0);
    EXPECT_THAT(got.error().message,
                StartsWith("cannot reach the API server at 127.0.0.1:" + std::to_string(server_.port()) + ": "));
  }
}

// The server closes a kept connection after its answer; the next call finds that out and uses a new one.
TEST_F(Faults, AKeptConnectionThatTheServerClosedDoesNotMatter) {
  Json closing = good();
  closing["end"] = "close";
  server_.answer({closing});
  for (int time = 0; time < 10; ++time) EXPECT_TRUE(client_->get(kJobs, {"shop", "a"}));
  EXPECT_EQ(server_.seen().size(), 10U);
}

TEST_F(Faults, GarbageIsAnErrorAndTheNextCallGoesOn) {
  for (const char *raw : {"\x16\x03\x01 this is no HTTP\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n"}) {
    server_.answer({{{"raw", raw}}});
    const Result<Json> got = client_->get(kJobs, {"shop", "a"});
    EXPECT_FALSE(got) << raw;
  }
  server_.answer({good()});
  EXPECT_TRUE(client_->get(kJobs, {"shop", "a"}));
}

TEST_F(Faults, SilenceEndsWithTheLimit) {
  limit_ = 300ms;
  client_ = make(fixed_credentials({}));
  for (const Json &silence :
       std::vector<Json>{{{"end", "silence"}}, {{"status", 200}, {"body", "{\"a\":"}, {"end", "silence"}}}) {
    server_.answer({silence});
    const auto begin = std::chrono::steady_clock::now();
    const Result<Json> got = client_->get(kJobs, {"shop", "a"});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::TimedOut);
    EXPECT_EQ(got.error().message, "the API server at 127.0.0.1:" + std::to_string(server_.port()) + " does not answer in time.");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  }
}

// Each byte restarts an idle timer; the limit is of the whole.
TEST_F(Faults, SlowBytesEndWithTheLimitToo) {
  limit_ = 500ms;
  client_ = make(fixed_credentials({}));
  server_.answer({{{"status", 200}, {"chunks", {" "}}, {"times", 200}, {"pause", 0.05}}});
  const auto begin = std::chrono::steady_clock::now();
  const Result<Json> got = client_->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::TimedOut);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(Faults, TheStopTokenEndsAPendingCall) {
  server_.answer({{{"end", "silence"}}});
  Result<Json> got = Json();
  std::thread caller([&] { got = client_->get(kJobs, {"shop", "a"}); });
  while (server_.seen().empty()) std::this_thread::yield();
  const auto begin = std::chrono::steady_clock::now();
  stop_.request_stop();
  caller.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::Stopped);
  EXPECT_FALSE(client_->get(kJobs, {"shop", "a"}));
  EXPECT_TRUE(server_.seen().empty()) << "nothing is sent any more";
}

TEST_F(Faults, NobodyThereIsTold) {
  int port = 0;
  {
    const UnrulyServer gone;
    port = gone.port();
  }
  RestSettings settings;
  const auto client =
      make_rest_client(make_cpprest_transport({false, "127.0.0.1", port, {}}, {}), fixed_credentials({}), settings);
  const Result<Json> got = client->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::Unreachable);
  EXPECT_EQ(got.error().message,
            "cannot reach the API server at 127.0.0.1:" + std::to_string(port) + ": Failed to connect to any resolved endpoint.");
}

class Tokens : public Faults {
protected:
  Tokens() : path_(std::filesystem::temp_directory_path() / ("token-" + std::to_string(::getpid()))) { write("first\n"); }
  ~Tokens() override { std::filesystem::remove(path_); }
  void write(const std::string &token) const { std::ofstream(path_, std::ios::trunc) << token; }
  const std::string path_;
};

TEST_F(Tokens, After401TheFileIsReadAgainAndTheCallRepeatedOnce) {
  client_ = make(token_file_credentials(path_, {}));
  server_.answer({good()});
  ASSERT_TRUE(client_->get(kJobs, {"shop", "a"}));
  write("second\n");
  server_.answer({failure(401, "Unauthorized", "Unauthorized"), good()});
  ASSERT_TRUE(client_->get(kJobs, {"shop", "a"}));
  const Json seen = server_.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1]["headers"]["authorization"], "Bearer first");
  EXPECT_EQ(seen[2]["headers"]["authorization"], "Bearer second");
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(Tokens, ASecond401IsTheAnswer) {
  client_ = make(token_file_credentials(path_, {}));
  server_.answer({failure(401, "Unauthorized", "Unauthorized")});
  const Result<Json> got = client_->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::Unauthorized);
  EXPECT_EQ(server_.seen().size(), 2U);
}

TEST_F(Tokens, AFileThatIsGoneForAMomentDoesNotMatter) {
  client_ = make(token_file_credentials(path_, {}));
  server_.answer({good(), failure(401, "Unauthorized", "Unauthorized"), good()});
  ASSERT_TRUE(client_->get(kJobs, {"shop", "a"}));
  std::filesystem::remove(path_);
  EXPECT_TRUE(client_->get(kJobs, {"shop", "a"}));
  const Json seen = server_.seen();
  EXPECT_EQ(seen[2]["headers"]["authorization"], "Bearer first");
}

TEST_F(Tokens, AFileThatWasNeverThereIsAnErrorAndNothingIsSent) {
  client_ = make(token_file_credentials(path_ + "-none", {}));
  const Result<Json> got = client_->get(kJobs, {"shop", "a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::Unauthorized);
  EXPECT_EQ(got.error().message, path_ + "-none: cannot be read: No such file or directory.");
  EXPECT_TRUE(server_.seen().empty());
}

} // namespace
} // namespace controller::kube
