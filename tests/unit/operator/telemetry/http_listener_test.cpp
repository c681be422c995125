// The listener over a real socket of the loopback: its three pages, and what else it is asked.
#include "operator/telemetry/http_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace controller::telemetry;

// The whole answer to one request.
std::string ask(int port, const std::string &request) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket_fd, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
  EXPECT_EQ(write(socket_fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(socket_fd, buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
  close(socket_fd);
  return answer;
}

std::string get(int port, const std::string &path) {
  return ask(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
}

struct HttpListenerTest : testing::Test {
  std::string fault;
  std::string unready = "the caches are not synced yet";
  std::unique_ptr<HttpListener> listener;
  void SetUp() override {
    auto made = HttpListener::listen("127.0.0.1:0",
                                     {[] { return "migration_info 1\n"; }, [this] { return fault; }, [this] { return unready; }});
    ASSERT_TRUE(made) << made.error();
    listener = std::move(*made);
    ASSERT_GT(listener->port(), 0);
  }
};

TEST_F(HttpListenerTest, ServesTheMetricsAsPrometheusWantsThem) {
  const std::string answer = get(listener->port(), "/metrics");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nmigration_info 1\n"));
}

TEST_F(HttpListenerTest, ProbesSayWhatIsWrong) {
  EXPECT_TRUE(get(listener->port(), "/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
  std::string answer = get(listener->port(), "/readyz");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nthe caches are not synced yet\n"));
  unready.clear();
  EXPECT_TRUE(get(listener->port(), "/readyz").starts_with("HTTP/1.1 200 OK\r\n"));
  fault = "a worker has been busy for a quarter of an hour";
  EXPECT_TRUE(get(listener->port(), "/healthz").starts_with("HTTP/1.1 503"));
}

TEST_F(HttpListenerTest, ServesNothingElse) {
  for (const char *path : {"/", "/metrics/x", "/../etc/passwd", "/healthz/../metrics2"})
    EXPECT_TRUE(get(listener->port(), path).starts_with("HTTP/1.1 404")) << path;
  EXPECT_TRUE(
      ask(listener->port(), "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").starts_with("HTTP/1.1 405"));
  const std::string head = ask(listener->port(), "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(HttpListenerTest, AnAddressThatIsTakenIsSaid) {
  const std::string address = "127.0.0.1:" + std::to_string(listener->port());
  const auto second = HttpListener::listen(address, {[] { return ""; }, [] { return ""; }, [] { return ""; }});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(),
            "cannot listen on " + address + ": the address is taken, or not one of this machine; choose another with --listen");
}

} // namespace
