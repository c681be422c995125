// Any JSON as a Migration. Laws: nothing is thrown; a refusal names a field and says what to do; the status that is written is bounded and is read
// back as it was; a Job is made of whatever passes, or its pod template is refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "operator/api/limits.h"
#include "operator/api/migration_json.h"
#include "operator/job/job.h"
#include "tests/fuzz/law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using namespace controller;
  using migrator::fuzz::require;
  api::Json object = api::Json::parse(std::string_view(reinterpret_cast<const char *>(bytes), size), nullptr, false);
  if (object.is_discarded()) return 0;
  const api::Migration known = api::read_without_spec(object);
  const api::Json status = api::write_status(known.status);
  require(status.dump().size() <= api::kLargestStatus, "a status is bounded");
  if (object.is_object()) {
    object["status"] = status;
    require(api::write_status(api::read_without_spec(object).status) == status, "a status is read back as it was written");
  }
  const auto migration = api::read_migration(object);
  if (!migration) {
    require(!migration.error().message.empty(), "a refusal says what to do");
    return 0;
  }
  const auto job = job::make_job(*migration, migration->status.run.value_or(api::Run{}), {}, "node");
  require(job.has_value() == job::check_pod_template(migration->spec.pod_template).has_value(),
          "a Job is made unless the template is refused");
  if (job) require((*job)["metadata"]["name"].get<std::string>().size() <= 63, "a Job's name is a label");
  return 0;
}
