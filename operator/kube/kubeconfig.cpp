// See kubeconfig.h.
#include "operator/kube/kubeconfig.h"

#include <algorithm>

#include <yaml-cpp/yaml.h>

#include "operator/kube/base64.h"
#include "operator/kube/yaml_json.h"

namespace controller::kube {

namespace {

constexpr std::string_view kExecExtension = "client.authentication.k8s.io/exec";

// What is wrong in the file, on its way out of the reading below; it ends in parse_kubeconfig().
struct Fault {
  int line = 0;
  std::string message;
};

class Reader {
public:
  explicit Reader(const std::string &path) : path_(path), folder_(path.substr(0, path.rfind('/') + 1)) {}

  Kubeconfig read(const YAML::Node &document) {
    Kubeconfig config;
    if (document.IsNull()) return config;
    if (!document.IsMap())
      throw Fault{line_of(document), "this is no kubeconfig: it must be a map with clusters, users and contexts."};
    config.current_context = text(document, "", "current-context");
    each(document, "clusters", "cluster", [&](const std::string &name, const std::string &at, const YAML::Node &body) {
      config.clusters.emplace(name, cluster(name, at, body));
    });
    each(document, "users", "user", [&](const std::string &name, const std::string &at, const YAML::Node &body) {
      config.users.emplace(name, user(name, at, body));
    });
    each(document, "contexts", "context", [&](const std::string &name, const std::string &at, const YAML::Node &body) {
      ContextEntry context;
      context.place = place("context", name);
      context.cluster = text(body, at, "cluster");
      context.user = text(body, at, "user");
      context.name_space = text(body, at, "namespace");
      config.contexts.emplace(name, std::move(context));
    });
    return config;
  }

private:
  static int line_of(const YAML::Node &node) { return node.Mark().line + 1; }

  std::string place(const char *kind, const std::string &name) const { return path_ + ": " + kind + " \"" + name + "\""; }

  // The entries of a list of {name, BODY}. An entry without a body says nothing, as it does to kubectl; the first of a name counts.
  template <typename Read> void each(const YAML::Node &document, const char *list, const char *body, Read read) const {
    const YAML::Node entries = document[list];
    if (!entries || entries.IsNull()) return;
    if (!entries.IsSequence()) throw Fault{line_of(entries), std::string(list) + " must be a list."};
    for (const YAML::Node &entry : entries) {
      if (!entry.IsMap()) throw Fault{line_of(entry), std::string("each entry of ") + list + " must be a map with a name."};
      const std::string name = text(entry, list, "name");
      if (name.empty()) throw Fault{line_of(entry), std::string("an entry of ") + list + " has no name. Give it one."};
      const YAML::Node inside = entry[body];
      if (inside && !inside.IsNull() && !inside.IsMap())
        throw Fault{line_of(inside), std::string(body) + " of \"" + name + "\" must be a map."};
      read(name, body, inside && inside.IsMap() ? inside : YAML::Node(YAML::NodeType::Map));
    }
  }

  // Empty where it is missing or null.
  static std::string text(const YAML::Node &map, const std::string &at, const std::string &key) {
    const YAML::Node value = map[key];
    if (!value || value.IsNull()) return {};
    if (!value.IsScalar()) throw Fault{line_of(value), dotted(at, key) + " must be a text."};
    return value.Scalar();
  }

  static bool boolean(const YAML::Node &map, const std::string &at, const std::string &key) {
    const YAML::Node value = map[key];
    if (!value || value.IsNull()) return false;
    if (value.IsScalar() && (value.Scalar() == "true" || value.Scalar() == "false")) return value.Scalar() == "true";
    throw Fault{line_of(value), dotted(at, key) + " must be true or false."};
  }

  static std::string dotted(const std::string &at, const std::string &key) { return at.empty() ? key : at + "." + key; }

  std::string resolved(const std::string &file) const { return file.empty() || file.front() == '/' ? file : folder_ + file; }

  TextOrFile text_or_file(const YAML::Node &map, const std::string &at, const std::string &key) const {
    TextOrFile both;
    both.file = resolved(text(map, at, key));
    const std::string data = text(map, at, key + "-data");
    const std::optional<std::string> decoded = decode_base64(data);
    if (!decoded)
      throw Fault{line_of(map[key + "-data"]), dotted(at, key) + "-data is not base64. Encode the whole file with `base64 -w0`."};
    both.text = *decoded;
    return both;
  }

