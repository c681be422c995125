// What a report says of the database, taken over into the status. Pure.
#pragma once

#include <string>

#include "operator/api/migration.h"
#include "operator/api/runner_report.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// Revisions, images and the backup, from a report of status.run. One that knows nothing of the database, for it was not reached, changes nothing about
// the revisions. Of a plan the heads before it count, for it moved nothing. `image`: the files' image if the run succeeded and they came from one,
// else empty.
void take_over(api::Status &status, const api::RunnerReport &report, const std::string &image, api::Time now);

// The image that holds the run's files, as written in the spec; empty if they come from elsewhere, or if the spec has changed since so that it is not
// known. `ran`: the image of the runner's container.
std::string image_of_files(const Observed &observed, const std::string &ran);

// The run may have gone down and left no report: what its plan takes away is no longer claimed to be there, so that no gate is lifted for it.
void forget_what_may_be_gone(api::Status &status);

// A finished run in the history, of which each sequence is there once and verify runs keep only the newest; ten at most, newest first.
void remember(api::Status &status, const api::FinishedRun &run);

} // namespace controller::reconcile
