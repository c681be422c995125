#include "migrator/script/script.h"

namespace migrator {

std::string_view name(Dialect dialect) noexcept {
  return dialect == Dialect::Sqlite ? "sqlite" : "postgresql";
}

std::string_view name(Direction direction) noexcept {
  return direction == Direction::Up ? "up" : "down";
}

} // namespace migrator
