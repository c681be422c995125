// See slots.h.
#include "operator/reconcile/slots.h"

#include "operator/api/migration.h"
#include "operator/reconcile/views.h"

namespace controller::reconcile {

kube::ObjectName migration_of(const kube::Json &object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return {};
  const auto labels = metadata->find("labels");
  if (labels == metadata->end() || !labels->is_object()) return {};
  const auto name = labels->find(std::string(api::kMigrationLabel));
  if (name == labels->end() || !name->is_string()) return {};
  return {watch::name_of(object).name_space, name->get<std::string>()};
}

bool Slots::free_locked(const kube::ObjectName &migration) {
  // A reserved slot is the cache's matter as soon as its Job shows there, be it ended already.
  std::erase_if(reserved_, [&](const auto &entry) {
    return !entry.second.empty() && jobs_.find({entry.first.name_space, entry.second}) != nullptr;
  });
  std::set<kube::ObjectName> holders;
  for (const auto &[holder, job] : reserved_) holders.insert(holder);
  for (const watch::Object &job : jobs_.all())
    if (job_view(*job, {}).end == JobEnd::None) holders.insert(migration_of(*job));
  holders.erase(migration);
  int in_namespace = 0;
  for (const kube::ObjectName &holder : holders)
    if (holder.name_space == migration.name_space) ++in_namespace;
  return static_cast<int>(holders.size()) < limits_.total && in_namespace < limits_.per_namespace;
}

bool Slots::free(const kube::ObjectName &migration) {
  const std::lock_guard lock(mutex_);
  const bool found = free_locked(migration);
  if (!found) waiting_.insert(migration);
  return found;
}

bool Slots::reserve(const kube::ObjectName &migration) {
  const std::lock_guard lock(mutex_);
  if (!free_locked(migration)) {
    waiting_.insert(migration);
    return false;
  }
  reserved_.try_emplace(migration);
  return true;
}

void Slots::created(const kube::ObjectName &migration, const std::string &job) {
  const std::lock_guard lock(mutex_);
  reserved_[migration] = job;
}

void Slots::release(const kube::ObjectName &migration) {
  const std::lock_guard lock(mutex_);
  reserved_.erase(migration);
}

std::vector<kube::ObjectName> Slots::take_waiting() {
  const std::lock_guard lock(mutex_);
  std::vector<kube::ObjectName> all(waiting_.begin(), waiting_.end());
  waiting_.clear();
  return all;
}

} // namespace controller::reconcile
