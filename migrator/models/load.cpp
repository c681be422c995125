#include "migrator/models/load.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/process/child.h"
#include "migrator/script/encoding.h"

namespace migrator::models {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestSource = 32 * 1024 * 1024;

tl::unexpected<Error> refused(const std::string &path, std::string message) {
  return fail_at(path, 0, ErrorCode::InvalidConfiguration, std::move(message));
}

bool is_yaml(const fs::path &path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Result<Source> decoded(std::string path, Source::Form form, const std::string &bytes) {
  if (bytes.size() > kLargestSource)
    return refused(path, "is larger than 32 MiB, so it is no model. Name the right file in `models`.");
  std::string storage;
  const Result<std::string_view> text = script::decode(bytes, path, storage);
  if (!text) {
    Error error = text.error();
    error.code = ErrorCode::InvalidConfiguration;
    return fail(std::move(error));
  }
  return Source{form, std::move(path), std::string(*text)};
}

Status read_file(const std::string &path, std::vector<Source> &into) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (file) bytes << file.rdbuf();
  if (!file) return refused(path, "cannot be read. Check that it is there and its permissions, or mend `models`.");
  Result<Source> source = decoded(path, is_yaml(path) ? Source::Form::Yaml : Source::Form::Sql, bytes.str());
  if (!source) return fail(std::move(source.error()));
  into.push_back(std::move(*source));
  return {};
}

std::vector<std::string> files_of(const fs::path &folder, std::error_code &error) {
  std::vector<std::string> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path &path = entry->path();
    const std::string name = path.filename();
    if (name.front() == '.' || !entry->is_regular_file(error)) continue;
    if (path.extension() == ".sql" || is_yaml(path)) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

Status read_path(const std::string &path, Dialect dialect, std::vector<Source> &into) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return refused(path, "is not there. Make it, or mend `models` in migrator.yaml.");
    return read_file(path, into);
  }
  std::vector<std::string> files = files_of(path, error);
  const fs::path own = fs::path(path) / std::string(name(dialect));
  if (!error && fs::is_directory(own)) {
    const std::vector<std::string> more = files_of(own, error);
    files.insert(files.end(), more.begin(), more.end());
  }
  if (error) return refused(path, "cannot be read: " + error.message() + ". Check its permissions.");
  if (files.empty())
    return refused(
        path, fmt::format("holds no model for {}: no *.sql, *.yaml or *.yml file. Write one, or mend `models`.", name(dialect)));
  for (const std::string &file : files)
    if (Status read = read_file(file, into); !read) return read;
  return {};
}

Status run_command(const std::vector<std::string> &arguments, Dialect dialect, const std::string &folder,
                   const std::function<bool()> &must_end, std::vector<Source> &into) {
  process::Command command;
  command.arguments = arguments;
  command.environment = {{"MIGRATOR_DIALECT", std::string(name(dialect))}};
  command.without = {"DATABASE_URL", "DATABASE_URL_FILE", "PG*", "MIGRATOR_*"};
  command.folder = folder;
  const std::string shown = fmt::format("`{}`", fmt::join(arguments, " "));
  std::string printed;
  const Result<process::Ended> ended = process::run(command, must_end, [&](std::string_view piece) {
    if (printed.size() <= kLargestSource) printed += piece;
  });
  if (!ended) {
    Error error = ended.error();
    error.code = ErrorCode::InvalidConfiguration;
    error.message = "the models' command " + shown + " cannot be run: " + error.message;
    return fail(std::move(error));
  }
  if (ended->killed) return fail(ErrorCode::Terminated, "the models' command " + shown + " was ended.");
  if (!ended->well())
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("the models' command {} failed with exit code {}. Run it by hand to see why.{}{}", shown, ended->code,
                            ended->errors.empty() ? "" : " It said: ", ended->errors));
  if (printed.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(ErrorCode::InvalidConfiguration,
                "the models' command " + shown + " printed nothing. It must print the DDL of the wanted schema.");
  Result<Source> source = decoded(shown, Source::Form::Sql, printed);
  if (!source) return fail(std::move(source.error()));
  into.push_back(std::move(*source));
  return {};
}

} // namespace

Result<std::vector<Source>> load(const config::ModelsSettings &settings, Dialect dialect, const std::string &folder,
                                 const std::function<bool()> &must_end) {
  std::vector<Source> sources;
  for (const std::string &path : settings.paths)
    if (Status read = read_path(path, dialect, sources); !read) return fail(read.error());
  for (const std::string &path : dialect == Dialect::Sqlite ? settings.sqlite : settings.postgresql)
    if (Status read = read_path(path, dialect, sources); !read) return fail(read.error());
  if (!settings.exec.empty())
    if (Status ran = run_command(settings.exec, dialect, folder, must_end, sources); !ran) return fail(ran.error());
  if (sources.empty())
    return fail(ErrorCode::InvalidConfiguration,
                settings.empty()
                    ? "no models are configured. Name them in `models` of migrator.yaml (docs/models.md)."
                    : fmt::format("`models` names nothing for {}. Add it, or ask for the other dialect.", name(dialect)));
  return sources;
}

} // namespace migrator::models
