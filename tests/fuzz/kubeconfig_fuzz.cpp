// Any bytes as a kubeconfig. Laws: nothing is thrown; an error is Invalid and names the file; what is read can be merged and chosen from, and
// merging a file with itself changes nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "operator/kube/kubeconfig_choice.h"
#include "tests/fuzz/law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using migrator::fuzz::require;
  namespace kube = controller::kube;
  const auto config = kube::parse_kubeconfig(std::string_view(reinterpret_cast<const char *>(bytes), size), "config");
  if (!config) {
    require(config.error().kind == kube::ErrorKind::Invalid, "an error is Invalid");
    require(config.error().message.starts_with("config"), "an error names the file");
    return 0;
  }
  kube::Kubeconfig twice = *config;
  kube::merge(twice, *config);
  require(twice.clusters.size() == config->clusters.size() && twice.users.size() == config->users.size() &&
              twice.contexts.size() == config->contexts.size() && twice.current_context == config->current_context,
          "a file merged with itself is itself");
  const auto choice = kube::choose(*config, "");
  require(choice || (choice.error().kind == kube::ErrorKind::Invalid && !choice.error().message.empty()),
          "an error says something");
  return 0;
}
