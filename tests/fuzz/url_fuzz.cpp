// Any bytes as a database URL. Laws: an error is InvalidConfiguration; neither an error nor the redacted URL holds the password.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "migrator/database/url.h"
#include "tests/fuzz/law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using migrator::fuzz::require;
  const std::string_view text(reinterpret_cast<const char *>(bytes), size);
  const auto url = migrator::database::parse_url(text, "folder");
  if (!url)
    require(url.error().code == migrator::ErrorCode::InvalidConfiguration && !url.error().message.empty(),
            "an error is one of configuration");
  // The same bytes as what follows a password: wherever a URL ends, its password is not shown. Where it stands as a host or a path, it is no password.
  constexpr std::string_view kPassword = "s3cret-passw0rd";
  if (text.find(kPassword.substr(0, 4)) != std::string_view::npos) return 0;
  const auto secret = migrator::database::parse_url("postgresql://anna:" + std::string(kPassword) + "@" + std::string(text));
  const auto shown = secret ? secret->redacted : secret.error().text();
  require(shown.find(kPassword) == std::string::npos, "a password is not shown");
  return 0;
}
