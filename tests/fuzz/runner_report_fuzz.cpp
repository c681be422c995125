// Any bytes as a runner's termination message. Laws: nothing is thrown; what is read is of this run, bounded and without control characters.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/report/printable.h"
#include "operator/api/limits.h"
#include "operator/api/runner_report.h"
#include "tests/fuzz/law.h"

namespace {

using namespace controller::api;
using migrator::fuzz::require;

void require_fit(const std::vector<std::string> &texts, std::size_t most, std::size_t longest) {
  require(texts.size() <= most, "a list is bounded");
  for (const std::string &text : texts)
    require(text.size() <= longest && migrator::report::printable(text) == text, "a text is bounded and clean");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  const auto report = read_report(std::string_view(reinterpret_cast<const char *>(bytes), size), "u.1.migrate");
  if (!report) return 0;
  require(report->run_id == "u.1.migrate", "it is this run's");
  require(report->exit_code >= 0 && report->exit_code <= 255 && report->seconds >= 0, "numbers are checked");
  require_fit({report->outcome, report->error_code}, 2, kLongestWord);
  require_fit({report->message}, 1, kLongestText);
  require_fit(report->heads_before, kMostHeads, kLongestRevision);
  require_fit(report->heads_after, kMostHeads, kLongestRevision);
  require_fit(report->file_heads, kMostHeads, kLongestRevision);
  require_fit(report->applied_revisions, kMostApplied, kLongestRevision);
  require_fit(report->down_revisions, kMostApplied, kLongestRevision);
  require_fit(report->findings, kMostFindings, kLongestFinding);
  require_fit(report->sql, kMostStatements, kLongestStatement);
  return 0;
}
