// See watcher.h.
#include "operator/watch/watcher.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace controller::watch {

using std::chrono::milliseconds;

void sleep_for(milliseconds time, std::stop_token stop) {
  if (time <= milliseconds(0)) return;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, std::move(stop), time, [] { return false; });
}

Watcher::Watcher(kube::Client &client, Store &store, Subject subject, WatcherDoors doors)
    : client_(client), store_(store), subject_(std::move(subject)), doors_(std::move(doors)), last_sign_of_life_(doors_.now()) {}

Watcher::~Watcher() {
  stop();
}

void Watcher::start() {
  thread_ = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

void Watcher::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

std::chrono::steady_clock::time_point Watcher::last_sign_of_life() const {
  return last_sign_of_life_.load();
}

void Watcher::sign_of_life() {
  last_sign_of_life_.store(doors_.now());
}

void Watcher::run(const std::stop_token &stop) {
  while (!stop.stop_requested()) {
    sign_of_life();
    const Request request = next_request(state_, std::uniform_real_distribution<double>(0, 1)(random_));
    doors_.sleep(request.after, stop);
    if (stop.stop_requested()) return;
    if (request.phase == Phase::List) {
      list_page(request);
    } else {
      watch_once(request, stop);
    }
  }
}

void Watcher::list_page(const Request &request) {
  kube::ListOptions options = request.list;
  options.label_selector = subject_.label_selector;
  kube::Result<kube::Json> page = client_.list(subject_.type, subject_.name_space, options);
  take(page ? Input(PageArrived{std::move(*page)}) : Input(ListFailed{std::move(page.error())}));
}

void Watcher::watch_once(const Request &request, const std::stop_token &stop) {
  kube::WatchOptions options = request.watch;
  options.label_selector = subject_.label_selector;
  std::stop_source stream; // ended by the caller's token, or by an event after which the stream is of no use
  const std::stop_callback forward(stop, [&stream] { stream.request_stop(); });
  bool left = false;
  const auto begun = doors_.now();
  kube::Status ended =
      client_.watch(subject_.type, subject_.name_space, options, stream.get_token(), [&](kube::WatchEvent event) {
        sign_of_life();
        if (left) return;
        left = take(EventArrived{std::move(event)});
        if (left) stream.request_stop();
      });
  if (left || stop.stop_requested()) return;
  WatchEnded end;
  end.lasted = std::chrono::duration_cast<milliseconds>(doors_.now() - begun);
  if (!ended) end.error = std::move(ended.error());
  take(std::move(end));
}

bool Watcher::take(Input input) {
  Step done = step(std::move(state_), std::move(input));
  state_ = std::move(done.state);
  apply(std::move(done.effect));
  if (!done.trouble.empty()) doors_.on_trouble(done.trouble);
  return done.leave_stream;
}

void Watcher::apply(Effect effect) {
  if (auto *all = std::get_if<ReplaceAll>(&effect)) {
    for (const Change &change : store_.replace(std::move(all->objects), subject_.name_space)) doors_.on_change(change);
  } else if (auto *put = std::get_if<Put>(&effect)) {
    if (const auto change = store_.put(std::move(put->object))) doors_.on_change(*change);
  } else if (auto *erase = std::get_if<Erase>(&effect)) {
    if (const auto change = store_.erase(erase->name)) doors_.on_change(*change);
  }
}

} // namespace controller::watch
