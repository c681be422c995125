// What the queue holds: which object to look at, never what happened to it. Pure.
#pragma once

#include <cstdint>

#include "operator/kube/client.h"

namespace controller::queue {

enum class Kind : std::uint8_t { Migration, Pod };

struct Key {
  Kind kind = Kind::Migration;
  kube::ObjectName name;
  friend auto operator<=>(const Key &, const Key &) = default;
};

} // namespace controller::queue
