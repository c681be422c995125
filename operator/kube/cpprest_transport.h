// Transport on cpprestsdk. Its .cpp is the only file that includes that library, and the adapter in which its exceptions end;
// docs/decisions/0010-the-kubernetes-client.md tells what of it is used and where it bites.
#pragma once

#include <memory>

#include "operator/kube/server_url.h"
#include "operator/kube/tls.h"
#include "operator/kube/transport.h"

namespace controller::kube {

// `trust` is of no matter to a server without TLS.
std::unique_ptr<Transport> make_cpprest_transport(const ServerUrl &server, ServerTrust trust);

} // namespace controller::kube
