// The one door to the Kubernetes API. Objects are JSON as the server sends it; what they mean is api/'s matter. Every call is safe from any
// thread, blocks until it is answered, and gives errors as values (error.h). Adapters: rest_client.h (cpprestsdk).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "operator/kube/error.h"

namespace controller::kube {

using Json = nlohmann::json;

struct ResourceType {
  std::string_view group; // empty: the core group
  std::string_view version;
  std::string_view plural;
};

inline constexpr ResourceType kMigrations{"migrator.dev", "v1alpha1", "migrations"};
inline constexpr ResourceType kJobs{"batch", "v1", "jobs"};
inline constexpr ResourceType kPods{"", "v1", "pods"};
inline constexpr ResourceType kEvents{"", "v1", "events"};
inline constexpr ResourceType kLeases{"coordination.k8s.io", "v1", "leases"};

struct ObjectName {
  std::string name_space;
  std::string name;
  friend auto operator<=>(const ObjectName &, const ObjectName &) = default;
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version; // empty: the newest (a quorum read); "0": whatever the server has at hand
  int limit = 500;
  std::string continue_token; // of the page before
};

struct WatchOptions {
  std::string label_selector;
  std::string resource_version;
  std::chrono::seconds timeout{
      400}; // asked of the server; the client itself gives up a stream that is silent for longer than this
};

// One line of a watch: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR, and its object as sent.
struct WatchEvent {
  std::string type;
  Json object;
};

enum class PatchType : std::uint8_t { Merge, JsonPatch };

class Client {
public:
  virtual ~Client() = default;

  virtual Result<Json> get(const ResourceType &type, const ObjectName &name) = 0;
  // One page, whole: {"items", "metadata": {"resourceVersion", "continue"}}. An empty name_space: all namespaces.
  virtual Result<Json> list(const ResourceType &type, const std::string &name_space, const ListOptions &options) = 0;
  // The object as the server stored it. AlreadyExists is not retried and says nothing of whose it is.
  virtual Result<Json> create(const ResourceType &type, const std::string &name_space, const Json &object) = 0;
  // PUT; Conflict unless the object's resourceVersion is the newest.
  virtual Result<Json> update(const ResourceType &type, const ObjectName &name, const Json &object) = 0;
  virtual Result<Json> patch(const ResourceType &type, const ObjectName &name, PatchType how, const Json &patch) = 0;
  // Server-side apply of /status as field manager `migration-operator`, forced; `object` holds apiVersion, kind, metadata.name and status. Conflict if
  // it holds metadata.resourceVersion and that is not the newest.
  virtual Result<Json> apply_status(const ResourceType &type, const ObjectName &name, const Json &object) = 0;
  // With propagation Background; `uid` is a precondition (Conflict if another object has the name now).
  virtual Status remove(const ResourceType &type, const ObjectName &name, const std::string &uid) = 0;
  // The last `lines` lines of a container's log, at most `bytes` bytes.
  virtual Result<std::string> log(const ObjectName &pod, const std::string &container, int lines, int bytes) = 0;
  // Streams until the server ends it (a value), an error, or the stop token (Stopped). `on_event` is called from the calling thread; ERROR events
  // are handed on as they come, with their Status object. Never retried inside.
  virtual Status watch(const ResourceType &type, const std::string &name_space, const WatchOptions &options, std::stop_token stop,
                       const std::function<void(WatchEvent)> &on_event) = 0;
};

// "/apis/migrator.dev/v1alpha1/namespaces/shop/migrations/shop/status": percent-encoded; empty parts are left out.
std::string path_of(const ResourceType &type, const std::string &name_space, const std::string &name,
                    std::string_view subresource = {});

} // namespace controller::kube
