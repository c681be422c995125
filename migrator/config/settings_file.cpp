// See settings_file.h. One function reads each key; a table gives them their names.
#include "migrator/config/settings_file.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "migrator/config/bytes.h"
#include "migrator/config/suggestion.h"
#include "migrator/text/duration.h"
#include "migrator/text/nearest.h"

namespace migrator::config {

namespace {

class FileReader {
public:
  explicit FileReader(FileSettings &settings) : settings_(settings) {}

  Status read(const YAML::Node &document) {
    if (document.IsNull()) return {};
    if (!document.IsMap()) return error(document, "the file must hold settings, one `key: value` a line.");
    return each_key(
        document, "", [this](const std::string &key, const YAML::Node &value) { return read_key(key, value); }, key_names());
  }

private:
  using ReadKey = Status (FileReader::*)(const std::string &key, const YAML::Node &value);
  struct Key {
    std::string_view name;
    ReadKey read;
  };
  static const Key kKeys[];

  static std::vector<std::string_view> key_names();

  tl::unexpected<Error> error(const YAML::Node &node, std::string message) const {
    return fail_at(settings_.path, node.Mark().line + 1, ErrorCode::InvalidConfiguration, std::move(message));
  }

  // Calls `read` for each pair of a map; a key that is not in `known` or stands twice is an error. `prefix` is "backup." inside backup.
  template <typename Read>
  Status each_key(const YAML::Node &map, const std::string &prefix, Read read, const std::vector<std::string_view> &known) {
    std::set<std::string> seen;
    for (const auto &pair : map) {
      if (!pair.first.IsScalar()) return error(pair.first, "a key must be a plain word.");
      const std::string key = pair.first.Scalar();
      if (!known.empty() && std::find(known.begin(), known.end(), key) == known.end())
        return error(pair.first, unknown_key(prefix, key, known));
      if (!seen.insert(key).second) return error(pair.first, in_quotes(prefix + key) + " is given twice. Keep one of them.");
      if (pair.second.IsNull())
        return error(pair.first, in_quotes(prefix + key) + " has no value. Give it one or leave the key out.");
      if (Status done = read(key, pair.second); !done) return done;
    }
    return {};
  }

  static std::string unknown_key(const std::string &prefix, const std::string &key, const std::vector<std::string_view> &known) {
    std::string message = "unknown key " + in_quotes(prefix + key) + ".";
    const std::string_view near = text::nearest(key, known);
    if (!near.empty()) return message + " Did you mean \"" + prefix + std::string(near) + "\"?";
    return message + " docs/configuration.md lists the keys.";
  }

  Status read_key(const std::string &key, const YAML::Node &value) {
    const auto *found = std::find_if(begin_keys(), end_keys(), [&](const Key &candidate) { return candidate.name == key; });
    return (this->*found->read)(key, value);
  }

  static const Key *begin_keys();
  static const Key *end_keys();

  // --- values --------------------------------------------------------------------------------------------------------------
  Result<std::string> text(const std::string &key, const YAML::Node &value) const {
    if (!value.IsScalar()) return error(value, in_quotes(key) + " must be a text, like `" + key + ": value`.");
    if (value.Scalar().empty()) return error(value, in_quotes(key) + " is empty. Give it a value or leave the key out.");
    return value.Scalar();
  }

  // A list of texts; one text alone is a list of one.
  Result<std::vector<std::string>> texts(const std::string &key, const YAML::Node &value) const {
    std::vector<std::string> list;
    if (value.IsScalar()) {
      Result<std::string> one = text(key, value);
      if (!one) return fail(std::move(one.error()));
      list.push_back(std::move(*one));
      return list;
    }
    if (!value.IsSequence()) return error(value, in_quotes(key) + " must be a list, like `" + key + ": [one, two]`.");
    for (const YAML::Node &item : value) {
      if (!item.IsScalar() || item.Scalar().empty())
        return error(item, "each entry of " + in_quotes(key) + " must be a text that is not empty.");
      list.push_back(item.Scalar());
    }
    return list;
  }

