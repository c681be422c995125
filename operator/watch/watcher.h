// Keeps a store equal to what the API server has of one kind of object, on a thread of its own, by the rules of machine.h. It decides nothing: each change
// is handed to a function.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "operator/kube/client.h"
#include "operator/watch/machine.h"
#include "operator/watch/store.h"

namespace controller::watch {

struct Subject {
  kube::ResourceType type;
  std::string name_space; // empty: all
  std::string label_selector;
};

struct WatcherDoors {
  // Called from the watcher's thread, after the store has the change.
  std::function<void(const Change &)> on_change;
  // A sentence for the log: what went wrong, and that it is tried again. May be empty.
  std::function<void(const std::string &)> on_trouble;
  // Waits, or returns at once when the token is stopped.
  std::function<void(std::chrono::milliseconds, std::stop_token)> sleep;
  std::function<std::chrono::steady_clock::time_point()> now;
};

// The real ones of the doors above.
void sleep_for(std::chrono::milliseconds time, std::stop_token stop);

class Watcher {
public:
  // `client` and `store` outlive it.
  Watcher(kube::Client &client, Store &store, Subject subject, WatcherDoors doors);
  ~Watcher();
  Watcher(const Watcher &) = delete;
  Watcher &operator=(const Watcher &) = delete;

  void start();
  // Ends the thread; returns when it is gone.
  void stop();
  // When it last asked or heard anything. A watch asks again after ten minutes at the latest, so one that is older than a quarter of an hour is stuck.
  std::chrono::steady_clock::time_point last_sign_of_life() const;

private:
  void run(const std::stop_token &stop);
  void list_page(const Request &request);
  void watch_once(const Request &request, const std::stop_token &stop);
  bool take(Input input); // true: leave the stream
  void apply(Effect effect);
  void sign_of_life();

  kube::Client &client_;
  Store &store_;
  Subject subject_;
  WatcherDoors doors_;
  State state_;
  std::mt19937 random_{std::random_device{}()};
  std::atomic<std::chrono::steady_clock::time_point> last_sign_of_life_;
  std::jthread thread_;
};

} // namespace controller::watch
