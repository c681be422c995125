// See elector.h.
#include "operator/leader/elector.h"

#include <utility>

namespace controller::leader {

Elector::Elector(kube::Client &client, kube::ObjectName lease, std::string identity, ElectorDoors doors)
    : client_(client), lease_(std::move(lease)), doors_(std::move(doors)) {
  state_.identity = std::move(identity);
}

Elector::~Elector() {
  stop();
}

void Elector::start() {
  thread_ = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

void Elector::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Elector::run(const std::stop_token &stop) {
  while (!stop.stop_requested()) {
    const Move move = once();
    if (move == Move::Lost) {
      leading_ = false;
      doors_.on_lost();
      return;
    }
    if (state_.leading && !leading_.exchange(true)) doors_.on_elected();
    doors_.sleep(kRetryPeriod, stop);
  }
}

Move Elector::once() {
  const kube::Result<kube::Json> found = client_.get(kube::kLeases, lease_);
  if (!found && found.error().kind != kube::ErrorKind::NotFound) return unanswered_by(found.error());
  Step next = look(std::move(state_), found ? std::optional(*found) : std::nullopt, lease_, doors_.now(), doors_.wall());
  state_ = std::move(next.state);
  if (next.move != Move::Create && next.move != Move::Update) return next.move;

  // The moment before the write counts as that of the renewal: the answer may have been long on its way.
  const Steady asked = doors_.now();
  const kube::Result<kube::Json> stored = next.move == Move::Create ? client_.create(kube::kLeases, lease_.name_space, next.lease)
                                                                    : client_.update(kube::kLeases, lease_, next.lease);
  if (!stored) return unanswered_by(stored.error());
  state_ = written(std::move(state_), *stored, asked);
  renewed_ = asked;
  return next.move;
}

Move Elector::unanswered_by(const kube::Error &error) {
  // Another was faster: the next look says who.
  const bool race = error.kind == kube::ErrorKind::Conflict || error.kind == kube::ErrorKind::AlreadyExists;
  if (!race)
    doors_.on_trouble("the Lease " + lease_.name_space + "/" + lease_.name + " cannot be read or written: " + error.message);
  Step next = unanswered(std::move(state_), doors_.now());
  state_ = std::move(next.state);
  return next.move;
}

void Elector::release() {
  if (!state_.leading) return;
  const kube::Result<kube::Json> found = client_.get(kube::kLeases, lease_);
  if (!found) return;
  if (const auto lease = released(state_, *found, doors_.wall())) client_.update(kube::kLeases, lease_, *lease);
  state_.leading = false;
  leading_ = false;
}

} // namespace controller::leader