  Result<std::vector<std::string>> paths(const std::string &key, const YAML::Node &value) const {
    Result<std::vector<std::string>> list = texts(key, value);
    if (!list) return list;
    for (std::string &path : *list) path = joined(path);
    return list;
  }

  std::string joined(const std::string &path) const { return path.front() == '/' ? path : settings_.folder + path; }

  Status written(const std::string &key, const YAML::Node &value, std::optional<Written> &into) const {
    Result<std::string> url = text(key, value);
    if (!url) return fail(std::move(url.error()));
    into = Written{std::move(*url), key, settings_.path, value.Mark().line + 1};
    return {};
  }

  Status duration(const std::string &key, const YAML::Node &value, std::optional<std::chrono::milliseconds> &into) const {
    Result<std::string> written_text = text(key, value);
    if (!written_text) return fail(std::move(written_text.error()));
    into = text::parse_duration(*written_text);
    if (!into) return error(value, in_quotes(key) + ": " + not_a_duration(*written_text));
    return {};
  }

  // One of a closed set of words.
  template <typename Value>
  Status choice(const std::string &key, const YAML::Node &value, const std::vector<std::pair<std::string_view, Value>> &words,
                Value &into) const {
    std::string list;
    for (const auto &[word, meaning] : words) {
      if (value.IsScalar() && value.Scalar() == word) {
        into = meaning;
        return {};
      }
      list += (list.empty() ? "" : ", ") + std::string(word);
    }
    return error(value, in_quotes(key) + " must be one of " + list + ".");
  }

  template <typename Value, typename Into> static Status keep(Result<Value> value, Into &into) {
    if (!value) return fail(std::move(value.error()));
    into = std::move(*value);
    return {};
  }

  // --- keys ----------------------------------------------------------------------------------------------------------------
  Status read_database_url(const std::string &key, const YAML::Node &value) {
    return written(key, value, settings_.database_url);
  }
  Status read_direct_url(const std::string &key, const YAML::Node &value) { return written(key, value, settings_.direct_url); }
  Status read_scratch_url(const std::string &key, const YAML::Node &value) { return written(key, value, settings_.scratch_url); }

  Status read_migrations(const std::string &key, const YAML::Node &value) {
    Result<std::vector<std::string>> folders = paths(key, value);
    if (folders && folders->empty()) return error(value, in_quotes(key) + " is empty. Name at least one folder.");
    return keep(std::move(folders), settings_.migrations);
  }

  Status read_version_table(const std::string &key, const YAML::Node &value) {
    Result<std::string> name = text(key, value);
    if (!name) return fail(std::move(name.error()));
    if (const auto why = why_not_a_table_name(*name)) return error(value, in_quotes(key) + ": " + *why);
    settings_.version_table = std::move(*name);
    return {};
  }

  Status read_version_schema(const std::string &key, const YAML::Node &value) {
    Result<std::string> name = text(key, value);
    if (!name) return fail(std::move(name.error()));
    if (const auto why = why_not_a_schema_name(*name)) return error(value, in_quotes(key) + ": " + *why);
    settings_.version_schema = std::move(*name);
    return {};
  }

  Status read_grant_read(const std::string &key, const YAML::Node &value) {
    return keep(texts(key, value), settings_.grant_read);
  }
  Status read_ignore(const std::string &key, const YAML::Node &value) { return keep(texts(key, value), settings_.ignore); }
  Status read_owned(const std::string &key, const YAML::Node &value) {
    return choice<bool>(key, value, {{"ignore", false}, {"manage", true}}, settings_.manage_owned);
  }
  Status read_lock_wait(const std::string &key, const YAML::Node &value) { return duration(key, value, settings_.lock_wait); }
  Status read_lock_timeout(const std::string &key, const YAML::Node &value) {
    return duration(key, value, settings_.lock_timeout);
  }
  Status read_statement_timeout(const std::string &key, const YAML::Node &value) {
    return duration(key, value, settings_.statement_timeout);
  }

