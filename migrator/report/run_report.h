// The end of a run as people and programs read it, and the bounded report that a Job leaves behind (docs/json.md). Pure.
#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include "migrator/execute/run.h"
#include "migrator/report/bearings.h"
#include "migrator/report/style.h"

namespace migrator::report {

// What a termination message may hold.
inline constexpr std::size_t kLargestReport = 4'096;

// {"outcome","exit_code","run_id","heads_before","heads_after","untouched","steps":[{"revision","direction","seconds"}],"plan_hash",
// "seconds","started_at","notes"}, "backup" {"id","bytes","sha256","verified","time"} of a run that took one, and "error" of a failed run.
nlohmann::ordered_json run_document(const execute::RunReport &run);

// The sentence or two a person sees last; ends with a line end.
std::string run_text(const execute::RunReport &run, const Style &style);

// The report of --report: run_document with protocol, kind "run" and the bearings, cut to at most `limit` bytes (at least 800) and valid JSON
// and UTF-8 always: first the notes go, then the oldest steps, then the oldest applied revisions, then the untouched heads, each with a count of
// what is missing in "…_cut"; then the error's subject, then its message is shortened; at last heads and long names.
std::string bounded_report(const execute::RunReport &run, const Bearings &bearings, std::size_t limit = kLargestReport);

} // namespace migrator::report
