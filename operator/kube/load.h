// From what stands around the process - a flag, KUBECONFIG, a pod's ServiceAccount, ~/.kube/config - to a client. The one place that knows in
// which order they count.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "operator/kube/client.h"

namespace controller::kube {

// One answered request, or one that found no answer (code 0); `verb` is the API's: get, list, watch, create, update, patch, delete. Called from any
// thread; the views end with the call.
struct RequestSeen {
  std::string_view verb;
  std::string_view resource; // the plural, with its subresource: "migrations/status"
  int code = 0;
  double seconds = 0; // of a watch: until its first byte
};
using RequestObserver = std::function<void(const RequestSeen &)>;

struct ConnectOptions {
  std::string kubeconfig; // --kubeconfig: one file, and only that
  std::string context;    // --context; empty: the current one
  double qps = 20;        // requests a second over time, watches apart; not above 0: no limit
  int burst = 30;
  std::stop_token stop; // ends what is pending within a second (Stopped); nothing is sent after it
  RequestObserver observer;
};

struct Connected {
  std::unique_ptr<Client> client;
  std::string server;     // "https://10.0.0.1:443", for messages
  std::string name_space; // the context's, in a pod its own; "default" if none is named
};

// --kubeconfig, else KUBECONFIG (several files merged: the first to say something counts), else in a pod its ServiceAccount, else ~/.kube/config.
// Sends nothing yet, and starts no exec plugin before the first request. Invalid, with the file and the field: something there is missing, wrong
// or not supported.
Result<Connected> connect(const ConnectOptions &options);

} // namespace controller::kube
