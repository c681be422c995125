// What a run is called: its Job's name, its id, and the hash of what makes it another run. See job.h.
#include <algorithm>

#include <fmt/format.h>

#include "migrator/script/sha256.h"
#include "operator/job/job.h"

namespace controller::job {

namespace {

using api::Json;

constexpr std::size_t kLongestLabel = 63; // a Job's name becomes a label of its pods
constexpr std::size_t kUidDigits = 6;
constexpr std::size_t kHashDigits = 16;

Json key(const std::optional<api::KeyRef> &reference) {
  return reference ? Json{{"name", reference->name}, {"key", reference->key}} : Json();
}

Json inputs_of(const api::Database &database) {
  Json out = {{"type", static_cast<int>(database.type)},
              {"urlFrom", key(database.url_from)},
              {"schema", database.schema},
              {"versionTable", database.version_table},
              {"claim", database.sqlite_claim},
              {"path", database.sqlite_path},
              {"connection", nullptr}};
  if (database.connection)
    out["connection"] = {
        {"host", database.connection->host}, {"port", database.connection->port}, {"name", database.connection->name}};
  return out;
}

} // namespace

std::string job_name(const std::string &migration, const std::string &uid, const api::Run &run) {
  const std::string end = fmt::format("-{}-{}-{}-{}", migrator::script::sha256_hex(uid).substr(0, kUidDigits), run.sequence,
                                      api::name(run.kind), run.attempt);
  std::string begin = migration.substr(0, kLongestLabel - std::min(kLongestLabel, end.size()));
  std::replace(begin.begin(), begin.end(), '.', '-');
  while (!begin.empty() && begin.back() == '-') begin.pop_back();
  return begin + end;
}

std::string run_id(const std::string &uid, const api::Run &run) {
  return fmt::format("{}.{}.{}", uid, run.sequence, api::name(run.kind));
}

std::string input_hash(const api::Spec &spec) {
  const api::Source &source = spec.source;
  const Json inputs = {{"target", spec.target},
                       {"exact", spec.exact},
                       {"runner", spec.runner.image},
                       {"source", {static_cast<int>(source.type), source.name, source.image, source.path}},
                       {"database", inputs_of(spec.database)}};
  return migrator::script::sha256_hex(inputs.dump(-1, ' ', false, Json::error_handler_t::replace)).substr(0, kHashDigits);
}

} // namespace controller::job
