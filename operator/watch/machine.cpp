// See machine.h.
#include "operator/watch/machine.h"

#include <algorithm>
#include <utility>

#include "operator/watch/metadata.h"

namespace controller::watch {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A stream that ends sooner than this and brought nothing counts as a failure, or a server that closes every stream at once would be asked without end.
constexpr milliseconds kShortest{1000};

void begin_list(State &state, std::string version) {
  state.phase = Phase::List;
  state.list_version = std::move(version);
  state.continue_token.clear();
  state.items.clear();
}

// A list at the last version, unless that was tried already.
void relist(State &state) {
  std::string version = state.version == state.relisted_at ? std::string() : state.version;
  state.relisted_at = version;
  ++state.relists;
  begin_list(state, std::move(version));
}

void failed(State &state, const std::optional<seconds> &retry_after) {
  ++state.failures;
  state.retry_after = retry_after;
}

void went_well(State &state) {
  state.failures = 0;
  state.relists = 0;
  state.retry_after.reset();
}

std::string described(const kube::Error &error) {
  return error.message.empty() ? error.reason : error.message;
}

// managedFields are half of an object's size, and nobody here reads them.
kube::Json trimmed(kube::Json object) {
  if (object.is_object() && object.contains("metadata") && object["metadata"].is_object())
    object["metadata"].erase("managedFields");
  return object;
}

Step list_broken(State state, std::string trouble) {
  begin_list(state, {});
  failed(state, std::nullopt);
  return {std::move(state), {}, false, std::move(trouble)};
}

Step on_page(State state, kube::Json page) {
  const auto items = page.is_object() ? page.find("items") : page.end();
  if (!page.is_object() || items == page.end() || !(items->is_array() || items->is_null()))
    return list_broken(std::move(state), "a list came without items");
  for (kube::Json &item : *items) {
    if (name_of(item).name.empty()) return list_broken(std::move(state), "a list held an object without a name");
    state.items.push_back(trimmed(std::move(item)));
  }
  if (std::string token = metadata_text(page, "continue"); !token.empty()) {
    state.continue_token = std::move(token);
    return {std::move(state), {}, false, {}};
  }
  std::string version = version_of(page);
  if (version.empty()) return list_broken(std::move(state), "a list came without a resourceVersion");
  ReplaceAll all{std::move(state.items)};
  state.items.clear();
  state.continue_token.clear();
  state.version = std::move(version);
  state.phase = Phase::Watch;
  state.failures = std::max(0, state.relists - 1); // lists that watches cannot go on from must not become a loop
  state.retry_after.reset();
  return {std::move(state), std::move(all), false, {}};
}

Step on_list_failure(State state, const kube::Error &error) {
  // Expired, be it the version asked for or the token of a page: begin anew, with the newest state. A first page of the newest state that
  // expires is a server at odds with itself: slowly, then.
  if (error.kind == kube::ErrorKind::Expired) {
    const bool newest_already = state.list_version.empty() && state.continue_token.empty();
    if (newest_already || !state.continue_token.empty()) failed(state, error.retry_after);
    begin_list(state, {});
    return {std::move(state), {}, false, described(error)};
  }
  failed(state, error.retry_after);
  return {std::move(state), {}, false, described(error)};
}

Step on_error_event(State state, const kube::Json &status) {
  const int code =
      status.is_object() && status.contains("code") && status["code"].is_number_integer() ? status["code"].get<int>() : 0;
  const auto text = [&](const char *key) {
    return status.is_object() && status.contains(key) && status[key].is_string() ? status[key].get<std::string>() : std::string();
  };
  std::string trouble = "the watch ended with an error: " + text("message");
  if (code == 429) {
    failed(state, std::nullopt); // the version is as good as before
    return {std::move(state), {}, true, std::move(trouble)};
  }
  const bool expired = code == 410 || text("reason") == "Expired" || text("reason") == "Gone";
  if (!expired) failed(state, std::nullopt);
  if (text("message").find("Too large resource version") != std::string::npos) {
    begin_list(state, {});
  } else {
    relist(state);
  }
  return {std::move(state), {}, true, std::move(trouble)};
}

Step on_event(State state, kube::WatchEvent event) {
  if (event.type == "ERROR") return on_error_event(std::move(state), event.object);
  std::string version = version_of(event.object);
  const bool change = event.type == "ADDED" || event.type == "MODIFIED" || event.type == "DELETED";
  if (!change && event.type != "BOOKMARK") return {std::move(state), {}, false, {}}; // a kind of event of a later Kubernetes
  kube::ObjectName name = name_of(event.object);
  if (version.empty() || (change && name.name.empty())) {
    failed(state, std::nullopt);
    relist(state);
    return {std::move(state), {}, true, "a watch brought an object without name or resourceVersion"};
  }
  state.version = std::move(version);
  state.heard = true;
  went_well(state);
  state.relisted_at.clear();
  if (!change) return {std::move(state), {}, false, {}};
  Effect effect = event.type == "DELETED" ? Effect(Erase{std::move(name)}) : Effect(Put{trimmed(std::move(event.object))});
  return {std::move(state), std::move(effect), false, {}};
}

Step on_watch_end(State state, const WatchEnded &end) {
  const bool heard = std::exchange(state.heard, false);
  if (!end.error) {
    if (!heard && end.lasted < kShortest) {
      failed(state, std::nullopt);
      return {std::move(state), {}, false, "a watch was closed at once"};
    }
    went_well(state);
    return {std::move(state), {}, false, {}};
  }
  switch (end.error->kind) {
  case kube::ErrorKind::Expired:
    relist(state);
    break;
  case kube::ErrorKind::TooManyRequests:
  case kube::ErrorKind::Unreachable:
  case kube::ErrorKind::TimedOut:
  case kube::ErrorKind::ServerError:
  case kube::ErrorKind::Stopped:
    failed(state, end.error->retry_after); // the version is as good as before
    break;
  default: // whatever is wrong, the list will say it clearly
    failed(state, end.error->retry_after);
    relist(state);
  }
  return {std::move(state), {}, false, described(*end.error)};
}

} // namespace

milliseconds watch_backoff(int failures, double jitter) {
  if (failures <= 0) return milliseconds(0);
  const std::int64_t full = std::min<std::int64_t>(30'000, std::int64_t{1'600} << std::min(failures - 1, 10));
  return milliseconds(full / 2 + static_cast<std::int64_t>(static_cast<double>(full / 2) * jitter));
}

Request next_request(const State &state, double jitter) {
  Request request;
  request.phase = state.phase;
  request.after = watch_backoff(state.failures, jitter);
  if (state.retry_after) request.after = std::max<milliseconds>(request.after, std::min(*state.retry_after, seconds(120)));
  if (state.phase == Phase::List) {
    request.list.limit = kPageSize;
    request.list.continue_token = state.continue_token;
    // The server refuses a version beside a token: the token holds it.
    if (state.continue_token.empty()) request.list.resource_version = state.list_version;
  } else {
    request.watch.resource_version = state.version;
    request.watch.timeout = seconds(300 + static_cast<int>(300 * jitter));
  }
  return request;
}

Step step(State state, Input input) {
  if (auto *page = std::get_if<PageArrived>(&input)) return on_page(std::move(state), std::move(page->page));
  if (auto *failure = std::get_if<ListFailed>(&input)) return on_list_failure(std::move(state), failure->error);
  if (auto *event = std::get_if<EventArrived>(&input)) return on_event(std::move(state), std::move(event->event));
  return on_watch_end(std::move(state), std::get<WatchEnded>(input));
}

} // namespace controller::watch
