// See gate_lifter.h.
#include "operator/reconcile/gate_lifter.h"

#include <optional>
#include <utility>
#include <vector>

#include "operator/api/migration_json.h"
#include "operator/gate/gate.h"

namespace controller::reconcile {

namespace {

// A spec that cannot be read holds no pod back: what the database has stands in the status.
api::Migration read(const kube::Json &object) {
  auto migration = api::read_migration(object);
  return migration ? std::move(*migration) : api::read_without_spec(object);
}

using Migrations = std::vector<std::optional<api::Migration>>;

} // namespace

kube::Json gate_patch(const std::string &uid, std::size_t index) {
  const std::string path = "/spec/schedulingGates/" + std::to_string(index);
  return kube::Json::array({{{"op", "test"}, {"path", "/metadata/uid"}, {"value", uid}},
                            {{"op", "test"}, {"path", path + "/name"}, {"value", std::string(api::kGate)}},
                            {{"op", "remove"}, {"path", path}}});
}

kube::Status GateLifter::look(const kube::ObjectName &name) {
  const watch::Object pod = caches_.gated_pods.find(name);
  if (!pod) return {};
  const std::optional<gate::PodGate> gate = gate::read_pod_gate(*pod);
  if (!gate) return {};

  Migrations cached;
  for (const std::string &wanted : gate->wait_for) {
    const watch::Object object = caches_.migrations.find({gate->name_space, wanted});
    cached.push_back(object ? std::optional(read(*object)) : std::nullopt);
  }
  gate::Verdict verdict = gate::decide_gate(*gate, cached);
  if (verdict.lift) {
    // A run that goes down may have begun since: lifted on what stands there now alone.
    Migrations live;
    for (const std::string &wanted : gate->wait_for) {
      const auto object = client_.get(kube::kMigrations, {gate->name_space, wanted});
      if (!object && object.error().kind != kube::ErrorKind::NotFound) return tl::unexpected(object.error());
      live.push_back(object ? std::optional(read(*object)) : std::nullopt);
    }
    verdict = gate::decide_gate(*gate, live);
  }
  if (verdict.note) recorder_.record({"v1", "Pod", name, gate->uid}, *verdict.note);
  if (!verdict.lift) return {};
  const auto patched = client_.patch(kube::kPods, name, kube::PatchType::JsonPatch, gate_patch(gate->uid, gate->index));
  if (patched) {
    on_lifted_(name);
    return {};
  }
  // Gone, or changed in between: the watch brings what is there now, and that is looked at then.
  if (patched.error().kind == kube::ErrorKind::NotFound) return {};
  return tl::unexpected(patched.error());
}

} // namespace controller::reconcile
