// See kubernetes_source.h. A look is one GET: it needs no right but `get` on this one Migration, and nothing is kept open between two.
#include "migrator/kubernetes/kubernetes_source.h"

#include <stop_token>

#include <fmt/format.h>

#include "migrator/gate/readiness.h"
#include "migrator/kubernetes/answer.h"
#include "operator/kube/load.h"

namespace migrator::kubernetes {

namespace {

class Reader final : public MigrationReader {
public:
  Reader(std::stop_source stop, controller::kube::Connected connected, MigrationAddress address)
      : stop_(std::move(stop)), connected_(std::move(connected)), address_(std::move(address)) {
    if (address_.name_space.empty()) address_.name_space = connected_.name_space;
    where_ = fmt::format("{}/{} at {}", address_.name_space, address_.name, connected_.server);
  }

  const std::string &where() const noexcept override { return where_; }

  Result<gate::Verdict> look() override {
    const controller::kube::Result<controller::kube::Json> migration =
        connected_.client->get(controller::kube::kMigrations, {address_.name_space, address_.name});
    return migration ? gate::readiness(*migration) : meaning(migration.error(), address_, connected_.server);
  }

  void stop() noexcept override { stop_.request_stop(); }

private:
  std::stop_source stop_; // outlives the client that listens to it
  controller::kube::Connected connected_;
  MigrationAddress address_;
  std::string where_;
};

class Source final : public MigrationSource {
public:
  Result<std::unique_ptr<MigrationReader>> open(const MigrationAddress &address) const override {
    std::stop_source stop;
    controller::kube::ConnectOptions options;
    options.kubeconfig = address.kubeconfig;
    options.context = address.context;
    options.stop = stop.get_token();
    controller::kube::Result<controller::kube::Connected> connected = controller::kube::connect(options);
    if (!connected) return fail(ErrorCode::InvalidConfiguration, connected.error().message);
    return std::make_unique<Reader>(std::move(stop), std::move(*connected), address);
  }
};

} // namespace

const MigrationSource &kubernetes_source() {
  static const Source source;
  return source;
}

} // namespace migrator::kubernetes
