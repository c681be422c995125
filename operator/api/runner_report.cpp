// See runner_report.h.
#include "operator/api/runner_report.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "operator/api/bounded_text.h"
#include "operator/api/limits.h"

namespace controller::api {

namespace {

// The protocol that this operator speaks, and how many minor versions back it understands.
constexpr int kMajor = 1;
constexpr int kMinor = 0;
constexpr int kMinorsBack = 2;

constexpr std::size_t kLongestTermination = 32'768;            // no termination message is longer
constexpr std::int64_t kLargestNumber = 1'000'000'000'000'000; // a petabyte

// Reads the fields of one object; what is there but of the wrong kind makes the whole report invalid.
class Fields {
public:
  Fields(const Json &object, bool &valid) : object_(object), valid_(valid) {
    if (!object.is_object()) valid_ = false;
  }

  const Json *member(const char *key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  bool has(const char *key) const { return member(key) != nullptr; }

  std::string text(const char *key, std::size_t longest) {
    const Json *value = member(key);
    if (value == nullptr) return {};
    if (!value->is_string()) return refuse<std::string>();
    return bounded_text(value->get_ref<const std::string &>(), longest);
  }

  std::vector<std::string> texts(const char *key, std::size_t most, std::size_t longest) {
    std::vector<std::string> all;
    for (const Json &each : list(key)) {
      if (!each.is_string()) return refuse<std::vector<std::string>>();
      if (all.size() < most) all.push_back(bounded_text(each.get_ref<const std::string &>(), longest));
    }
    return all;
  }

  // A whole or broken number from 0; the fraction is dropped.
  std::int64_t number(const char *key, std::int64_t most = kLargestNumber) {
    const Json *value = member(key);
    if (value == nullptr) return 0;
    if (!value->is_number()) return refuse<std::int64_t>();
    const double wide = value->get<double>();
    if (!(wide >= 0 && wide <= static_cast<double>(most))) return refuse<std::int64_t>();
    return static_cast<std::int64_t>(wide);
  }

  bool flag(const char *key, bool absent) {
    const Json *value = member(key);
    if (value == nullptr) return absent;
    if (!value->is_boolean()) return refuse<bool>();
    return value->get<bool>();
  }

  const Json &list(const char *key) {
    static const Json kNone = Json::array();
    const Json *value = member(key);
    if (value == nullptr) return kNone;
    if (value->is_array()) return *value;
    valid_ = false;
    return kNone;
  }

private:
  template <typename Value> Value refuse() {
    valid_ = false;
    return {};
  }

  const Json &object_;
  bool &valid_;
};

struct Version {
  int major = 0;
  int minor = 0;
};

std::optional<Version> version_of(std::string_view text) {
  Version version;
  const char *end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc() || minor.ptr != end || version.major < 0 || version.minor < 0) return std::nullopt;
  return version;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
}

void read_error(const Json &error, RunnerReport &report, bool &valid) {
  Fields fields(error, valid);
  report.error_code = fields.text("code", kLongestWord);
  report.message = fields.text("message", kLongestText);
  report.subject = fields.texts("subject", kMostHeads, kLongestName);
  FailedStep failed;
  failed.revision = fields.text("revision", kLongestRevision);
  failed.file = fields.text("file", kLongestPath);
  failed.line = static_cast<int>(fields.number("line", 1'000'000'000));
  failed.sqlstate = fields.text("sqlstate", kLongestWord);
  failed.message = report.message;
  if (!failed.revision.empty() || !failed.file.empty()) report.failed = std::move(failed);
}

LastBackup read_backup(const Json &backup, bool &valid) {
  Fields fields(backup, valid);
  LastBackup read;
  read.id = fields.text("id", kLongestName);
  read.bytes = fields.number("bytes");
  read.sha256 = fields.text("sha256", kLongestHash);
  read.verified = fields.text("verified", kLongestWord);
  return read;
}

void read_plan(Fields &fields, RunnerReport &report, bool &valid) {
  std::int64_t beyond = 0;
  for (const Json &step : fields.list("steps")) {
    Fields of_step(step, valid);
    PlanStep read{of_step.text("revision", kLongestRevision), of_step.text("direction", kLongestWord),
                  of_step.flag("transactional", true)};
    if (read.direction != "up" && read.direction != "down") valid = false;
    if (report.steps.size() < kMostSteps)
      report.steps.push_back(std::move(read));
    else
      ++beyond;
  }
  report.steps_cut = fields.number("steps_cut") + beyond;
  report.down_revisions = fields.texts("down_revisions", kMostApplied, kLongestRevision);
  report.down_revisions_cut = fields.number("down_revisions_cut") +
                              static_cast<std::int64_t>(fields.list("down_revisions").size() - report.down_revisions.size());
  report.destructive = fields.flag("destructive", false);
  report.kinds = fields.texts("kinds", kMostKinds, kLongestWord);
  report.findings = fields.texts("findings", kMostFindings, kLongestFinding);
  report.sql = fields.texts("sql", kMostStatements, kLongestStatement);
}

} // namespace

tl::expected<RunnerReport, ReportFault> read_report(std::string_view termination_message, std::string_view run_id) {
  const auto fault = [](ReportFault what) { return tl::unexpected<ReportFault>(what); };
  if (termination_message.empty()) return fault(ReportFault::Missing);
  if (termination_message.size() > kLongestTermination) return fault(ReportFault::NotJson);
  const Json document = Json::parse(termination_message, nullptr, false);
  if (!document.is_object()) return fault(ReportFault::NotJson);

  bool valid = true;
  Fields fields(document, valid);
  RunnerReport report;
  report.protocol = fields.text("protocol", kLongestWord);
  report.run_id = fields.text("run_id", kLongestName);
  const std::optional<Version> version = version_of(report.protocol);
  if (!valid || !version) return fault(ReportFault::NotJson);
  if (version->major < kMajor || (version->major == kMajor && version->minor + kMinorsBack < kMinor))
    return fault(ReportFault::TooOld);
  if (version->major > kMajor) return fault(ReportFault::TooNew);
  if (report.run_id != run_id) return fault(ReportFault::OtherRun);

  report.outcome = fields.text("outcome", kLongestWord);
  report.exit_code = static_cast<int>(fields.number("exit_code", 255));
  report.heads_before = fields.texts("heads_before", kMostHeads, kLongestRevision);
  report.heads_after = fields.texts("heads_after", kMostHeads, kLongestRevision);
  report.heads_known = fields.flag("database_read", false);
  report.target_heads = fields.texts("target_heads", kMostHeads, kLongestRevision);
  report.file_heads = fields.texts("file_heads", kMostHeads, kLongestRevision);
  if (fields.number("file_heads_cut") > 0 || fields.list("file_heads").size() > report.file_heads.size())
    report.file_heads.clear();
  if (fields.has("pending")) report.pending = fields.number("pending");
  report.applied_revisions = fields.texts("applied_revisions", kMostApplied, kLongestRevision);
  report.applied_revisions_cut =
      fields.number("applied_revisions_cut") +
      static_cast<std::int64_t>(fields.list("applied_revisions").size() - report.applied_revisions.size());
  report.plan_hash = fields.text("plan_hash", kLongestHash);
  if (const Json *error = fields.member("error")) read_error(*error, report, valid);
  if (const Json *backup = fields.member("backup")) report.backup = read_backup(*backup, valid);
  read_plan(fields, report, valid);
  report.seconds = fields.number("seconds");
  if (!valid || !fields.has("exit_code") || !is_word(report.outcome)) return fault(ReportFault::NotJson);
  return report;
}

} // namespace controller::api
