// See environment.h.
#include "migrator/config/environment.h"

#include <nlohmann/json.hpp>

#include "migrator/config/suggestion.h"
#include "migrator/text/duration.h"

namespace migrator::config {

namespace {

class EnvironmentReader {
public:
  EnvironmentReader(const Environment &environment, const ReadFile &read_file)
      : environment_(environment), read_file_(read_file) {}

  Result<Overrides> read(DatabaseUse use) {
    Overrides values;
    Status done;
    const auto then = [&done](auto step) {
      if (done) done = step();
    };
    if (use != DatabaseUse::None) {
      then([&] { return database_url(values.database_url); });
      then([&] { return url("MIGRATOR_DIRECT_URL", values.direct_url); });
      then([&] { return url("MIGRATOR_SCRATCH_URL", values.scratch_url); });
    }
    then([&] { return list("MIGRATOR_MIGRATIONS", ':', values.migrations); });
    then([&] { return list("MIGRATOR_GRANT_READ", ',', values.grant_read); });
    then([&] { return name("MIGRATOR_VERSION_TABLE", why_not_a_table_name, values.version_table); });
    then([&] { return name("MIGRATOR_VERSION_SCHEMA", why_not_a_schema_name, values.version_schema); });
    then([&] { return duration("MIGRATOR_LOCK_WAIT", values.lock_wait); });
    then([&] { return duration("MIGRATOR_LOCK_TIMEOUT", values.lock_timeout); });
    then([&] { return duration("MIGRATOR_STATEMENT_TIMEOUT", values.statement_timeout); });
    then([&] { return text("MIGRATOR_BACKUP_FOLDER", values.backup_folder); });
    then([&] {
      return word("MIGRATOR_BACKUP_POLICY", policy_named, "always, destructive, external or never", values.backup_policy);
    });
    then([&] { return word("MIGRATOR_BACKUP_VERIFY", verification_named, "archive, restore or none", values.backup_verify); });
    then([&] { return word("MIGRATOR_SCRATCH", same_server, "same-server", values.scratch_same_server); });
    then([&] { return command("MIGRATOR_BACKUP_COMMAND", values.backup_command); });
    then([&] { return protocol(); });
    then([&] { return text("MIGRATOR_RUN_ID", values.job.run_id); });
    then([&] { return word("MIGRATOR_OWNER", owner_named, "NAMESPACE/NAME/UID", values.job.owner); });
    then([&] { return text("MIGRATOR_ADOPT", values.job.adopt); });
    then([&] { return word("MIGRATOR_BACKUP_RETAIN", retained_count, "a whole number from 1 to 100000", values.backup_retain); });
    if (!done) return fail(std::move(done.error()));
    return values;
  }

private:
  Result<std::optional<std::string>> value(const std::string &variable) const {
    std::optional<std::string> found = environment_(variable);
    if (found && found->empty())
      return fail(ErrorCode::InvalidConfiguration, variable + " is set but empty. Give it a value or unset it.", {variable});
    return found;
  }

  Status database_url(std::optional<Written> &into) const {
    Result<std::optional<std::string>> plain = value("DATABASE_URL");
    if (!plain) return fail(std::move(plain.error()));
    Result<std::optional<std::string>> file = value("DATABASE_URL_FILE");
    if (!file) return fail(std::move(file.error()));
    if (*plain && *file)
      return fail(ErrorCode::InvalidConfiguration, "DATABASE_URL and DATABASE_URL_FILE are both set. Unset one of them.",
                  {"DATABASE_URL", "DATABASE_URL_FILE"});
    if (*plain) into = Written{**plain, "DATABASE_URL", {}, 0};
    if (!*file) return {};
    Result<std::string> text = read_file_(**file);
    if (!text)
      return fail(ErrorCode::InvalidConfiguration, "DATABASE_URL_FILE names a file that cannot be read: " + text.error().text(),
                  {**file});
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    if (text->empty())
      return fail(ErrorCode::InvalidConfiguration,
                  "DATABASE_URL_FILE names an empty file, " + in_quotes(**file) + ". Write the URL into it.", {**file});
    into = Written{std::move(*text), "DATABASE_URL_FILE", {}, 0};
    return {};
  }

  Status url(const std::string &variable, std::optional<Written> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (*found) into = Written{std::move(**found), variable, {}, 0};
    return {};
  }

  Status list(const std::string &variable, char separator, std::optional<std::vector<std::string>> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    into.emplace();
    for (std::size_t at = 0; at <= (*found)->size();) {
      const std::size_t end = std::min((*found)->find(separator, at), (*found)->size());
      if (end == at)
        return fail(ErrorCode::InvalidConfiguration,
                    variable + " has an empty entry. Part its entries by one \"" + separator + "\".", {variable});
      into->push_back((*found)->substr(at, end - at));
      at = end + 1;
    }
    return {};
  }

  Status name(const std::string &variable, std::optional<std::string> (*why_not)(const std::string &),
              std::optional<std::string> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    if (const auto why = why_not(**found)) return fail(ErrorCode::InvalidConfiguration, variable + ": " + *why, {variable});
    into = std::move(**found);
    return {};
  }

  Status text(const std::string &variable, std::optional<std::string> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (*found) into = std::move(**found);
    return {};
  }

  Status text(const std::string &variable, std::string &into) const {
    std::optional<std::string> found;
    if (Status read = text(variable, found); !read) return read;
    if (found) into = std::move(*found);
    return {};
  }

  static std::optional<bool> same_server(std::string_view word) {
    return word == "same-server" ? std::optional<bool>(true) : std::nullopt;
  }

  // A command and its arguments as JSON, so that no shell's rules are needed to keep blanks and quotes.
  Status command(const std::string &variable, std::optional<std::vector<std::string>> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    const nlohmann::json list = nlohmann::json::parse(**found, nullptr, false);
    const bool texts = list.is_array() && !list.empty() &&
                       std::all_of(list.begin(), list.end(), [](const nlohmann::json &word) { return word.is_string(); });
    if (!texts || list.front().get<std::string>().empty())
      return fail(ErrorCode::InvalidConfiguration,
                  variable + " must be a JSON array of strings, the program first, like [\"/usr/bin/snapshot\", \"--wait\"].",
                  {variable});
    into = list.get<std::vector<std::string>>();
    return {};
  }

  Status protocol() const {
    Result<std::optional<std::string>> found = value("MIGRATOR_PROTOCOL");
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    if (const auto why = why_not_served(**found))
      return fail(ErrorCode::InvalidConfiguration, "MIGRATOR_PROTOCOL: " + *why, {"MIGRATOR_PROTOCOL"});
    return {};
  }

  template <typename Value, typename Read>
  Status word(const std::string &variable, Read named, const std::string &what, std::optional<Value> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    into = named(**found);
    if (!into)
      return fail(ErrorCode::InvalidConfiguration, variable + " is " + in_quotes(**found) + ", but must be " + what + ".",
                  {variable});
    return {};
  }

  Status duration(const std::string &variable, std::optional<std::chrono::milliseconds> &into) const {
    Result<std::optional<std::string>> found = value(variable);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    into = text::parse_duration(**found);
    if (!into) return fail(ErrorCode::InvalidConfiguration, variable + ": " + not_a_duration(**found), {variable});
    return {};
  }

  const Environment &environment_;
  const ReadFile &read_file_;
};

} // namespace

Result<Overrides> read_environment(const Environment &environment, const ReadFile &read_file, DatabaseUse use) {
  return EnvironmentReader(environment, read_file).read(use);
}

} // namespace migrator::config