  Status read_scratch(const std::string &key, const YAML::Node &value) {
    return choice<bool>(key, value, {{"same-server", true}}, settings_.scratch_same_server.emplace());
  }

  Status read_models(const std::string &key, const YAML::Node &value) {
    if (!value.IsMap()) return keep(paths(key, value), settings_.models.paths);
    ModelsSettings &models = settings_.models;
    return each_key(value, "models.",
                    [&](const std::string &inner, const YAML::Node &node) {
                      if (inner == "sqlite") return keep(paths("models.sqlite", node), models.sqlite);
                      if (inner == "postgresql") return keep(paths("models.postgresql", node), models.postgresql);
                      return keep(texts("models.exec", node), models.exec);
                    },
                    {"sqlite", "postgresql", "exec"});
  }

  Status read_backup(const std::string &key, const YAML::Node &value) {
    if (!value.IsMap()) return error(value, in_quotes(key) + " must hold keys of its own, like `policy: always`.");
    const BackupSettings &backup = settings_.backup;
    Status done =
        each_key(value, "backup.", [&](const std::string &inner, const YAML::Node &node) { return read_backup_key(inner, node); },
                 {"policy", "folder", "command", "retain", "retain_days", "verify", "max_bytes", "timeout", "copy_command"});
    if (done && backup.policy == BackupPolicy::External && backup.command.empty())
      return error(value, "`policy: external` needs \"backup.command\", the command that takes the backup and prints its id.");
    return done;
  }

