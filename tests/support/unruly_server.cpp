// See unruly_server.h.
#include "tests/support/unruly_server.h"

#include <stdexcept>

namespace controller::kube {

UnrulyServer::UnrulyServer(const std::vector<std::string> &arguments) {
  migrator::process::Command command;
  command.arguments = {"python3", "-B", UNRULY_SERVER};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.feeds_input = true;
  auto started = migrator::process::Child::start(command);
  if (!started) throw std::runtime_error(started.error().message);
  child_ = std::move(*started);
  port_ = read_line().at("port").get<int>();
}

void UnrulyServer::answer(const std::vector<nlohmann::json> &answers) {
  say({{"answers", answers}});
}

nlohmann::json UnrulyServer::seen() {
  return say({{"seen", true}}).at("seen");
}

nlohmann::json UnrulyServer::say(const nlohmann::json &line) {
  child_->write(line.dump() + "\n");
  return read_line();
}

nlohmann::json UnrulyServer::read_line() {
  for (;;) {
    if (const std::size_t end = begun_.find('\n'); end != std::string::npos) {
      const nlohmann::json line = nlohmann::json::parse(begun_.substr(0, end));
      begun_.erase(0, end + 1);
      return line;
    }
    const auto piece = child_->read();
    if (!piece) throw std::runtime_error("the unruly server ended: " + child_->wait().errors);
    begun_ += *piece;
  }
}

} // namespace controller::kube
