// Who we are to the API server, which may change while we run: a token that is rotated, an exec plugin's answer that expires.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "operator/kube/error.h"
#include "operator/kube/transport.h"

namespace controller::kube {

// Both may be empty: then we are anonymous.
struct Credential {
  std::string token; // for "Authorization: Bearer …"
  Identity identity;
  friend bool operator==(const Credential &, const Credential &) = default;
};

// Thread-safe. Errors: Unauthorized, naming the file or the plugin, and what to do; Stopped.
class Credentials {
public:
  virtual ~Credentials() = default;
  // What counts now; may read a file or run a plugin.
  virtual Result<Credential> current(std::stop_token stop) = 0;
  // The server has refused this one (401): it is not given again unless there is no other. true: another try makes sense.
  virtual bool refused(const Credential &credential) = 0;
};

// What never changes.
std::unique_ptr<Credentials> fixed_credentials(Credential credential);

// A token in a file that somebody renews (a projected ServiceAccount token): read again every 60 seconds and after a refusal. `identity` goes with
// it. A file that cannot be read is an error only as long as no token was ever read from it.
std::unique_ptr<Credentials> token_file_credentials(std::string path, Credential otherwise);

} // namespace controller::kube
