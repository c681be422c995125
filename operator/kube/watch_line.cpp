// See watch_line.h.
#include "operator/kube/watch_line.h"

namespace controller::kube {

Result<WatchEvent> parse_watch_line(std::string_view line) {
  Json event = Json::parse(line, nullptr, false);
  const auto is = [&](const char *key, bool (*kind)(const Json &)) {
    const auto found = event.find(key);
    return found != event.end() && kind(*found);
  };
  if (!event.is_object() || !is("type", [](const Json &value) { return value.is_string(); }) ||
      !is("object", [](const Json &value) { return value.is_object(); }))
    return fail(ErrorKind::BadAnswer, "the API server sends a watch line that is no event. Is there a proxy in between?");
  return WatchEvent{event["type"].get<std::string>(), std::move(event["object"])};
}

} // namespace controller::kube
