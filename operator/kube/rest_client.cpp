// See rest_client.h. Each verb builds a Call; send() is the one way to the transport for all but watches.
#include "operator/kube/rest_client.h"

#include <mutex>
#include <utility>
#include <vector>

#include "operator/kube/classify.h"
#include "operator/kube/line_framer.h"
#include "operator/kube/percent.h"
#include "operator/kube/retry.h"
#include "operator/kube/token_bucket.h"
#include "operator/kube/watch_line.h"

namespace controller::kube {

namespace {

constexpr std::string_view kFieldManager = "migration-operator";
constexpr std::string_view kUserAgent = "migration-operator/" MIGRATOR_VERSION;
constexpr std::chrono::seconds kGrace{5}; // for the server's own end of a watch to arrive

struct Call {
  std::string_view verb; // the API's
  std::string resource;
  std::string method;
  std::string target;
  std::string content_type;
  std::string body;
  bool idempotent = true; // the same request twice leaves what it leaves once
  std::string_view accept = "application/json";
};

// Requested as soon as one of two is.
class EitherStop {
public:
  EitherStop(const std::stop_token &one, const std::stop_token &other)
      : one_(one, Request{both_}), other_(other, Request{both_}) {}
  std::stop_token token() const { return both_.get_token(); }

private:
  struct Request {
    std::stop_source both;
    void operator()() { both.request_stop(); }
  };
  std::stop_source both_;
  std::stop_callback<Request> one_, other_;
};

// Bytes that are not UTF-8 (a log line in a message, say) become U+FFFD, for the server refuses them.
std::string text_of(const Json &json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool has_resource_version(const Json &object) {
  const auto metadata = object.find("metadata");
  return metadata != object.end() && metadata->is_object() && metadata->contains("resourceVersion");
}

std::string with_query(std::string path, const Query &query) {
  return query.text().empty() ? path : std::move(path) + '?' + query.text();
}

Result<Json> object_in(const Result<Response> &answer) {
  if (!answer) return tl::unexpected<Error>(answer.error());
  Json object = Json::parse(answer->body, nullptr, false);
  if (object.is_object()) return object;
  Error error{ErrorKind::BadAnswer, answer->status, {}, {}, {}};
  error.message = "the API server answers with something that is no JSON object. Is there a proxy in between?";
  return tl::unexpected<Error>(std::move(error));
}

class RestClient final : public Client {
public:
  RestClient(std::unique_ptr<Transport> transport, std::unique_ptr<Credentials> credentials, RestSettings settings)
      : transport_(std::move(transport)), credentials_(std::move(credentials)), settings_(std::move(settings)),
        bucket_(settings_.qps, settings_.burst, settings_.timing.now()) {}

  Result<Json> get(const ResourceType &type, const ObjectName &name) override {
    return object_in(send(call("get", "GET", type, path_of(type, name.name_space, name.name))));
  }

  Result<Json> list(const ResourceType &type, const std::string &name_space, const ListOptions &options) override {
    Query query;
    query.add("labelSelector", options.label_selector).add("fieldSelector", options.field_selector);
    if (options.limit > 0) query.add("limit", std::to_string(options.limit));
    query.add("continue", options.continue_token);
    // A token holds its version already. With a limit a version alone would mean exactly that one, which is gone after a compaction.
    if (options.continue_token.empty() && !options.resource_version.empty())
      query.add("resourceVersion", options.resource_version).add("resourceVersionMatch", "NotOlderThan");
    Result<Json> page = object_in(send(call("list", "GET", type, with_query(path_of(type, name_space, {}), query))));
    if (!page) return page;
    const auto items = page->find("items");
    const auto metadata = page->find("metadata");
    // A list of nothing may come as null.
    if (items != page->end() && items->is_null()) *items = Json::array();
    if (items == page->end() || !items->is_array() || metadata == page->end() || !metadata->is_object())
      return fail(ErrorKind::BadAnswer, "the API server answers with a list that has no items. Is there a proxy in between?");
    return page;
  }

  Result<Json> create(const ResourceType &type, const std::string &name_space, const Json &object) override {
    return object_in(send(writing("create", "POST", type, path_of(type, name_space, {}), "application/json", object, false)));
  }

  Result<Json> update(const ResourceType &type, const ObjectName &name, const Json &object) override {
    return object_in(send(writing("update", "PUT", type, path_of(type, name.name_space, name.name), "application/json", object,
                                  has_resource_version(object))));
  }

  Result<Json> patch(const ResourceType &type, const ObjectName &name, PatchType how, const Json &patch) override {
    const std::string_view content_type =
        how == PatchType::Merge ? "application/merge-patch+json" : "application/json-patch+json";
    return object_in(
        send(writing("patch", "PATCH", type, path_of(type, name.name_space, name.name), content_type, patch, false)));
  }

  Result<Json> apply_status(const ResourceType &type, const ObjectName &name, const Json &object) override {
    Call apply = writing("patch", "PATCH", type, path_of(type, name.name_space, name.name, "status"),
                         "application/apply-patch+yaml", object, true);
    apply.resource += "/status";
    apply.target += "&force=true";
    return object_in(send(apply));
  }

  Status remove(const ResourceType &type, const ObjectName &name, const std::string &uid) override {
    Json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
    if (!uid.empty()) options["preconditions"] = {{"uid", uid}};
    Call removal = call("delete", "DELETE", type, path_of(type, name.name_space, name.name));
    removal.content_type = "application/json";
    removal.body = text_of(options);
    removal.idempotent = !uid.empty();
    if (Result<Response> answer = send(removal); !answer) return tl::unexpected<Error>(std::move(answer.error()));
    return {};
  }

  Result<std::string> log(const ObjectName &pod, const std::string &container, int lines, int bytes) override {
    Query query;
    query.add("container", container).add("tailLines", std::to_string(lines)).add("limitBytes", std::to_string(bytes));
    Call reading = call("get", "GET", kPods, with_query(path_of(kPods, pod.name_space, pod.name, "log"), query));
    reading.resource += "/log";
    reading.accept = "*/*";
    Result<Response> answer = send(reading);
    if (!answer) return tl::unexpected<Error>(std::move(answer.error()));
    return std::move(answer->body);
  }

  Status watch(const ResourceType &type, const std::string &name_space, const WatchOptions &options, std::stop_token stop,
               const std::function<void(WatchEvent)> &on_event) override {
    Query query;
    query.add("watch", "true").add("allowWatchBookmarks", "true").add("labelSelector", options.label_selector);
    query.add("resourceVersion", options.resource_version).add("timeoutSeconds", std::to_string(options.timeout.count()));
    const Call watching = call("watch", "GET", type, with_query(path_of(type, name_space, {}), query));
    const EitherStop either(stop, settings_.stop);
    for (bool again = false;; again = true) {
      Result<Credential> credential = credentials_->current(either.token());
      if (!credential) return tl::unexpected<Error>(std::move(credential.error()));
      Result<Response> answer = stream(watching, *credential, options.timeout + kGrace, either.token(), on_event);
      if (!answer) return tl::unexpected<Error>(std::move(answer.error()));
      if (answer->status == 200) return {};
      if (answer->status == 401 && !again && credentials_->refused(*credential)) continue;
      return tl::unexpected<Error>(classify(*answer));
    }
  }

private:
  static Call call(std::string_view verb, const char *method, const ResourceType &type, std::string target) {
    Call made;
    made.verb = verb;
    made.resource = type.plural;
    made.method = method;
    made.target = std::move(target);
    return made;
  }

  static Call writing(std::string_view verb, const char *method, const ResourceType &type, std::string path,
                      std::string_view content_type, const Json &body, bool idempotent) {
    Query query;
    query.add("fieldManager", kFieldManager);
    Call made = call(verb, method, type, with_query(std::move(path), query));
    made.content_type = content_type;
    made.body = text_of(body);
    made.idempotent = idempotent;
    return made;
  }

  static Request request_of(const Call &made, const Credential &credential) {
    Request request;
    request.method = made.method;
    request.target = made.target;
    request.headers = {{"Accept", std::string(made.accept)}, {"User-Agent", std::string(kUserAgent)}};
    if (!made.content_type.empty()) request.headers.emplace_back("Content-Type", made.content_type);
    if (!credential.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + credential.token);
    request.body = made.body;
    request.identity = credential.identity;
    return request;
  }

  // The answer with a 2xx status.
  Result<Response> send(const Call &made) {
    bool renewed = false;
    for (int attempts = 1;; ++attempts) {
      if (Status may = wait_for_turn(); !may) return tl::unexpected<Error>(std::move(may.error()));
      Result<Credential> credential = credentials_->current(settings_.stop);
      if (!credential) return tl::unexpected<Error>(std::move(credential.error()));
      const auto begin = settings_.timing.now();
      Result<Response> answer = transport_->exchange(request_of(made, *credential), settings_.limit, settings_.stop);
      observe(made, answer ? answer->status : 0, begin);
      if (!answer || (answer->status >= 200 && answer->status <= 299)) return answer;
      if (answer->status == 401 && !renewed && credentials_->refused(*credential)) {
        renewed = true;
        continue;
      }
      Error error = classify(*answer);
      const auto pause = pause_before_retry(error, attempts, made.idempotent, settings_.timing.jitter());
      if (!pause) return tl::unexpected<Error>(std::move(error));
      if (!settings_.timing.pause(*pause, settings_.stop)) return stopped();
    }
  }

  Result<Response> stream(const Call &made, const Credential &credential, std::chrono::milliseconds silence,
                          const std::stop_token &stop, const std::function<void(WatchEvent)> &on_event) {
    const auto begin = settings_.timing.now();
    bool observed = false;
    LineFramer framer;
    std::vector<std::string> lines;
    const auto hand_on = [&]() -> Status {
      for (const std::string &line : lines) {
        if (stop.stop_requested()) return stopped();
        Result<WatchEvent> event = parse_watch_line(line);
        if (!event) return tl::unexpected<Error>(std::move(event.error()));
        on_event(std::move(*event));
      }
      lines.clear();
      return {};
    };
    Result<Response> answer =
        transport_->stream(request_of(made, credential), silence, stop, [&](std::string_view piece) -> Status {
          if (!std::exchange(observed, true)) observe(made, 200, begin);
          const bool fits = framer.feed(piece, lines);
          if (Status done = hand_on(); !done) return done;
          if (!fits) return fail(ErrorKind::BadAnswer, "the API server sends a watch line longer than 16 MiB.");
          return {};
        });
    if (!observed) observe(made, answer ? answer->status : 0, begin);
    if (!answer || answer->status != 200) return answer;
    if (std::string rest = framer.finish(); !rest.empty()) lines.push_back(std::move(rest));
    if (Status done = hand_on(); !done) return tl::unexpected<Error>(std::move(done.error()));
    return answer;
  }

  Status wait_for_turn() {
    std::chrono::nanoseconds wait{};
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      wait = bucket_.take(settings_.timing.now());
    }
    if (settings_.stop.stop_requested()) return stopped();
    if (wait > std::chrono::nanoseconds{} && !settings_.timing.pause(wait, settings_.stop)) return stopped();
    return {};
  }

  static tl::unexpected<Error> stopped() { return fail(ErrorKind::Stopped, "stopped while waiting for the API server."); }

  void observe(const Call &made, int code, std::chrono::steady_clock::time_point begin) const {
    if (!settings_.observer) return;
    const std::chrono::duration<double> took = settings_.timing.now() - begin;
    settings_.observer(RequestSeen{made.verb, made.resource, code, took.count()});
  }

  const std::unique_ptr<Transport> transport_;
  const std::unique_ptr<Credentials> credentials_;
  const RestSettings settings_;
  std::mutex mutex_; // of the bucket
  TokenBucket bucket_;
};

} // namespace

std::unique_ptr<Client> make_rest_client(std::unique_ptr<Transport> transport, std::unique_ptr<Credentials> credentials,
                                         RestSettings settings) {
  return std::make_unique<RestClient>(std::move(transport), std::move(credentials), std::move(settings));
}

} // namespace controller::kube
