#include "migrator/script/revision_id.h"

#include <fmt/format.h>

namespace migrator::script {

std::string generate_revision_id(const std::function<std::uint64_t()> &random) {
  return fmt::format("{:012x}", random() & 0xFFFF'FFFF'FFFFU);
}

} // namespace migrator::script
