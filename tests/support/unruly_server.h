// The server of unruly_server.py as a test's child: told what to answer, asked what it has seen. Ends with the object.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/process/child.h"

namespace controller::kube {

class UnrulyServer {
public:
  // `arguments`: an address, and for TLS files, as unruly_server.py takes them.
  explicit UnrulyServer(const std::vector<std::string> &arguments = {"127.0.0.1"});

  int port() const { return port_; }
  // What each request gets in turn; the last one stays.
  void answer(const std::vector<nlohmann::json> &answers);
  // The requests since it was asked last.
  nlohmann::json seen();

private:
  nlohmann::json say(const nlohmann::json &line);
  nlohmann::json read_line();

  std::unique_ptr<migrator::process::Child> child_;
  std::string begun_;
  int port_ = 0;
};

} // namespace controller::kube
