// See event_limit.h.
#include "operator/reconcile/event_limit.h"

#include <algorithm>

namespace controller::reconcile {

bool EventLimit::allow(const std::string &uid, Time now) {
  if (buckets_.size() >= kMostBuckets && !buckets_.contains(uid))
    std::erase_if(buckets_, [&](const auto &entry) { return now - entry.second.filled >= kRefill * kBurst; });
  const auto [entry, fresh] = buckets_.try_emplace(uid, Bucket{kBurst, now});
  Bucket &bucket = entry->second;
  const auto refills = (now - bucket.filled) / kRefill;
  bucket.left = static_cast<int>(std::min<long long>(kBurst, bucket.left + refills));
  bucket.filled += refills * kRefill;
  if (bucket.left == 0) return false;
  --bucket.left;
  return true;
}

} // namespace controller::reconcile