  ClusterEntry cluster(const std::string &name, const std::string &at, const YAML::Node &body) const {
    ClusterEntry entry;
    entry.place = place("cluster", name);
    entry.server = text(body, at, "server");
    entry.server_name = text(body, at, "tls-server-name");
    entry.proxy_url = text(body, at, "proxy-url");
    entry.authority = text_or_file(body, at, "certificate-authority");
    entry.insecure = boolean(body, at, "insecure-skip-tls-verify");
    const YAML::Node extensions = body["extensions"];
    if (extensions && extensions.IsSequence())
      for (const YAML::Node &extension : extensions)
        if (extension.IsMap() && text(extension, "extensions", "name") == kExecExtension)
          entry.exec_config = json_of(extension["extension"]);
    return entry;
  }

  UserEntry user(const std::string &name, const std::string &at, const YAML::Node &body) const {
    UserEntry entry;
    entry.place = place("user", name);
    entry.token = text(body, at, "token");
    entry.token_file = resolved(text(body, at, "tokenFile"));
    entry.certificate = text_or_file(body, at, "client-certificate");
    entry.key = text_or_file(body, at, "client-key");
    for (const char *key : {"username", "password", "auth-provider", "as", "as-uid", "as-groups", "as-user-extra"})
      if (const YAML::Node value = body[key]; value && !value.IsNull()) entry.unsupported.emplace_back(key);
    const YAML::Node program = body["exec"];
    if (!program || program.IsNull()) return entry;
    if (!program.IsMap()) throw Fault{line_of(program), dotted(at, "exec") + " must be a map."};
    entry.exec = exec(program, dotted(at, "exec"));
    return entry;
  }

  ExecEntry exec(const YAML::Node &body, const std::string &at) const {
    ExecEntry entry;
    entry.api_version = text(body, at, "apiVersion");
    entry.command = text(body, at, "command");
    if (entry.command.find('/') != std::string::npos) entry.command = resolved(entry.command);
    entry.install_hint = text(body, at, "installHint");
    entry.interactive_mode = text(body, at, "interactiveMode");
    entry.provide_cluster_info = boolean(body, at, "provideClusterInfo");
    for (const YAML::Node &argument : list(body, at, "args")) {
      if (!argument.IsScalar()) throw Fault{line_of(argument), "each entry of " + dotted(at, "args") + " must be a text."};
      entry.arguments.push_back(argument.Scalar());
    }
    for (const YAML::Node &variable : list(body, at, "env")) {
      if (!variable.IsMap())
        throw Fault{line_of(variable), "each entry of " + dotted(at, "env") + " must be a map with name and value."};
      entry.environment.emplace_back(text(variable, dotted(at, "env"), "name"), text(variable, dotted(at, "env"), "value"));
    }
    return entry;
  }

  static YAML::Node list(const YAML::Node &map, const std::string &at, const char *key) {
    const YAML::Node value = map[key];
    if (!value || value.IsNull()) return YAML::Node(YAML::NodeType::Sequence);
    if (!value.IsSequence()) throw Fault{line_of(value), dotted(at, key) + " must be a list."};
    return value;
  }

  const std::string &path_;
  const std::string folder_; // with its slash
};

} // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string &path) {
  const auto invalid = [&](int line, const std::string &message) {
    return fail(ErrorKind::Invalid, path + (line > 0 ? ":" + std::to_string(line) : "") + ": " + message);
  };
  if (text.find('\0') != std::string_view::npos) return invalid(0, "there is a NUL byte in it. Save it as plain UTF-8 text.");
  try {
    return Reader(path).read(YAML::Load(std::string(text)));
  } catch (const Fault &fault) {
    return invalid(fault.line, fault.message);
  } catch (const YAML::Exception &exception) {
    // The library's own words end at a colon: what follows is text of the file.
    const std::string reason = exception.msg.substr(0, exception.msg.find(':'));
    return invalid(exception.mark.is_null() ? 0 : exception.mark.line + 1,
                   "this is not YAML: " + reason + ". Check the indentation and the quotes of this line and the one above.");
  }
}

} // namespace controller::kube
