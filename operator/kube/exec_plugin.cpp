// See exec_plugin.h.
#include "operator/kube/exec_plugin.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "migrator/process/child.h"
#include "operator/kube/exec_credential.h"
#include "operator/kube/tls.h"

namespace controller::kube {

namespace {

constexpr std::chrono::seconds kLongest{60};
constexpr std::size_t kLargestAnswer = std::size_t{1024} * 1024;

class ExecCredentials final : public Credentials {
public:
  ExecCredentials(ClusterEntry cluster, UserEntry user, const std::string &authority)
      : place_(user.place), exec_(std::move(*user.exec)), info_(exec_info(exec_, cluster, authority)) {}

  Result<Credential> current(std::stop_token stop) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (answer_ && (!answer_->expires || std::chrono::system_clock::now() < *answer_->expires)) return answer_->credential;
    answer_.reset();
    Result<ExecAnswer> answer = ask(stop);
    if (!answer) return tl::unexpected<Error>(std::move(answer.error()));
    answer_ = std::move(*answer);
    return answer_->credential;
  }

  bool refused(const Credential &credential) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (answer_ && answer_->credential == credential) answer_.reset();
    return true;
  }

private:
  tl::unexpected<Error> failed(const std::string &message) const {
    return fail(ErrorKind::Unauthorized, place_ + ": the exec plugin " + message);
  }

  Result<ExecAnswer> ask(const std::stop_token &stop) const {
    migrator::process::Command command;
    command.arguments.push_back(exec_.command);
    command.arguments.insert(command.arguments.end(), exec_.arguments.begin(), exec_.arguments.end());
    command.environment = exec_.environment;
    command.environment.emplace_back("KUBERNETES_EXEC_INFO", info_);
    const auto until = std::chrono::steady_clock::now() + kLongest;
    std::string printed;
    const auto must_end = [&] {
      return stop.stop_requested() || printed.size() > kLargestAnswer || std::chrono::steady_clock::now() >= until;
    };
    const auto ended = migrator::process::run(command, must_end, [&](std::string_view piece) {
      if (printed.size() <= kLargestAnswer) printed += piece;
    });
    if (stop.stop_requested()) return fail(ErrorKind::Stopped, "stopped while the exec plugin ran.");
    const std::string hint = exec_.install_hint.empty() ? "" : " " + exec_.install_hint;
    if (!ended) return failed("cannot be started: " + ended.error().message + hint);
    if (printed.size() > kLargestAnswer) return failed("prints more than 1 MiB. Run it by hand and see what it prints.");
    if (ended->killed) return failed("does not end within a minute. Run it by hand: does it wait for somebody?");
    if (ended->code != 0)
      return failed("ends with " + std::to_string(ended->code) + (ended->errors.empty() ? "." : ": " + ended->errors) + hint);
    Result<ExecAnswer> answer = parse_exec_answer(printed, exec_, place_);
    if (answer && !answer->credential.identity.certificate.empty())
      if (Status good = check_identity(answer->credential.identity, place_ + ": the exec plugin's answer"); !good)
        return fail(ErrorKind::Unauthorized, std::move(good.error().message));
    return answer;
  }

  const std::string place_;
  const ExecEntry exec_;
  const std::string info_;
  std::mutex mutex_; // of what follows
  std::optional<ExecAnswer> answer_;
};

} // namespace

std::unique_ptr<Credentials> exec_credentials(ClusterEntry cluster, UserEntry user, std::string authority) {
  return std::make_unique<ExecCredentials>(std::move(cluster), std::move(user), authority);
}

} // namespace controller::kube
