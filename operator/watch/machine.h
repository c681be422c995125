// A list and then a watch, as a state machine: what to ask the API server next, and what its answer does to the store. Pure; watcher.h runs it.
// The rules are Kubernetes' (API concepts, "Efficient detection of changes"): pages are never mixed, a resourceVersion is never interpreted, a 410
// leads to a new list, and one that is Expired too to a list of the newest state, never twice to the same version.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operator/kube/client.h"

namespace controller::watch {

inline constexpr int kPageSize = 500;

enum class Phase : std::uint8_t { List, Watch };

struct State {
  Phase phase = Phase::List;
  std::string version;                             // of the last whole list, event or bookmark; a watch goes on from here
  std::string list_version;                        // what the list under way asks for; empty: the newest state
  std::string relisted_at;                         // the version that the last relist asked for
  std::string continue_token;                      // of the list under way
  std::vector<kube::Json> items;                   // of its pages so far
  bool heard = false;                              // the stream under way brought something
  int relists = 0;                                 // since a watch last brought something or ended by itself
  int failures = 0;                                // in a row
  std::optional<std::chrono::seconds> retry_after; // as the server asked
};

// What to ask next, and how long to wait before. Jitter: [0, 1).
struct Request {
  Phase phase = Phase::List;
  kube::ListOptions list;
  kube::WatchOptions watch; // its timeout is spread over 5 to 10 minutes
  std::chrono::milliseconds after{0};
};
Request next_request(const State &state, double jitter);

struct PageArrived {
  kube::Json page;
};
struct ListFailed {
  kube::Error error;
};
struct EventArrived {
  kube::WatchEvent event;
};
struct WatchEnded {
  std::optional<kube::Error> error; // none: the server ended the stream
  std::chrono::milliseconds lasted{0};
};
using Input = std::variant<PageArrived, ListFailed, EventArrived, WatchEnded>;

struct ReplaceAll {
  std::vector<kube::Json> objects;
};
struct Put {
  kube::Json object;
};
struct Erase {
  kube::ObjectName name;
};
using Effect = std::variant<std::monostate, ReplaceAll, Put, Erase>;

struct Step {
  State state;
  Effect effect;             // for the store
  bool leave_stream = false; // the watch under way is of no use any more
  std::string trouble;       // for the log: what went wrong; empty: nothing
};
Step step(State state, Input input);

// The wait after `failures` failures in a row (from 1): doubling, 0.8 s to 30 s, spread over the upper half.
std::chrono::milliseconds watch_backoff(int failures, double jitter);

} // namespace controller::watch
