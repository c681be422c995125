// A kube::Client for tests of what runs on threads: each call is answered by the function that the test set for it, and written down. It knows nothing of
// Kubernetes; what an API server does is tested on a real one. Thread-safe if the functions are.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "operator/kube/client.h"

namespace controller::kube {

class ScriptedClient : public Client {
public:
  std::function<Result<Json>(const ResourceType &, const ObjectName &)> on_get;
  std::function<Result<Json>(const ResourceType &, const std::string &, const ListOptions &)> on_list;
  std::function<Result<Json>(const ResourceType &, const std::string &, const Json &)> on_create;
  std::function<Result<Json>(const ResourceType &, const ObjectName &, const Json &)> on_update;
  std::function<Result<Json>(const ResourceType &, const ObjectName &, const Json &)> on_patch;
  std::function<Result<Json>(const ResourceType &, const ObjectName &, const Json &)> on_apply_status;
  std::function<Status(const ResourceType &, const ObjectName &, const std::string &)> on_remove;
  std::function<Result<std::string>(const ObjectName &, const std::string &)> on_log;
  std::function<Status(const WatchOptions &, std::stop_token, const std::function<void(WatchEvent)> &)> on_watch;

  // "create jobs shop/one", in the order of the calls; watches and lists are left out.
  std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  Result<Json> get(const ResourceType &type, const ObjectName &name) override {
    note("get", type, name);
    return on_get ? on_get(type, name) : unset("get");
  }
  Result<Json> list(const ResourceType &type, const std::string &name_space, const ListOptions &options) override {
    return on_list ? on_list(type, name_space, options) : unset("list");
  }
  Result<Json> create(const ResourceType &type, const std::string &name_space, const Json &object) override {
    note("create", type, {name_space, object.value("/metadata/name"_json_pointer, std::string())});
    return on_create ? on_create(type, name_space, object) : unset("create");
  }
  Result<Json> update(const ResourceType &type, const ObjectName &name, const Json &object) override {
    note("update", type, name);
    return on_update ? on_update(type, name, object) : unset("update");
  }
  Result<Json> patch(const ResourceType &type, const ObjectName &name, PatchType, const Json &patch) override {
    note("patch", type, name);
    return on_patch ? on_patch(type, name, patch) : unset("patch");
  }
  Result<Json> apply_status(const ResourceType &type, const ObjectName &name, const Json &object) override {
    note("apply_status", type, name);
    return on_apply_status ? on_apply_status(type, name, object) : unset("apply_status");
  }
  Status remove(const ResourceType &type, const ObjectName &name, const std::string &uid) override {
    note("remove", type, name);
    if (on_remove) return on_remove(type, name, uid);
    return fail(ErrorKind::BadAnswer, "the test did not say what remove answers");
  }
  Result<std::string> log(const ObjectName &pod, const std::string &container, int, int) override {
    note("log", kPods, pod);
    if (on_log) return on_log(pod, container);
    return fail(ErrorKind::BadAnswer, "the test did not say what log answers");
  }
  Status watch(const ResourceType &, const std::string &, const WatchOptions &options, std::stop_token stop,
               const std::function<void(WatchEvent)> &on_event) override {
    if (on_watch) return on_watch(options, std::move(stop), on_event);
    return fail(ErrorKind::BadAnswer, "the test did not say what watch answers");
  }

private:
  static Result<Json> unset(const std::string &verb) {
    return fail(ErrorKind::BadAnswer, "the test did not say what " + verb + " answers");
  }
  void note(const std::string &verb, const ResourceType &type, const ObjectName &name) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(verb + " " + std::string(type.plural) + " " + name.name_space + "/" + name.name);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
};

} // namespace controller::kube
