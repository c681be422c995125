// See left_over.h.
#include "operator/kube/left_over.h"

namespace controller::kube {

bool holds_more(const nlohmann::json &stored, const nlohmann::json &sent) {
  if (stored.is_object()) {
    if (!sent.is_object()) return true;
    for (const auto &[key, value] : stored.items()) {
      const auto same = sent.find(key);
      if (same == sent.end() || holds_more(value, *same)) return true;
    }
    return false;
  }
  if (!stored.is_array()) return false;
  if (!sent.is_array() || stored.size() != sent.size()) return true;
  for (std::size_t at = 0; at < stored.size(); ++at)
    if (holds_more(stored[at], sent[at])) return true;
  return false;
}

} // namespace controller::kube
