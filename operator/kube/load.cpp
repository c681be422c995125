// See load.h.
#include "operator/kube/load.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "operator/kube/access.h"
#include "operator/kube/cpprest_transport.h"
#include "operator/kube/read_file.h"
#include "operator/kube/rest_client.h"

namespace controller::kube {

namespace {

std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::string> parts_of(const std::string &list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin) parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// Files that are not there are passed over, as kubectl passes over them; `found` tells whether one was there.
Result<Kubeconfig> read_all(const std::vector<std::string> &paths, bool &found) {
  Kubeconfig all;
  found = false;
  for (const std::string &path : paths) {
    bool missing = false;
    Result<std::string> text = read_file(path, &missing);
    if (missing) continue;
    if (!text) return tl::unexpected<Error>(std::move(text.error()));
    Result<Kubeconfig> one = parse_kubeconfig(*text, path);
    if (!one) return one;
    merge(all, std::move(*one));
    found = true;
  }
  return all;
}

Result<Access> access_by(const std::vector<std::string> &paths, const std::string &context, const std::string &none_there) {
  bool found = false;
  Result<Kubeconfig> config = read_all(paths, found);
  if (!config) return tl::unexpected<Error>(std::move(config.error()));
  if (!found) return fail(ErrorKind::Invalid, none_there);
  Result<Choice> choice = choose(*config, context);
  if (!choice) return tl::unexpected<Error>(std::move(choice.error()));
  return access_of(*choice);
}

Result<Access> find_access(const ConnectOptions &options) {
  if (!options.kubeconfig.empty())
    return access_by({options.kubeconfig}, options.context,
                     options.kubeconfig + ": there is no such kubeconfig. Name another with --kubeconfig.");
  if (const std::string list = variable("KUBECONFIG"); !list.empty())
    return access_by(parts_of(list), options.context,
                     "no file that KUBECONFIG names is there: " + list + ". Correct it, or unset it.");
  const std::string host = variable("KUBERNETES_SERVICE_HOST");
  const std::string port = variable("KUBERNETES_SERVICE_PORT");
  if (!host.empty() && !port.empty()) return access_in_pod(host, port);
  const std::string none = "there is no kubeconfig, and this is no pod. Name one with --kubeconfig or KUBECONFIG";
  const std::string home = variable("HOME");
  if (home.empty()) return fail(ErrorKind::Invalid, none + ".");
  return access_by({home + "/.kube/config"}, options.context, none + ", or write " + home + "/.kube/config.");
}

} // namespace

Result<Connected> connect(const ConnectOptions &options) {
  Result<Access> access = find_access(options);
  if (!access) return tl::unexpected<Error>(std::move(access.error()));
  RestSettings settings;
  settings.qps = options.qps;
  settings.burst = options.burst;
  settings.stop = options.stop;
  settings.observer = options.observer;
  Connected connected;
  connected.server = (access->server.tls ? "https://" : "http://") + access->server.authority() + access->server.path;
  connected.name_space = std::move(access->name_space);
  connected.client = make_rest_client(make_cpprest_transport(access->server, std::move(access->trust)),
                                      std::move(access->credentials), std::move(settings));
  return connected;
}

} // namespace controller::kube
