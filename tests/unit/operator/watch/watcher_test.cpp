// The watcher on its thread, with a client whose answers are scripted and a sleep that takes no time.
#include "operator/watch/watcher.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "tests/support/scripted_client.h"

namespace {

using namespace controller;
using namespace controller::watch;
using std::chrono::milliseconds;

kube::Json object(const std::string &name, const std::string &version) {
  return {{"metadata", {{"namespace", "n"}, {"name", name}, {"resourceVersion", version}}}};
}

// What the watcher told, to be waited for.
class Heard {
public:
  void add(std::string what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
    changed_.notify_all();
  }
  // The first `count` things, once they were told.
  std::vector<std::string> first(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_.size() >= count; });
    return {all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(count)};
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> all_;
};

struct WatcherTest : testing::Test {
  kube::ScriptedClient client;
  Store store;
  Heard heard;
  Heard slept;
  Heard troubles;

  WatcherDoors doors() {
    return {[this](const Change &change) { heard.add((change.before ? (change.after ? "~" : "-") : "+") + change.name.name); },
            [this](const std::string &trouble) { troubles.add(trouble); },
            [this](milliseconds time, const std::stop_token &) {
              if (time > milliseconds(0)) slept.add(std::to_string(time.count()));
            },
            std::chrono::steady_clock::now};
  }

  // A stream that stays silent until the watcher is stopped, or leaves it.
  static kube::Status silent(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait(lock, std::move(stop), [] { return false; });
    return kube::fail(kube::ErrorKind::Stopped, "stopped");
  }
};

TEST_F(WatcherTest, ListsThenFollowsAndTellsEachChange) {
  std::vector<std::string> asked;
  client.on_list = [&](const kube::ResourceType &type, const std::string &name_space, const kube::ListOptions &options) {
    asked = {std::string(type.plural), name_space, options.label_selector};
    return kube::Result<kube::Json>({{"metadata", {{"resourceVersion", "5"}}}, {"items", {object("a", "1"), object("b", "2")}}});
  };
  client.on_watch = [&](const kube::WatchOptions &options, std::stop_token stop, const auto &on_event) {
    EXPECT_EQ(options.resource_version, "5");
    EXPECT_EQ(options.label_selector, "x=y");
    on_event({"MODIFIED", object("a", "6")});
    on_event({"DELETED", object("b", "7")});
    return silent(std::move(stop));
  };
  Watcher watcher(client, store, {kube::kJobs, "n", "x=y"}, doors());
  watcher.start();
  EXPECT_EQ(heard.first(4), (std::vector<std::string>{"+a", "+b", "~a", "-b"}));
  watcher.stop();
  EXPECT_EQ(asked, (std::vector<std::string>{"jobs", "n", "x=y"}));
  EXPECT_TRUE(store.synced());
  EXPECT_EQ(store.size(), 1U);
}

TEST_F(WatcherTest, LeavesAStreamThatExpiredThoughTheServerKeepsItOpen) {
  std::atomic<int> lists = 0;
  client.on_list = [&](const kube::ResourceType &, const std::string &, const kube::ListOptions &options) {
    if (++lists == 1) return kube::Result<kube::Json>({{"metadata", {{"resourceVersion", "5"}}}, {"items", {object("a", "1")}}});
    EXPECT_EQ(options.resource_version, "5");
    return kube::Result<kube::Json>({{"metadata", {{"resourceVersion", "9"}}}, {"items", {object("b", "8")}}});
  };
  client.on_watch = [&](const kube::WatchOptions &options, std::stop_token stop, const auto &on_event) {
    if (options.resource_version == "5") {
      on_event({"ERROR", {{"code", 410}, {"reason", "Expired"}, {"message", "too old"}}});
      on_event({"ADDED", object("after-the-error", "6")}); // not to be believed
    }
    return silent(std::move(stop));
  };
  Watcher watcher(client, store, {kube::kJobs, "", ""}, doors());
  watcher.start();
  EXPECT_EQ(heard.first(3), (std::vector<std::string>{"+a", "-a", "+b"}));
  EXPECT_EQ(troubles.first(1), (std::vector<std::string>{"the watch ended with an error: too old"}));
  watcher.stop();
  EXPECT_EQ(store.find({"n", "after-the-error"}), nullptr);
}

TEST_F(WatcherTest, WaitsLongerAfterEachFailedList) {
  std::atomic<int> lists = 0;
  client.on_list = [&](const kube::ResourceType &, const std::string &, const kube::ListOptions &) -> kube::Result<kube::Json> {
    if (++lists <= 3) return kube::fail(kube::ErrorKind::Unreachable, "connection refused");
    return kube::Json{{"metadata", {{"resourceVersion", "5"}}}, {"items", {object("a", "1")}}};
  };
  client.on_watch = [&](const kube::WatchOptions &, std::stop_token stop, const auto &) { return silent(std::move(stop)); };
  Watcher watcher(client, store, {kube::kJobs, "", ""}, doors());
  watcher.start();
  EXPECT_EQ(heard.first(1), (std::vector<std::string>{"+a"}));
  watcher.stop();
  const std::vector<std::string> waits = slept.first(3);
  EXPECT_GE(std::stoi(waits[0]), 800);
  EXPECT_GE(std::stoi(waits[1]), 1600);
  EXPECT_GE(std::stoi(waits[2]), 3200);
  EXPECT_EQ(troubles.first(3)[2], "connection refused");
}

TEST_F(WatcherTest, StopsAtOnceWhileItSleeps) {
  client.on_list = [&](const kube::ResourceType &, const std::string &, const kube::ListOptions &) -> kube::Result<kube::Json> {
    return kube::fail(kube::ErrorKind::Unreachable, "connection refused");
  };
  WatcherDoors real = doors();
  real.sleep = sleep_for;
  Watcher watcher(client, store, {kube::kJobs, "", ""}, real);
  watcher.start();
  troubles.first(1);
  const auto begun = std::chrono::steady_clock::now();
  watcher.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(700)); // the shortest wait is 800 ms
}

TEST_F(WatcherTest, EventsAreSignsOfLife) {
  std::atomic<int> now = 100;
  WatcherDoors faked = doors();
  faked.now = [&] { return std::chrono::steady_clock::time_point(std::chrono::seconds(now.load())); };
  client.on_list = [&](const kube::ResourceType &, const std::string &, const kube::ListOptions &) {
    return kube::Result<kube::Json>({{"metadata", {{"resourceVersion", "5"}}}, {"items", kube::Json::array()}});
  };
  client.on_watch = [&](const kube::WatchOptions &, std::stop_token stop, const auto &on_event) {
    now = 170;
    on_event({"ADDED", object("a", "6")});
    now = 999;
    return silent(std::move(stop));
  };
  Watcher watcher(client, store, {kube::kJobs, "", ""}, faked);
  watcher.start();
  heard.first(1);
  EXPECT_EQ(watcher.last_sign_of_life().time_since_epoch(), std::chrono::seconds(170));
  watcher.stop();
}

} // namespace
