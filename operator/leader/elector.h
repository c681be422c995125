// Takes part in the election on a thread of its own, by the rules of election.h, and says when it begins and ceases to lead.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "operator/kube/client.h"
#include "operator/leader/election.h"

namespace controller::leader {

struct ElectorDoors {
  std::function<void()> on_elected; // once, from the elector's thread
  std::function<void()> on_lost;    // once, after which the thread ends: the process must end, for another may lead already
  std::function<void(const std::string &)> on_trouble; // a sentence for the log
  std::function<void(std::chrono::milliseconds, std::stop_token)> sleep;
  std::function<Steady()> now;
  std::function<std::chrono::system_clock::time_point()> wall;
};

class Elector {
public:
  // `identity` is this process's alone: the pod's name and something random. `client` outlives it.
  Elector(kube::Client &client, kube::ObjectName lease, std::string identity, ElectorDoors doors);
  ~Elector();
  Elector(const Elector &) = delete;
  Elector &operator=(const Elector &) = delete;

  void start();
  // Ends the thread; a Lease that is ours is kept.
  void stop();
  // Gives the Lease back, for the next leader not to wait. Only after stop() and after all workers have ended. A failure is passed over: the Lease
  // runs out by itself.
  void release();
  bool leading() const { return leading_.load(); }
  // Leading, but without a renewal for so long that another may lead: for a watchdog, as the elector's own thread may wait for an answer.
  bool overdue(Steady now) const { return leading() && now - renewed_.load() >= kRenewDeadline; }

private:
  void run(const std::stop_token &stop);
  Move once();
  Move unanswered_by(const kube::Error &error);

  kube::Client &client_;
  kube::ObjectName lease_;
  ElectorDoors doors_;
  State state_;
  std::atomic<bool> leading_ = false;
  std::atomic<Steady> renewed_{Steady{}};
  std::jthread thread_;
};

} // namespace controller::leader
