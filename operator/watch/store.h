// What the API server last said of one kind of object: a map from name to JSON that its watcher fills and everybody reads. Thread-safe; readers
// get shared, unchanging values and never wait for the network.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "operator/kube/client.h"

namespace controller::watch {

using Object = std::shared_ptr<const kube::Json>;

class Store {
public:
  // null: not there, as far as is known.
  Object find(const kube::ObjectName &name) const;
  // In order of their names; of one namespace, or all if it is empty.
  std::vector<Object> all(const std::string &name_space = {}) const;
  std::size_t size() const;
  // Whether a whole list has arrived once. Before that absence means nothing.
  bool synced() const;

  // The whole truth at one moment; answers with the names of all that were added, changed or went.
  std::vector<kube::ObjectName> replace(std::vector<kube::Json> objects);
  void put(kube::Json object);
  void erase(const kube::ObjectName &name);

private:
  mutable std::mutex mutex_;
  std::map<kube::ObjectName, Object> objects_;
  bool synced_ = false;
};

// metadata.namespace and metadata.name; empty strings where they are missing.
kube::ObjectName name_of(const kube::Json &object);

} // namespace controller::watch
