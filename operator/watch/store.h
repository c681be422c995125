// What the API server last said of one kind of object: a map from name to JSON that its watchers fill and everybody reads. Thread-safe; readers
// get shared, unchanging values and never wait for the network.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "operator/kube/client.h"
#include "operator/watch/metadata.h"

namespace controller::watch {

using Object = std::shared_ptr<const kube::Json>;

// What became of one object; null before: it is new; null after: it is gone.
struct Change {
  kube::ObjectName name;
  Object before;
  Object after;
};

class Store {
public:
  // `lists`: how many watchers fill it, one a namespace.
  explicit Store(std::size_t lists = 1) : lists_(lists) {}

  // null: not there, as far as is known.
  Object find(const kube::ObjectName &name) const;
  // In order of their names; of one namespace, or all if it is empty.
  std::vector<Object> all(const std::string &name_space = {}) const;
  std::size_t size() const;
  // Whether a whole list has arrived once from every watcher. Before that absence means nothing.
  bool synced() const;

  // The whole truth at one moment, about one namespace or all; answers with all that were added, changed or went.
  std::vector<Change> replace(std::vector<kube::Json> objects, const std::string &name_space = {});
  // nullopt: this very version was there already.
  std::optional<Change> put(kube::Json object);
  // nullopt: it was not there.
  std::optional<Change> erase(const kube::ObjectName &name);

private:
  mutable std::mutex mutex_;
  std::size_t lists_;
  std::map<kube::ObjectName, Object> objects_;
  std::set<std::string> listed_; // namespaces
};

} // namespace controller::watch
