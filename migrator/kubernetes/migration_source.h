// The door to the Kubernetes API for `wait --for`: one Migration, looked at again and again. Its adapter is a module that is loaded when it is asked
// for (docs/decisions/0016), so that nobody else pays for an HTTP client.
#pragma once

#include <memory>
#include <string>

#include "migrator/error/error.h"
#include "migrator/gate/wanted.h"

namespace migrator::kubernetes {

// Where a Migration is. Empty texts: as kubectl would take them.
struct MigrationAddress {
  std::string name;
  std::string name_space; // of the context; in a pod the pod's own
  std::string context;
  std::string kubeconfig;
};

// One Migration. Not thread-safe, but for stop().
class MigrationReader {
public:
  virtual ~MigrationReader() = default;
  // "shop/shop at https://10.0.0.1:443".
  virtual const std::string &where() const noexcept = 0;
  // What the API server says now. A Migration that is not there, and a server that does not answer, are reasons to look again. NoPermission:
  // whoever asks may not read it; the message has the Role to make. InvalidConfiguration: the server refuses the request itself.
  virtual Result<gate::Verdict> look() = 0;
  // Ends the look that goes on, from any thread; those after it fail.
  virtual void stop() noexcept = 0;
};

class MigrationSource {
public:
  virtual ~MigrationSource() = default;
  // Sends nothing yet. InvalidConfiguration: a kubeconfig that is missing or wrong.
  virtual Result<std::unique_ptr<MigrationReader>> open(const MigrationAddress &address) const = 0;
};

// The module's. Internal: it is not installed.
Result<const MigrationSource *> migration_source();

} // namespace migrator::kubernetes
