// What kubeconfig files say, as values, before it is decided which of it counts. Pure; fields that kubectl knows and this client does not need are
// passed over, as kubectl passes over those of its plugins.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "operator/kube/error.h"

namespace controller::kube {

// A text that is given in the file itself, or in another: "client-key" and "client-key-data".
struct TextOrFile {
  std::string text; // decoded
  std::string file; // absolute, or relative to our working folder as the kubeconfig's own path is
  bool given() const { return !text.empty() || !file.empty(); }
};

struct ClusterEntry {
  std::string place; // "FILE: cluster \"NAME\"", for messages
  std::string server;
  std::string server_name; // tls-server-name
  std::string proxy_url;
  TextOrFile authority;
  bool insecure = false;
  nlohmann::json exec_config; // the extension client.authentication.k8s.io/exec; null if there is none
};

// A program that tells who we are (client.authentication.k8s.io).
struct ExecEntry {
  std::string api_version;
  std::string command; // with a slash: resolved against the kubeconfig's folder; otherwise looked up in PATH
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string install_hint;
  std::string interactive_mode; // Never, IfAvailable, Always, or empty
  bool provide_cluster_info = false;
};

struct UserEntry {
  std::string place;
  std::string token;
  std::string token_file;
  TextOrFile certificate;
  TextOrFile key;
  std::optional<ExecEntry> exec;
  std::vector<std::string>
      unsupported; // keys that change who we are, and that this client cannot follow: "username", "auth-provider", "as"
};

struct ContextEntry {
  std::string place;
  std::string cluster;
  std::string user;
  std::string name_space;
};

struct Kubeconfig {
  std::string current_context;
  std::map<std::string, ClusterEntry> clusters;
  std::map<std::string, UserEntry> users;
  std::map<std::string, ContextEntry> contexts;
};

// Invalid, as "PATH:LINE: …": not YAML, a field of another kind than it must be, base64 that is none. No message holds a value of the file. An empty
// file says nothing.
Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string &path);

} // namespace controller::kube