  Status read_backup_key(const std::string &inner, const YAML::Node &node) {
    BackupSettings &backup = settings_.backup;
    const std::string key = "backup." + inner;
    if (inner == "policy") {
      backup.policy = BackupPolicy::Always;
      return choice<BackupPolicy>(key, node,
                                  {{"always", BackupPolicy::Always},
                                   {"destructive", BackupPolicy::Destructive},
                                   {"external", BackupPolicy::External},
                                   {"never", BackupPolicy::Never}},
                                  *backup.policy);
    }
    if (inner == "verify")
      return choice<BackupVerification>(key, node,
                                        {{"archive", BackupVerification::Archive},
                                         {"restore", BackupVerification::Restore},
                                         {"none", BackupVerification::None}},
                                        backup.verify);
    if (inner == "command") return keep(texts(key, node), backup.command);
    if (inner == "copy_command") return keep(texts(key, node), backup.copy_command);
    if (inner == "retain") return whole_number(key, node, 100'000, backup.retain);
    if (inner == "retain_days") return whole_number(key, node, 36'500, backup.retain_days.emplace());
    if (inner == "max_bytes") return bytes(key, node, backup.max_bytes);
    if (inner == "timeout") {
      Status read = duration(key, node, backup.timeout);
      if (read && backup.timeout->count() == 0)
        return error(node, in_quotes(key) + " must be longer than 0. Leave it out for no limit.");
      return read;
    }
    Result<std::string> folder = text(key, node);
    if (!folder) return fail(std::move(folder.error()));
    backup.folder = joined(*folder);
    return {};
  }

  Status whole_number(const std::string &key, const YAML::Node &node, int most, int &into) const {
    if (!node.IsScalar() || !YAML::convert<int>::decode(node, into) || into < 1 || into > most)
      return error(node, in_quotes(key) + " must be a whole number from 1 to " + std::to_string(most) + ".");
    return {};
  }

  Status bytes(const std::string &key, const YAML::Node &node, std::int64_t &into) const {
    const std::optional<std::int64_t> read = node.IsScalar() ? parse_bytes(node.Scalar()) : std::nullopt;
    if (!read) return error(node, in_quotes(key) + " must be a number of bytes above 0, like 500Mi, 20Gi or 1000000.");
    into = *read;
    return {};
  }

  Status read_lint(const std::string &key, const YAML::Node &value) {
    if (!value.IsMap()) return error(value, in_quotes(key) + " must hold rules, like `drop-column: error`.");
    return each_key(value, "lint.",
                    [&](const std::string &rule, const YAML::Node &node) {
                      return choice<LintLevel>(
                          "lint." + rule, node,
                          {{"off", LintLevel::Off}, {"warning", LintLevel::Warning}, {"error", LintLevel::Error}},
                          settings_.lint[rule]);
                    },
                    {});
  }

  FileSettings &settings_;
};

const FileReader::Key FileReader::kKeys[] = {
    {"database_url", &FileReader::read_database_url},
    {"migrations", &FileReader::read_migrations},
    {"version_table", &FileReader::read_version_table},
    {"version_schema", &FileReader::read_version_schema},
    {"grant_read", &FileReader::read_grant_read},
    {"direct_url", &FileReader::read_direct_url},
    {"lock_wait", &FileReader::read_lock_wait},
    {"lock_timeout", &FileReader::read_lock_timeout},
    {"statement_timeout", &FileReader::read_statement_timeout},
    {"models", &FileReader::read_models},
    {"scratch_url", &FileReader::read_scratch_url},
    {"scratch", &FileReader::read_scratch},
    {"backup", &FileReader::read_backup},
    {"ignore", &FileReader::read_ignore},
    {"owned", &FileReader::read_owned},
    {"lint", &FileReader::read_lint},
};

const FileReader::Key *FileReader::begin_keys() {
  return std::begin(kKeys);
}

const FileReader::Key *FileReader::end_keys() {
  return std::end(kKeys);
}

std::vector<std::string_view> FileReader::key_names() {
  std::vector<std::string_view> names;
  for (const Key &key : kKeys) names.push_back(key.name);
  return names;
}

int line_of(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

// Hears of a document and keeps where it starts.
class DocumentStart : public YAML::EventHandler {
public:
  void OnDocumentStart(const YAML::Mark &mark) override { start = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark &, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark &, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark &, const std::string &, YAML::anchor_t, const std::string &) override {}
  void OnSequenceStart(const YAML::Mark &, const std::string &, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark &, const std::string &, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  YAML::Mark start;
};

// Where anything follows the first document. The library reads on for ever at some tokens that belong to no document, so it is
// asked for the second one only.
std::optional<YAML::Mark> second_document(const std::string &text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart handler;
  if (!parser.HandleNextDocument(handler) || !parser.HandleNextDocument(handler)) return std::nullopt;
  return handler.start;
}

} // namespace

Result<FileSettings> parse_settings_file(std::string_view text, const std::string &path) {
  if (text.size() > kLargestSettingsFile)
    return fail_at(path, 0, ErrorCode::InvalidConfiguration,
                   "the file is larger than 1 MiB, so it is not a settings file. Name the right one with --config.");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return fail_at(path, line_of(text, nul), ErrorCode::InvalidConfiguration,
                   "there is a NUL byte here. Save the file as plain UTF-8 text.");
  FileSettings settings;
  settings.path = path;
  settings.folder = path.substr(0, path.rfind('/') + 1);
  try {
    if (const std::optional<YAML::Mark> more = second_document(std::string(text)))
      return fail_at(path, more->line + 1, ErrorCode::InvalidConfiguration,
                     "something follows the settings here. Keep one YAML document in the file.");
    if (Status done = FileReader(settings).read(YAML::Load(std::string(text))); !done) return fail(std::move(done.error()));
  } catch (const YAML::Exception &exception) {
    // The library's own words end at a colon: what follows is text of the file.
    const std::string reason = exception.msg.substr(0, exception.msg.find(':'));
    return fail_at(path, exception.mark.is_null() ? 0 : exception.mark.line + 1, ErrorCode::InvalidConfiguration,
                   "this is not YAML: " + reason + ". Check the indentation and the quotes of this line and the one above.");
  }
  return settings;
}

} // namespace migrator::config
