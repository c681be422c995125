// The connection that goes away around COMMIT: before it nothing is committed and we know; during it we do not know, and say so.
#include <array>
#include <atomic>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

// Stands between client and server, and once told so swallows the server's next answer and hangs up: the statement is done, nobody hears of it.
class SilencingProxy {
public:
  explicit SilencingProxy(int server_port)
      : server_port_(server_port), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 || listen(listener_, 4) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &length) != 0) {
      throw std::runtime_error("the proxy has no port");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~SilencingProxy() {
    stop_ = true;
    thread_.join();
    close(listener_);
  }
  void swallow_next_answer() { swallow_ = true; }
  int port() const { return port_; }

private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }
  struct Pair {
    int client;
    int server;
  };
  void serve() {
    std::vector<Pair> pairs;
    while (!stop_) {
      std::vector<pollfd> watched{{listener_, POLLIN, 0}};
      for (const Pair &pair : pairs) {
        watched.push_back({pair.client, POLLIN, 0});
        watched.push_back({pair.server, POLLIN, 0});
      }
      if (poll(watched.data(), watched.size(), 20) <= 0) continue;
      for (std::size_t i = pairs.size(); i-- > 0;) {
        const bool from_client = watched[1 + 2 * i].revents != 0;
        const bool from_server = watched[2 + 2 * i].revents != 0;
        if ((from_client && !pass(pairs[i].client, pairs[i].server)) ||
            (from_server && (swallow_ || !pass(pairs[i].server, pairs[i].client)))) {
          close(pairs[i].client);
          close(pairs[i].server);
          pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      if (watched[0].revents != 0) accept_one(pairs);
    }
    for (const Pair &pair : pairs) {
      close(pair.client);
      close(pair.server);
    }
  }
  void accept_one(std::vector<Pair> &pairs) {
    const int client = accept(listener_, nullptr, nullptr);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_port_);
    if (connect(server, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0) pairs.push_back({client, server});
  }
  static bool pass(int from, int to) {
    std::array<char, 65536> buffer;
    const auto length = read(from, buffer.data(), buffer.size());
    return length > 0 && write(to, buffer.data(), static_cast<std::size_t>(length)) == length;
  }

  int server_port_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> swallow_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class Committing : public PostgresTest {};

TEST_F(Committing, AnAnswerThatNeverComesIsCommitUnknown) {
  SilencingProxy proxy(server().port());
  const auto database =
      open_url("postgresql://postgres@127.0.0.1:" + std::to_string(proxy.port()) + "/" + name_ + "?sslmode=disable");
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO log VALUES ('x')"));
  proxy.swallow_next_answer();
  const auto done = database->finish_unit("INSERT INTO public.migrator_version VALUES ('a')");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::CommitUnknown);
  EXPECT_THAT(done.error().message, testing::HasSubstr("whether the step is committed is not known yet; run `migrator status`"));
  EXPECT_TRUE(becomes_one("SELECT count(*) FROM public.migrator_version WHERE version_num = 'a'"));
}

TEST_F(Committing, ASessionEndedByADeferredTriggerIsCommitUnknown) {
  execute("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); "
          "PERFORM pg_sleep(5); "
          "RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER die AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
          "EXECUTE FUNCTION die()");
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO log VALUES ('x')"));
  const auto done = database->finish_unit("INSERT INTO public.migrator_version VALUES ('a')");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::CommitUnknown);
  EXPECT_EQ(execute("SELECT count(*) FROM public.migrator_version"), "0");
}

TEST_F(Committing, ASessionThatWasGoneBeforeIsConnectionLost) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO log VALUES ('x')"));
  execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = '" +
          name_ + "'");
  const auto done = database->finish_unit("INSERT INTO public.migrator_version VALUES ('a')");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::ConnectionLost);
  EXPECT_EQ(execute("SELECT count(*) FROM log"), "0");
}

TEST_F(Committing, AnInterruptBeforeItCommitsNothing) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO log VALUES ('x')"));
  database->interrupt();
  const auto done = database->finish_unit("");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Terminated);
  EXPECT_EQ(execute("SELECT count(*) FROM log"), "0");
}

} // namespace
} // namespace migrator::database::postgresql
