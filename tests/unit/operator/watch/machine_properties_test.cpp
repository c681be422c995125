// A model of an API server with a bounded history drives the machine at random: whatever expires, breaks or is cut, the store ends equal to the server, and
// no version is asked for again after it expired.
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/watch/machine.h"
#include "operator/watch/store.h"

namespace {

using namespace controller;
using namespace controller::watch;

struct Server {
  struct Entry {
    std::string type;
    kube::Json object;
  };
  std::map<std::string, std::string> objects; // name to version
  std::vector<Entry> history;                 // entry i made the state of version v(i + 1)
  std::size_t compacted = 0;                  // versions up to this one are gone

  // Versions that neither compare as text nor as numbers.
  static std::string version(std::size_t at) { return std::to_string((at * 7919) % 100'003) + "-" + std::to_string(at); }
  static std::size_t place(const std::string &version) { return std::stoul(version.substr(version.find('-') + 1)); }

  static kube::Json json(const std::string &name, const std::string &version) {
    return {{"metadata", {{"namespace", "n"}, {"name", name}, {"resourceVersion", version}}}};
  }

  void change(int which, bool remove) {
    const std::string name = "o" + std::to_string(which);
    const std::string version = Server::version(history.size() + 1);
    const bool there = objects.contains(name);
    if (remove && !there) return;
    history.push_back({remove ? "DELETED" : (there ? "MODIFIED" : "ADDED"), json(name, version)});
    if (remove) {
      objects.erase(name);
    } else {
      objects[name] = version;
    }
  }
};

struct Run {
  Server server;
  State state;
  Store store;
  std::set<std::string> expired_lists;

  void take(Input input) {
    Step done = step(std::move(state), std::move(input));
    state = std::move(done.state);
    if (auto *all = std::get_if<ReplaceAll>(&done.effect)) store.replace(std::move(all->objects));
    if (auto *put = std::get_if<Put>(&done.effect)) store.put(std::move(put->object));
    if (auto *erase = std::get_if<Erase>(&done.effect)) store.erase(erase->name);
  }

  static kube::Error error(kube::ErrorKind kind) { return {kind, 0, {}, "no", {}}; }

  // One exchange with the server; `fault`: 0 none, 1 the connection breaks, 2 too many requests, 3 the token expires.
  void exchange(int fault, std::size_t events, bool by_event) {
    const Request request = next_request(state, 0);
    if (request.phase == Phase::List) {
      list(request.list, fault);
    } else {
      watch(request.watch.resource_version, fault, events, by_event);
    }
  }

  void list(const kube::ListOptions &options, int fault) {
    if (fault == 1) return take(ListFailed{error(kube::ErrorKind::Unreachable)});
    if (fault == 3 && !options.continue_token.empty()) return take(ListFailed{error(kube::ErrorKind::Expired)});
    if (!options.resource_version.empty() && Server::place(options.resource_version) < server.compacted) {
      RC_ASSERT(expired_lists.insert(options.resource_version).second); // never the same again
      return take(ListFailed{error(kube::ErrorKind::Expired)});
    }
    // Pages of two, of the state when the list began; a token is its version and the place in it.
    std::map<std::string, std::string> state_then;
    std::size_t begin = 0;
    std::size_t at = server.history.size();
    if (!options.continue_token.empty()) {
      at = Server::place(options.continue_token.substr(0, options.continue_token.find('@')));
      begin = std::stoul(options.continue_token.substr(options.continue_token.find('@') + 1));
    }
    for (std::size_t i = 0; i < at; ++i) {
      const auto &[type, object] = server.history[i];
      if (type == "DELETED") {
        state_then.erase(name_of(object).name);
      } else {
        state_then[name_of(object).name] = version_of(object);
      }
    }
    kube::Json items = kube::Json::array();
    std::size_t index = 0;
    for (const auto &[name, version] : state_then) {
      if (index >= begin && index < begin + 2) items.push_back(Server::json(name, version));
      ++index;
    }
    kube::Json metadata{{"resourceVersion", Server::version(at)}};
    if (begin + 2 < state_then.size()) metadata["continue"] = Server::version(at) + "@" + std::to_string(begin + 2);
    take(PageArrived{{{"metadata", metadata}, {"items", items}}});
  }

  void watch(const std::string &version, int fault, std::size_t events, bool by_event) {
    if (fault == 2) return take(WatchEnded{error(kube::ErrorKind::TooManyRequests), std::chrono::seconds(1)});
    std::size_t at = Server::place(version);
    if (at < server.compacted) {
      if (!by_event) return take(WatchEnded{error(kube::ErrorKind::Expired), std::chrono::seconds(1)});
      return take(EventArrived{{"ERROR", {{"code", 410}, {"reason", "Expired"}}}});
    }
    for (std::size_t i = 0; i < events && at < server.history.size(); ++i, ++at)
      take(EventArrived{{server.history[at].type, server.history[at].object}});
    if (at == server.history.size()) take(EventArrived{{"BOOKMARK", {{"metadata", {{"resourceVersion", Server::version(at)}}}}}});
    if (fault == 1) return take(WatchEnded{error(kube::ErrorKind::Unreachable), std::chrono::seconds(1)});
    take(WatchEnded{{}, std::chrono::seconds(2)});
  }
};

RC_GTEST_PROP(MachineProperties, TheStoreEndsEqualToTheServer, ()) {
  Run run;
  const auto moves = *rc::gen::inRange(1, 120);
  for (int i = 0; i < moves; ++i) {
    switch (*rc::gen::inRange(0, 4)) {
    case 0:
    case 1:
      run.server.change(*rc::gen::inRange(0, 6), *rc::gen::element(true, false, false));
      break;
    case 2:
      if (*rc::gen::inRange(0, 4) == 0) run.server.compacted = run.server.history.size();
      break;
    default:
      run.exchange(*rc::gen::element(0, 0, 0, 1, 2, 3), static_cast<std::size_t>(*rc::gen::inRange(0, 5)),
                   *rc::gen::element(true, false));
    }
  }
  for (int i = 0; i < 20; ++i) run.exchange(0, 1000, true);
  RC_ASSERT(run.store.synced());
  std::map<std::string, std::string> found;
  for (const Object &object : run.store.all()) found[name_of(*object).name] = version_of(*object);
  RC_ASSERT(found == run.server.objects);
}

} // namespace
