#include "migrator/error/error.h"

namespace migrator {

namespace {

struct CodeRow {
  ErrorCode code;
  std::string_view name;
  int exit_code;
};

constexpr CodeRow kCodes[] = {
    {ErrorCode::Usage, "Usage", 2},
    {ErrorCode::InvalidConfiguration, "InvalidConfiguration", 2},
    {ErrorCode::InvalidRevisionFile, "InvalidRevisionFile", 2},
    {ErrorCode::InvalidGraph, "InvalidGraph", 2},
    {ErrorCode::CycleDetected, "CycleDetected", 2},
    {ErrorCode::MultipleHeads, "MultipleHeads", 2},
    {ErrorCode::UnknownRevision, "UnknownRevision", 2},
    {ErrorCode::AmbiguousRevision, "AmbiguousRevision", 2},
    {ErrorCode::AmbiguousWalk, "AmbiguousWalk", 2},
    {ErrorCode::OutOfRange, "OutOfRange", 2},
    {ErrorCode::InvalidTarget, "InvalidTarget", 2},
    {ErrorCode::FileExists, "FileExists", 2},
    {ErrorCode::CheckFailed, "CheckFailed", 3},
    {ErrorCode::LockBusy, "LockBusy", 10},
    {ErrorCode::LockTimeout, "LockTimeout", 10},
    {ErrorCode::Unreachable, "Unreachable", 11},
    {ErrorCode::ConnectionLost, "ConnectionLost", 11},
    {ErrorCode::CommitUnknown, "CommitUnknown", 11},
    {ErrorCode::WaitTimeout, "WaitTimeout", 12},
    {ErrorCode::RunTimeout, "RunTimeout", 13},
    {ErrorCode::SqlError, "SqlError", 20},
    {ErrorCode::AssertionFailed, "AssertionFailed", 20},
    {ErrorCode::ChecksumMismatch, "ChecksumMismatch", 21},
    {ErrorCode::MissingRevision, "MissingRevision", 21},
    {ErrorCode::Diverged, "Diverged", 21},
    {ErrorCode::Ahead, "Ahead", 21},
    {ErrorCode::ApprovalNeeded, "ApprovalNeeded", 22},
    {ErrorCode::BackupFailed, "BackupFailed", 23},
    {ErrorCode::StoppedHalfway, "StoppedHalfway", 24},
    {ErrorCode::Reverted, "Reverted", 25},
    {ErrorCode::Restored, "Restored", 25},
    {ErrorCode::NoPermission, "NoPermission", 26},
    {ErrorCode::Irreversible, "Irreversible", 26},
    {ErrorCode::DownNotAllowed, "DownNotAllowed", 26},
    {ErrorCode::OwnedByAnother, "OwnedByAnother", 26},
    {ErrorCode::HistoryMoved, "HistoryMoved", 26},
    {ErrorCode::NotWritable, "NotWritable", 26},
    {ErrorCode::Internal, "Internal", 70},
    {ErrorCode::Terminated, "Terminated", 143},
};

constexpr CodeRow kInternal{ErrorCode::Internal, "Internal", 70};

constexpr const CodeRow &row(ErrorCode code) {
  for (const CodeRow &candidate : kCodes)
    if (candidate.code == code) return candidate;
  return kInternal;
}

} // namespace

std::string_view name(ErrorCode code) noexcept {
  return row(code).name;
}

int exit_code(ErrorCode code) noexcept {
  return row(code).exit_code;
}

bool worth_a_retry(ErrorCode code) noexcept {
  const int exit = exit_code(code);
  return exit == 10 || exit == 11 || exit == 143;
}

std::string Error::text() const {
  if (file.empty()) return message;
  if (line == 0) return file + ": " + message;
  return file + ":" + std::to_string(line) + ": " + message;
}

} // namespace migrator
