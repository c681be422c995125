// See kubeconfig_choice.h.
#include "operator/kube/kubeconfig_choice.h"

#include <algorithm>

#include "operator/kube/server_url.h"

namespace controller::kube {

namespace {

tl::unexpected<Error> invalid(const std::string &place, const std::string &message) {
  return fail(ErrorKind::Invalid, place + ": " + message);
}

Status check(const ClusterEntry &cluster) {
  if (cluster.server.empty()) return invalid(cluster.place, "there is no server. Give it one, like https://10.0.0.1:6443.");
  if (!parse_server_url(cluster.server))
    return invalid(cluster.place, "server must be a URL like https://10.0.0.1:6443, without a user and a query.");
  if (!cluster.proxy_url.empty())
    return invalid(cluster.place,
                   "proxy-url is not supported. Remove it and reach the API server directly, or through a tunnel.");
  if (!cluster.authority.text.empty() && !cluster.authority.file.empty())
    return invalid(cluster.place, "certificate-authority and certificate-authority-data are both given. Keep one of them.");
  if (cluster.insecure && cluster.authority.given())
    return invalid(cluster.place, "insecure-skip-tls-verify and a certificate authority are both given. Keep the authority.");
  return {};
}

const char *advice_for(const std::string &key) {
  if (key == "username" || key == "password")
    return "basic authentication is not supported, by Kubernetes neither since 1.19. Use a token or a client certificate.";
  if (key == "auth-provider")
    return "auth-provider is not supported, by kubectl neither since 1.26. Use the exec plugin of your provider.";
  return "impersonation (as, as-uid, as-groups, as-user-extra) is not supported. Use credentials of the user that is meant.";
}

Status check(const UserEntry &user, const ExecEntry &exec) {
  if (exec.command.empty()) return invalid(user.place, "exec has no command. Name the program.");
  if (exec.api_version != "client.authentication.k8s.io/v1" && exec.api_version != "client.authentication.k8s.io/v1beta1")
    return invalid(user.place, "exec.apiVersion must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1. "
                               "Update the plugin, or have it write its kubeconfig again.");
  const std::string &mode = exec.interactive_mode;
  if (mode.empty() && exec.api_version == "client.authentication.k8s.io/v1")
    return invalid(user.place, "exec.interactiveMode is missing. Write Never, IfAvailable or Always.");
  if (!mode.empty() && mode != "Never" && mode != "IfAvailable" && mode != "Always")
    return invalid(user.place, "exec.interactiveMode must be Never, IfAvailable or Always.");
  if (mode == "Always")
    return invalid(user.place, "exec.interactiveMode is Always: the plugin wants a terminal, and this program gives it none. "
                               "Use a token, a client certificate, or a plugin that can do without.");
  return {};
}

Status check(const UserEntry &user) {
  if (!user.unsupported.empty()) return invalid(user.place, advice_for(user.unsupported.front()));
  for (const auto &[both, name] : {std::pair{&user.certificate, "client-certificate"}, std::pair{&user.key, "client-key"}})
    if (!both->text.empty() && !both->file.empty())
      return invalid(user.place, std::string(name) + " and " + name + "-data are both given. Keep one of them.");
  if (user.certificate.given() && !user.key.given())
    return invalid(user.place, "there is a client certificate and no key for it. Add client-key or client-key-data.");
  if (user.key.given() && !user.certificate.given())
    return invalid(user.place,
                   "there is a client key and no certificate for it. Add client-certificate or client-certificate-data.");
  if (user.exec && (!user.token.empty() || !user.token_file.empty()))
    return invalid(user.place, "a token and an exec plugin are both given. Keep one of them.");
  return user.exec ? check(user, *user.exec) : Status{};
}

// "a, b and 3 more".
std::string names_of(const std::map<std::string, ContextEntry> &contexts) {
  constexpr std::size_t kMost = 10;
  std::string names;
  std::size_t count = 0;
  for (const auto &[name, context] : contexts) {
    if (count++ == kMost) return names + " and " + std::to_string(contexts.size() - kMost) + " more";
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

} // namespace

void merge(Kubeconfig &earlier, Kubeconfig later) {
  if (earlier.current_context.empty()) earlier.current_context = std::move(later.current_context);
  earlier.clusters.merge(later.clusters);
  earlier.users.merge(later.users);
  earlier.contexts.merge(later.contexts);
}

Result<Choice> choose(const Kubeconfig &config, const std::string &context) {
  const std::string &name = context.empty() ? config.current_context : context;
  const std::string known = config.contexts.empty() ? " It has none." : " It has " + names_of(config.contexts) + ".";
  if (name.empty()) return fail(ErrorKind::Invalid, "the kubeconfig has no current-context. Name one with --context." + known);
  const auto chosen = config.contexts.find(name);
  if (chosen == config.contexts.end())
    return fail(ErrorKind::Invalid, "the kubeconfig has no context \"" + name + "\". Name another with --context." + known);
  Choice choice;
  choice.name_space = chosen->second.name_space;
  const auto cluster = config.clusters.find(chosen->second.cluster);
  if (cluster == config.clusters.end())
    return invalid(chosen->second.place,
                   "its cluster \"" + chosen->second.cluster + "\" is not there. Add it to clusters, or name another.");
  choice.cluster = cluster->second;
  if (!chosen->second.user.empty()) {
    const auto user = config.users.find(chosen->second.user);
    if (user == config.users.end())
      return invalid(chosen->second.place,
                     "its user \"" + chosen->second.user + "\" is not there. Add it to users, or name another.");
    choice.user = user->second;
  }
  if (Status good = check(choice.cluster); !good) return tl::unexpected<Error>(std::move(good.error()));
  if (Status good = check(choice.user); !good) return tl::unexpected<Error>(std::move(good.error()));
  return choice;
}

} // namespace controller::kube
