// TLS as the API server wants it, told to OpenSSL: whom to trust, under which name, and which certificate to show. All from memory: no file is read
// or written here. docs/decisions/0010-the-kubernetes-client.md tells why the check of the server's name is ours.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <openssl/types.h>

#include "operator/kube/error.h"
#include "operator/kube/transport.h"

namespace controller::kube {

struct ServerTrust {
  std::string authorities; // PEM; empty: the system's
  std::string name;        // the name or address that the certificate must hold
  bool insecure = false;   // any certificate does
};

// Why the last handshake with a server was refused by us; shared by the connections of one client. Thread-safe.
class Verdict {
public:
  void set(std::string reason);
  // Empty if there was none since the last call.
  std::string take();

private:
  std::mutex mutex_;
  std::string reason_;
};

// Invalid: no certificate in it, a key that does not fit or that is protected by a passphrase. `what` names the place for the message.
Status check_authorities(const std::string &pem, const std::string &what);
Status check_identity(const Identity &identity, const std::string &what);

// Where OpenSSL refuses (what was not checked before, or no memory), every handshake of the context fails and the verdict says why.
void configure(SSL_CTX &context, const ServerTrust &trust, const Identity &identity, const std::shared_ptr<Verdict> &verdict);

} // namespace controller::kube
