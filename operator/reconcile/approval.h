// Consent to a plan: whether it is needed, and whether it was given. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operator/api/migration.h"

namespace controller::reconcile {

// What migrator.dev/approve takes: 16 hex digits of SHA-256 over the plan's hash, the Migration's uid and the sequence, so that no other plan, Migration
// or run has the same.
std::string plan_id(const std::string &plan_hash, const std::string &uid, std::int64_t sequence);

// Why somebody has to consent, as a clause; nullopt: nobody has to. For a plan that moves: `base` always, approval Manual always, Destructive if the
// plan is, downgrade Approve if it takes anything away.
std::optional<std::string> why_consent(const api::Spec &spec, const api::PlanStatus &plan);

enum class Consent : std::uint8_t {
  Missing,  // no annotation
  Given,    // it names this plan and was not used before
  Rejected, // it names another plan, or one that was used
};

Consent consent_to(const api::Migration &migration, const api::PlanStatus &plan);

} // namespace controller::reconcile
