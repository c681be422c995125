// See answer.h.
#include "migrator/kubernetes/answer.h"

#include <fmt/format.h>

namespace migrator::kubernetes {

namespace {

using controller::kube::ErrorKind;

// "--serviceaccount=shop:default" of `User "system:serviceaccount:shop:default" cannot get …`; any other user by its name.
std::string subject_flag(const std::string &message) {
  constexpr std::string_view kUser = "User \"";
  constexpr std::string_view kAccount = "system:serviceaccount:";
  const std::size_t at = message.find(kUser);
  if (at == std::string::npos) return "--user=NAME";
  const std::size_t from = at + kUser.size();
  const std::string user = message.substr(from, message.find('"', from) - from);
  return user.rfind(kAccount, 0) == 0 ? "--serviceaccount=" + user.substr(kAccount.size()) : "--user=" + user;
}

Error forbidden(const controller::kube::Error &error, const MigrationAddress &address) {
  const std::string role = "wait-for-" + address.name;
  return Error{
      ErrorCode::NoPermission,
      fmt::format("the API server lets nobody read the Migration {0} without a right to: {1}; whoever administers the namespace "
                  "can give it: kubectl create role {2} -n {3} --verb=get --resource=migrations.migrator.dev "
                  "--resource-name={4} && kubectl create rolebinding {2} -n {3} --role={2} {5}",
                  address.name_space + "/" + address.name, error.message, role, address.name_space, address.name,
                  subject_flag(error.message)),
      {address.name_space + "/" + address.name},
      {},
      0,
      {},
      {}};
}

} // namespace

Result<gate::Verdict> meaning(const controller::kube::Error &error, const MigrationAddress &address, const std::string &server) {
  switch (error.kind) {
  case ErrorKind::NotFound:
    // Of an object that is not there the server says so by a Status; of a kind that it does not know it has only a page.
    if (error.reason == "NotFound")
      return gate::Verdict{false, fmt::format("there is no Migration {}/{} yet", address.name_space, address.name)};
    return gate::Verdict{false, fmt::format("{} knows no Migrations: install the operator there, or choose another cluster with "
                                            "--context",
                                            server)};
  case ErrorKind::Forbidden:
    return fail(forbidden(error, address));
  case ErrorKind::Unauthorized:
    return fail(
        ErrorCode::NoPermission,
        fmt::format("{} does not accept our credentials: {}; log in again, or name others with --kubeconfig and --context",
                    server, error.message));
  case ErrorKind::Invalid:
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("{} refuses to be asked for the Migration {}: {}", server, address.name, error.message));
  case ErrorKind::Stopped:
    return fail(ErrorCode::Terminated, "stopped while the API server was asked; run it again to go on waiting");
  case ErrorKind::AlreadyExists:
  case ErrorKind::Conflict:
  case ErrorKind::Expired:
  case ErrorKind::TooManyRequests:
  case ErrorKind::ServerError:
  case ErrorKind::Unreachable:
  case ErrorKind::TimedOut:
  case ErrorKind::BadAnswer:
    break;
  }
  return gate::Verdict{false, fmt::format("{} cannot be asked: {}", server, error.message)};
}

} // namespace migrator::kubernetes
