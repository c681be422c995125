// Small files of the client's configuration: kubeconfig, certificates, tokens. The client's door to the file system.
#pragma once

#include <string>

#include "operator/kube/error.h"

namespace controller::kube {

// Invalid: it cannot be read (the message names it and says why), or it is larger than 4 MiB. `missing`: set if there is no such file.
Result<std::string> read_file(const std::string &path, bool *missing = nullptr);

} // namespace controller::kube
