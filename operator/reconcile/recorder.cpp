// See recorder.h.
#include "operator/reconcile/recorder.h"

#include "migrator/script/sha256.h"
#include "operator/api/migration_json.h"
#include "operator/watch/metadata.h"

namespace controller::reconcile {

namespace {
constexpr const char *kComponent = "migration-operator";
constexpr std::size_t kLongestObjectName = 200; // and 17 more fit the 253 of a name
} // namespace

kube::Json event_object(const About &about, const Note &note, const std::string &instance, std::chrono::sys_seconds now) {
  const std::string hash = migrator::script::sha256_hex(about.uid + "\n" + note.key + "\n" + note.reason).substr(0, 16);
  const std::string time = api::write_time(now);
  return {
      {"apiVersion", "v1"},
      {"kind", "Event"},
      {"metadata", {{"namespace", about.name.name_space}, {"name", about.name.name.substr(0, kLongestObjectName) + "." + hash}}},
      {"involvedObject",
       {{"apiVersion", about.api_version},
        {"kind", about.kind},
        {"namespace", about.name.name_space},
        {"name", about.name.name},
        {"uid", about.uid}}},
      {"type", note.warning ? "Warning" : "Normal"},
      {"reason", note.reason},
      {"message", note.message},
      {"count", 1},
      {"firstTimestamp", time},
      {"lastTimestamp", time},
      {"source", {{"component", kComponent}}},
      {"reportingComponent", kComponent},
      {"reportingInstance", instance}};
}

void Recorder::record(const About &about, const Note &note) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall());
  const kube::Json event = event_object(about, note, instance_, now);
  const std::string name = about.name.name_space + "/" + watch::name_of(event).name;
  {
    const std::lock_guard lock(mutex_);
    if (told_lately(name, clock_.steady()) || !limit_.allow(about.uid, clock_.steady())) return;
  }
  const auto created = client_.create(kube::kEvents, about.name.name_space, event);
  if (created || created.error().kind == kube::ErrorKind::AlreadyExists) {
    remember(name);
    return;
  }
  on_trouble_("the Event " + note.reason + " of " + about.name.name_space + "/" + about.name.name +
              " cannot be written: " + created.error().message);
}

bool Recorder::told_lately(const std::string &name, std::chrono::steady_clock::time_point now) const {
  const auto found = told_.find(name);
  return found != told_.end() && now - found->second < kRemembered;
}

void Recorder::remember(const std::string &name) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  if (told_.size() >= kMostRemembered) std::erase_if(told_, [&](const auto &entry) { return now - entry.second >= kRemembered; });
  if (told_.size() >= kMostRemembered) told_.clear();
  told_[name] = now;
}

} // namespace controller::reconcile
