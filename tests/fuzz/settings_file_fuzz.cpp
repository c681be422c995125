// Any bytes as migrator.yaml. Laws: nothing is thrown; an error is InvalidConfiguration and names the file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "migrator/config/settings_file.h"
#include "tests/fuzz/law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using migrator::fuzz::require;
  const auto settings =
      migrator::config::parse_settings_file(std::string_view(reinterpret_cast<const char *>(bytes), size), "migrator.yaml");
  if (!settings) {
    require(settings.error().code == migrator::ErrorCode::InvalidConfiguration, "an error is one of configuration");
    require(settings.error().file == "migrator.yaml" && !settings.error().message.empty(), "an error names the file");
  }
  return 0;
}
