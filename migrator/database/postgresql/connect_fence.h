// The fence of a run on PostgreSQL (the design, "Failing"): nobody but this role may CONNECT, and those who were in are gone. What must be put back
// stands in the history's meta table, key `fence`, written in the transaction that takes the rights away. Superusers cannot be held out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "migrator/database/postgresql/advisory_keys.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/question.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

constexpr const char *kFenceKey = "fence";

// Before Session and History: those of the run. NoPermission: writers cannot be held out; LockTimeout: someone would not leave within `wait`, the
// fence is down again.
Status raise_connect_fence(Session &session, const History &history, const AdvisoryKeys &keys, const std::string &run_id,
                           std::chrono::milliseconds wait);

// Puts the rights back and forgets them. Nothing to do if the history has no fence.
Status lower_connect_fence(Session &session, const History &history);

// Of any history in the database. true: there was one.
Result<bool> lower_any_connect_fence(Session &session, const History &own);

// What the meta table keeps of the fence; nullopt: it is down.
Result<std::optional<std::string>> fence_value(const Ask &ask, const History &history);
// SQL that makes a restored database keep this fence and no other. One statement a line, each ended.
std::string keep_fence_sql(const std::vector<History> &restored, const History &own, const std::string &value);

} // namespace migrator::database::postgresql
