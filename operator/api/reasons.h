// The closed list of reasons that the operator's conditions give, each with the sentence that docs/conditions.md prints. What people
// and alerts match on: names are added, never changed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace controller::api {

// In the order of their names, the order in which status.conditions lists them.
enum class ConditionType : std::uint8_t { Approved, BackedUp, Drifted, Ready, Reconciling, Stalled };

std::string_view name(ConditionType type) noexcept; // "Ready"
std::optional<ConditionType> condition_type(std::string_view name) noexcept;

enum class Reason : std::uint8_t {
  // Ready=True
  UpToDate,
  Ahead,
  // Ready=False without Reconciling and Stalled
  Suspended,
  // Reconciling=True, and Ready=False with it
  RunPending,
  Running,
  Planning,
  Retrying,
  AwaitingApproval, // also of Ready=False and Approved=False
  RunInProgress,
  WaitingForSlot,
  AppsStillRequireRevision,
  ImagePull,
  MissingSecret,
  MissingConfigMap,
  MissingVolume,
  VolumeInUse,
  Unschedulable,
  PodForbidden,
  PodUnreachable,
  ContainerCannotRun,
  // Stalled=True, and Ready=False with it
  InvalidSpec,
  InvalidRevisions,
  RetriesExhausted,
  TimedOut,
  MigrationFailed,
  HistoryMismatch,
  Diverged,
  ApprovalPlanChanged,
  BackupFailed,
  StoppedHalfway,
  Reverted,
  Restored,
  NoPermission,
  Irreversible,
  DatabaseAhead,
  DowngradeDenied,
  OwnedByAnother,
  RunnerTooOld,
  RunnerTooNew,
  InvalidReport,
  RunnerBug,
  JobNameTaken,
  // Approved=False
  ApprovalRejected,
  // Approved=True
  ApprovedByAnnotation,
  NoApprovalNeeded,
  // BackedUp
  BackupTaken,
  BackupNotTaken,
  // Drifted
  DriftFound,
  NoDrift,
};

struct ReasonText {
  Reason reason = Reason::UpToDate;
  std::string_view name;         // CamelCase, as in the enum
  std::vector<ConditionType> of; // the conditions that may give it
  std::string_view sentence;     // what it means and, where somebody must act, what to do
};

// Every reason once, in the enum's order.
const std::vector<ReasonText> &reasons();

std::string_view name(Reason reason) noexcept; // "UpToDate"

} // namespace controller::api
