// See gather.h.
#include "operator/reconcile/gather.h"

#include <utility>

#include "operator/gate/gate.h"
#include "operator/reconcile/progress_lines.h"
#include "operator/reconcile/views.h"

namespace controller::reconcile {

namespace {

constexpr int kLogLines = 20;
constexpr int kLogBytes = 16'384;
constexpr const char *kJobNameLabel = "batch.kubernetes.io/job-name";

std::variant<api::Migration, Unreadable> read(const kube::Json &object) {
  auto migration = api::read_migration(object);
  if (migration) return std::move(*migration);
  return Unreadable{api::read_without_spec(object), std::move(migration.error())};
}

// Nothing shows why the run does not go on: no pod, or a pod that waits without saying what for.
bool hangs(const Observed &observed) {
  if (!observed.job || observed.job->end != JobEnd::None) return false;
  std::optional<api::Time> since = observed.job->created;
  if (!observed.pods.empty()) {
    const PodView &pod = observed.pods.back();
    if (pod.phase != "Pending" || !pod.waiting_reason.empty() || !pod.unschedulable_message.empty()) return false;
    since = pod.created;
  }
  return since && observed.now - *since > kHangsAfter;
}

bool may_need_job(const Observed &observed) {
  return observed.migration.status.run && !observed.job;
}

} // namespace

Gatherer::Gatherer(kube::Client &client, const Caches &caches, Slots &slots, Superseded &superseded, Settings settings,
                   Clock clock)
    : client_(client), caches_(caches), slots_(slots), superseded_(superseded), settings_(std::move(settings)),
      clock_(std::move(clock)) {}

Observed Gatherer::frame(api::Migration migration) const {
  Observed observed;
  observed.migration = std::move(migration);
  observed.settings = settings_;
  observed.now = std::chrono::floor<std::chrono::seconds>(clock_.wall());
  observed.jitter = clock_.jitter();
  return observed;
}

std::optional<Gathered> Gatherer::cached(const kube::ObjectName &name) {
  const watch::Object object = caches_.migrations.find(name);
  if (!object) return Gathered(Absent{});
  if (superseded_.contains(name, watch::version_of(*object))) return std::nullopt;
  auto migration = read(*object);
  if (auto *unreadable = std::get_if<Unreadable>(&migration)) return Gathered(std::move(*unreadable));
  Observed observed = frame(std::move(std::get<api::Migration>(migration)));
  if (const auto &run = observed.migration.status.run) {
    if (const watch::Object job = caches_.jobs.find({name.name_space, run->job})) {
      observed.job = job_view(*job, observed.migration.uid);
      for (const watch::Object &pod : caches_.runner_pods.all(name.name_space))
        if (controller_uid(*pod) == observed.job->uid) observed.pods.push_back(pod_view(*pod));
    }
    add_progress(observed);
    add_trouble(observed);
  }
  if (may_need_job(observed)) observed.slot_free = slots_.free(name);
  add_dependents(observed);
  return Gathered(std::move(observed));
}

kube::Result<Gathered> Gatherer::live(const kube::ObjectName &name) {
  const watch::Object cached_object = caches_.migrations.find(name); // before the live read, so that it cannot be newer
  const kube::Result<kube::Json> object = client_.get(kube::kMigrations, name);
  if (!object) {
    if (object.error().kind == kube::ErrorKind::NotFound) return Gathered(Absent{});
    return tl::unexpected(object.error());
  }
  if (cached_object && watch::version_of(*cached_object) != watch::version_of(*object))
    superseded_.add(name, watch::version_of(*cached_object));
  auto migration = read(*object);
  if (auto *unreadable = std::get_if<Unreadable>(&migration)) return Gathered(std::move(*unreadable));
  Observed observed = frame(std::move(std::get<api::Migration>(migration)));
  if (observed.migration.status.run) {
    if (const kube::Status found = add_job_live(observed); !found) return tl::unexpected(found.error());
    add_progress(observed);
    add_trouble(observed);
  }
  if (may_need_job(observed)) {
    const api::Database &database = observed.migration.spec.database;
    if (database.type == api::DatabaseType::SQLite && !database.sqlite_claim.empty()) {
      const auto pods = list_pods(name.name_space, {});
      if (!pods) return tl::unexpected(pods.error());
      observed.sqlite_node = node_of_claim(*pods, database.sqlite_claim);
    }
    observed.slot_free = slots_.reserve(name);
  }
  add_dependents(observed);
  return Gathered(std::move(observed));
}

kube::Result<bool> Gatherer::read_again(Observed &observed) {
  const api::Migration &before = observed.migration;
  const kube::Result<kube::Json> object = client_.get(kube::kMigrations, {before.name_space, before.name});
  if (!object) {
    if (object.error().kind == kube::ErrorKind::NotFound) return false;
    return tl::unexpected(object.error());
  }
  auto reading = read(*object);
  auto *now = std::get_if<api::Migration>(&reading);
  const auto job_of = [](const api::Migration &migration) { return migration.status.run ? migration.status.run->job : ""; };
  if (now == nullptr || now->uid != before.uid || now->generation != before.generation || job_of(*now) != job_of(before))
    return false;
  superseded_.add({before.name_space, before.name}, before.resource_version);
  observed.migration = std::move(*now);
  return true;
}

kube::Status Gatherer::add_job_live(Observed &observed) {
  const api::Migration &migration = observed.migration;
  const kube::Result<kube::Json> job = client_.get(kube::kJobs, {migration.name_space, migration.status.run->job});
  if (!job) {
    if (job.error().kind == kube::ErrorKind::NotFound) return {};
    return tl::unexpected(job.error());
  }
  observed.job = job_view(*job, migration.uid);
  const auto pods = list_pods(migration.name_space, std::string(kJobNameLabel) + "=" + observed.job->name);
  if (!pods) return tl::unexpected(pods.error());
  observed.pods = pods_of_job(*pods, observed.job->uid);
  return {};
}

kube::Result<std::vector<kube::Json>> Gatherer::list_pods(const std::string &name_space, const std::string &selector) {
  std::vector<kube::Json> pods;
  kube::ListOptions options;
  options.label_selector = selector;
  do {
    kube::Result<kube::Json> page = client_.list(kube::kPods, name_space, options);
    if (!page) return tl::unexpected(page.error());
    const auto items = page->find("items");
    if (items == page->end() || !items->is_array())
      return kube::fail(kube::ErrorKind::BadAnswer, "a list of pods came without items");
    for (kube::Json &pod : *items) pods.push_back(std::move(pod));
    options.continue_token = watch::metadata_text(*page, "continue");
  } while (!options.continue_token.empty());
  return pods;
}

// A log that cannot be read tells nothing; the run goes on all the same.
void Gatherer::add_progress(Observed &observed) {
  const api::Migration &migration = observed.migration;
  const std::string &job = migration.status.run->job;
  const kube::ObjectName name{migration.name_space, migration.name};
  const bool runs =
      observed.job && observed.job->end == JobEnd::None && !observed.pods.empty() && observed.pods.back().phase == "Running";
  if (!settings_.progress || !runs) return;
  const Memory memory = memory_of(name, job);
  observed.progress = memory.progress;
  const auto now = clock_.steady();
  if (memory.progress_read && now - *memory.progress_read < kProgressPeriod) return;
  const auto log = client_.log({migration.name_space, observed.pods.back().name}, "migrator", kLogLines, kLogBytes);
  if (log)
    if (const auto progress = read_progress(*log)) observed.progress = progress;
  remember(
      name,
      [&](Memory &changed) {
        changed.progress = observed.progress;
        changed.progress_read = now;
      },
      job);
}

void Gatherer::add_trouble(Observed &observed) {
  const api::Migration &migration = observed.migration;
  const std::string &job = migration.status.run->job;
  const kube::ObjectName name{migration.name_space, migration.name};
  const Memory memory = memory_of(name, job);
  const auto now = clock_.steady();
  if (!observed.job) {
    if (memory.refused_at) observed.trouble = Trouble{"FailedCreate", memory.refusal};
    return;
  }
  if (!hangs(observed)) return;
  observed.trouble = memory.trouble;
  if (memory.trouble_read && now - *memory.trouble_read < kTroublePeriod) return;
  kube::ListOptions options;
  options.field_selector =
      "type=Warning,involvedObject.uid=" + (observed.pods.empty() ? observed.job->uid : observed.pods.back().uid);
  if (const auto events = client_.list(kube::kEvents, migration.name_space, options)) observed.trouble = newest_warning(*events);
  remember(
      name,
      [&](Memory &changed) {
        changed.trouble = observed.trouble;
        changed.trouble_read = now;
      },
      job);
}

void Gatherer::add_dependents(Observed &observed) const {
  if (!settings_.gating) return;
  for (const watch::Object &pod : caches_.gated_pods.all(observed.migration.name_space))
    if (auto dependent = gate::read_dependent(*pod, observed.migration.name))
      observed.dependents.push_back(std::move(*dependent));
}

void Gatherer::refused(const kube::ObjectName &name, const std::string &job, std::string message) {
  const auto now = clock_.steady();
  remember(
      name,
      [&](Memory &changed) {
        changed.refusal = std::move(message);
        changed.refused_at = now;
      },
      job);
}

bool Gatherer::refused_lately(const kube::ObjectName &name, const std::string &job) const {
  const Memory memory = memory_of(name, job);
  return memory.refused_at && clock_.steady() - *memory.refused_at < kRefusalPeriod;
}

void Gatherer::forget(const kube::ObjectName &name) {
  superseded_.forget(name);
  slots_.release(name);
  const std::lock_guard lock(mutex_);
  memories_.erase(name);
}

// What was remembered of another Job is of no concern.
Gatherer::Memory Gatherer::memory_of(const kube::ObjectName &name, const std::string &job) const {
  const std::lock_guard lock(mutex_);
  const auto found = memories_.find(name);
  return found != memories_.end() && found->second.job == job ? found->second : Memory{};
}

void Gatherer::remember(const kube::ObjectName &name, const std::function<void(Memory &)> &change, const std::string &job) {
  const std::lock_guard lock(mutex_);
  Memory &memory = memories_[name];
  if (memory.job != job) memory = Memory{};
  memory.job = job;
  change(memory);
}

} // namespace controller::reconcile
