// Scheduling gates: which pods wait for which Migrations, and whether a gate may go. Pure: a pod and the Migrations it names go in, a verdict comes
// out; watching pods and patching them is the caller's part.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/migration.h"
#include "operator/reconcile/decide.h"

namespace controller::gate {

// What a pod's label and annotations say about its gate.
struct PodGate {
  std::string name_space;
  std::string name;
  std::string uid;
  std::string resource_version;
  std::size_t index = 0;             // of the gate in spec.schedulingGates: what a JSON patch removes, after a test of its name
  std::vector<std::string> wait_for; // Migrations of the pod's namespace, as written, each once
  std::string revision;              // migrator.dev/revision; empty: none
  std::string image;                 // migrator.dev/image; empty: none
};

// nullopt: no gate of ours to lift, because the label migrator.dev/gated is not "true", the gate is not there, or the pod is being deleted.
std::optional<PodGate> read_pod_gate(const api::Json &pod);

// The pod as one that `migration` must think of before it takes revisions away: labelled, naming the Migration, neither Succeeded nor Failed. Its gate
// may be lifted long since. nullopt: none of its concern.
std::optional<reconcile::Dependent> read_dependent(const api::Json &pod, const std::string &migration);

struct Verdict {
  bool lift = false;
  std::string reason;                  // why not, as a clause: "shop does not have revision 5f2c yet"; empty if it is lifted
  std::optional<reconcile::Note> note; // what somebody must mend; ordinary waiting has none. The same verdict has the same key
};

// `migrations` are those of `gate.wait_for`, in its order; nullopt: there is none of that name. Lifted as soon as the last reported state of all of them
// contains what the pod names, whatever Ready says, so that pods of an old version are never held by a new migration that fails. It stays when the
// pod names no Migration, or neither or both of revision and image; when a Migration does not exist; and while a run goes down that would
// take away what the pod names.
Verdict decide_gate(const PodGate &gate, const std::vector<std::optional<api::Migration>> &migrations);

} // namespace controller::gate
