// See exec_credential.h.
#include "operator/kube/exec_credential.h"

#include <charconv>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "migrator/script/timestamp.h"
#include "operator/kube/base64.h"

namespace controller::kube {

namespace {

using nlohmann::json;

std::string text_of(const json &object, const char *key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_at(std::string_view text, std::size_t begin, std::size_t length) {
  int number = 0;
  std::from_chars(text.data() + begin, text.data() + begin + length, number);
  return number;
}

// Whole seconds, rounded down.
std::optional<std::chrono::system_clock::time_point> time_of(std::string_view text) {
  using namespace std::chrono;
  if (!migrator::script::is_rfc3339(text)) return std::nullopt;
  const year_month_day day{year(number_at(text, 0, 4)), month(static_cast<unsigned>(number_at(text, 5, 2))),
                           std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))};
  const seconds in_day = hours(number_at(text, 11, 2)) + minutes(number_at(text, 14, 2)) + seconds(number_at(text, 17, 2));
  minutes east{0};
  if (const char last = text.back(); last != 'Z' && last != 'z') {
    const std::size_t sign = text.size() - 6;
    east = hours(number_at(text, sign + 1, 2)) + minutes(number_at(text, sign + 4, 2));
    if (text[sign] == '-') east = -east;
  }
  return sys_days(day) + in_day - east;
}

} // namespace

std::string exec_info(const ExecEntry &exec, const ClusterEntry &cluster, const std::string &authority) {
  json info = {{"apiVersion", exec.api_version}, {"kind", "ExecCredential"}, {"spec", {{"interactive", false}}}};
  if (exec.provide_cluster_info) {
    json told = {{"server", cluster.server}};
    if (!cluster.server_name.empty()) told["tls-server-name"] = cluster.server_name;
    if (cluster.insecure) told["insecure-skip-tls-verify"] = true;
    if (!authority.empty()) told["certificate-authority-data"] = encode_base64(authority);
    if (!cluster.exec_config.is_null()) told["config"] = cluster.exec_config;
    info["spec"]["cluster"] = std::move(told);
  }
  return info.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ExecAnswer> parse_exec_answer(std::string_view printed, const ExecEntry &exec, const std::string &place) {
  const auto refused = [&](const std::string &message) {
    return fail(ErrorKind::Unauthorized, place + ": the exec plugin " + message);
  };
  const json answer = json::parse(printed, nullptr, false);
  if (!answer.is_object() || text_of(answer, "kind") != "ExecCredential")
    return refused("printed no ExecCredential. Run it by hand and see what it prints.");
  if (text_of(answer, "apiVersion") != exec.api_version)
    return refused("answers in another version than exec.apiVersion, " + exec.api_version +
                   ". Write the version that it speaks there.");
  const auto status = answer.find("status");
  if (status == answer.end() || !status->is_object())
    return refused("printed an ExecCredential without a status. Run it by hand and see why.");
  ExecAnswer result;
  result.credential.token = text_of(*status, "token");
  result.credential.identity.certificate = text_of(*status, "clientCertificateData");
  result.credential.identity.key = text_of(*status, "clientKeyData");
  if (result.credential.identity.certificate.empty() != result.credential.identity.key.empty())
    return refused("gave only one of clientCertificateData and clientKeyData. Run it by hand and see why.");
  if (result.credential == Credential{})
    return refused("gave neither a token nor a client certificate. Run it by hand and see why.");
  if (const std::string expires = text_of(*status, "expirationTimestamp"); !expires.empty()) {
    result.expires = time_of(expires);
    if (!result.expires) return refused("gave an expirationTimestamp that is no RFC 3339 time. Update the plugin.");
  }
  return result;
}

} // namespace controller::kube
