// See store.h.
#include "operator/watch/store.h"

#include <utility>

namespace controller::watch {

Object Store::find(const kube::ObjectName &name) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(name);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<Object> Store::all(const std::string &name_space) const {
  const std::lock_guard lock(mutex_);
  std::vector<Object> objects;
  for (auto it = name_space.empty() ? objects_.begin() : objects_.lower_bound({name_space, {}}); it != objects_.end(); ++it) {
    if (!name_space.empty() && it->first.name_space != name_space) break;
    objects.push_back(it->second);
  }
  return objects;
}

std::size_t Store::size() const {
  const std::lock_guard lock(mutex_);
  return objects_.size();
}

bool Store::synced() const {
  const std::lock_guard lock(mutex_);
  return listed_.size() >= lists_;
}

std::vector<Change> Store::replace(std::vector<kube::Json> objects, const std::string &name_space) {
  std::map<kube::ObjectName, Object> fresh;
  for (kube::Json &object : objects) {
    kube::ObjectName name = name_of(object);
    fresh.insert_or_assign(std::move(name), std::make_shared<const kube::Json>(std::move(object)));
  }
  const std::lock_guard lock(mutex_);
  std::vector<Change> changes;
  for (auto it = objects_.begin(); it != objects_.end();) {
    const bool ours = name_space.empty() || it->first.name_space == name_space;
    if (!ours || fresh.contains(it->first)) {
      ++it;
      continue;
    }
    changes.push_back({it->first, it->second, nullptr});
    it = objects_.erase(it);
  }
  for (auto &[name, object] : fresh) {
    Object &slot = objects_[name];
    if (slot && version_of(*slot) == version_of(*object)) continue;
    changes.push_back({name, slot, object});
    slot = object;
  }
  listed_.insert(name_space);
  return changes;
}

std::optional<Change> Store::put(kube::Json object) {
  const kube::ObjectName name = name_of(object);
  Object after = std::make_shared<const kube::Json>(std::move(object));
  const std::lock_guard lock(mutex_);
  Object &slot = objects_[name];
  if (slot && version_of(*slot) == version_of(*after)) return std::nullopt;
  Change change{name, slot, after};
  slot = std::move(after);
  return change;
}

std::optional<Change> Store::erase(const kube::ObjectName &name) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return std::nullopt;
  Change change{name, found->second, nullptr};
  objects_.erase(found);
  return change;
}

} // namespace controller::watch
