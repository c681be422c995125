// See access.h.
#include "operator/kube/access.h"

#include <utility>

#include "operator/kube/exec_plugin.h"
#include "operator/kube/read_file.h"

namespace controller::kube {

namespace {

Result<std::string> text_of(const TextOrFile &both, const std::string &what) {
  if (both.file.empty()) return both.text;
  Result<std::string> text = read_file(both.file);
  if (!text) return fail(ErrorKind::Invalid, what + ": " + text.error().message);
  return text;
}

Result<Identity> identity_of(const UserEntry &user) {
  if (!user.certificate.given()) return Identity{};
  Result<std::string> certificate = text_of(user.certificate, user.place + ": client-certificate");
  if (!certificate) return tl::unexpected<Error>(std::move(certificate.error()));
  Result<std::string> key = text_of(user.key, user.place + ": client-key");
  if (!key) return tl::unexpected<Error>(std::move(key.error()));
  Identity identity{std::move(*certificate), std::move(*key)};
  if (Status good = check_identity(identity, user.place); !good) return tl::unexpected<Error>(std::move(good.error()));
  return identity;
}

void without_trailing_blanks(std::string &text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
}

} // namespace

Result<Access> access_of(const Choice &choice) {
  const ClusterEntry &cluster = choice.cluster;
  Access access;
  access.server = *parse_server_url(cluster.server); // choose() has looked at it
  access.name_space = choice.name_space.empty() ? "default" : choice.name_space;
  Result<std::string> authorities = text_of(cluster.authority, cluster.place + ": certificate-authority");
  if (!authorities) return tl::unexpected<Error>(std::move(authorities.error()));
  if (cluster.authority.given())
    if (Status good = check_authorities(*authorities, cluster.place + ": certificate-authority"); !good)
      return tl::unexpected<Error>(std::move(good.error()));
  access.trust = {*authorities, cluster.server_name.empty() ? access.server.host : cluster.server_name, cluster.insecure};
  Result<Identity> identity = identity_of(choice.user);
  if (!identity) return tl::unexpected<Error>(std::move(identity.error()));
  Credential credential{choice.user.token, std::move(*identity)};
  if (choice.user.exec)
    access.credentials = exec_credentials(cluster, choice.user, *authorities);
  else if (!choice.user.token_file.empty())
    access.credentials = token_file_credentials(choice.user.token_file, std::move(credential));
  else
    access.credentials = fixed_credentials(std::move(credential));
  return access;
}

Result<Access> access_in_pod(const std::string &host, const std::string &port, const std::string &folder) {
  const std::string url = "https://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
  const auto server = parse_server_url(url);
  if (!server)
    return fail(ErrorKind::Invalid, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no URL: " + url +
                                        ". Kubernetes sets both in every pod.");
  Result<std::string> authorities = read_file(folder + "/ca.crt");
  if (!authorities) return tl::unexpected<Error>(std::move(authorities.error()));
  if (Status good = check_authorities(*authorities, folder + "/ca.crt"); !good)
    return tl::unexpected<Error>(std::move(good.error()));
  Access access;
  access.server = *server;
  access.trust = {std::move(*authorities), server->host, false};
  access.credentials = token_file_credentials(folder + "/token", {});
  Result<std::string> name_space = read_file(folder + "/namespace");
  if (name_space) without_trailing_blanks(*name_space);
  access.name_space = name_space && !name_space->empty() ? *name_space : "default";
  return access;
}

} // namespace controller::kube
