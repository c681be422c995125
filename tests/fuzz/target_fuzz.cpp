// Any bytes as a target. Laws: a target has a symbol or a count; an error is InvalidTarget with advice.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "migrator/graph/target.h"
#include "tests/fuzz/law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using migrator::fuzz::require;
  const std::string_view text(reinterpret_cast<const char *>(bytes), size);
  const auto target = migrator::graph::parse_target(text);
  if (target) {
    require(target->symbol.has_value() || target->offset.has_value(), "a target has a symbol or a count");
    require(target->text == text, "a target remembers what was typed");
  } else {
    require(target.error().code == migrator::ErrorCode::InvalidTarget && !target.error().message.empty(),
            "an error says what is wrong");
  }
  return 0;
}
