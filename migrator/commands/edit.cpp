// The verb `edit`: a revision's file in the user's editor.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "migrator/commands/commands.h"
#include "migrator/commands/files.h"
#include "migrator/commands/project.h"
#include "migrator/graph/target.h"

namespace migrator::commands {

namespace {

std::string editor() {
  for (const char *name : {"VISUAL", "EDITOR"}) {
    const char *value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// Runs `command`, which may hold arguments of its own, with the paths behind it, and waits for its end.
Status run_editor(const std::string &command, const std::vector<std::string> &paths) {
  std::string script = command + " \"$@\"";
  std::string shell = "sh", option = "-c";
  std::vector<std::string> words = paths;
  std::vector<char *> argv{shell.data(), option.data(), script.data(), shell.data()};
  for (std::string &word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (const int error = ::posix_spawn(&child, "/bin/sh", nullptr, nullptr, argv.data(), environ); error != 0)
    return fail(ErrorCode::Usage, std::string("the editor cannot be run: ") + std::strerror(error) + ".");
  int ended = 0;
  while (::waitpid(child, &ended, 0) < 0)
    if (errno != EINTR)
      return fail(ErrorCode::Internal, std::string("waiting for the editor failed: ") + std::strerror(errno) + ".");
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0) return {};
  return fail(ErrorCode::Usage, "the editor failed. Check $VISUAL and $EDITOR, then look at the file again.", paths);
}

// Whether the file says that it is this revision, or begins with what was given of it; it need not be sound otherwise.
bool is_of(const std::string &file, const std::string &revision) {
  constexpr std::string_view kDirective = "-- migrate:revision ";
  const Result<std::string> text = file.empty() ? Result<std::string>(std::string()) : read_text(file);
  if (!text || revision.empty()) return false;
  const std::size_t at = text->rfind(kDirective, 0) == 0 ? 0 : text->find("\n" + std::string(kDirective));
  if (at == std::string::npos) return false;
  return text->compare(text->find(kDirective, at) + kDirective.size(), revision.size(), revision) == 0;
}

// A file that keeps the others from being read can be edited too: it is when it must be.
Result<std::vector<std::string>> files_of(const Context &context, const std::string &revision) {
  Result<Project> project = Project::load(context);
  if (!project && is_of(project.error().file, revision)) return std::vector<std::string>{project.error().file};
  if (!project) return fail(std::move(project.error()));
  Result<std::vector<std::string>> ids = graph::resolve_target(project->map(), revision);
  if (!ids) return fail(std::move(ids.error()));
  std::vector<std::string> paths;
  for (const report::RevisionView &view : project->views(*ids)) paths.push_back(view.path);
  if (paths.empty()) return fail(ErrorCode::InvalidTarget, "there is no revision to edit. \"migrator history\" lists them.");
  return paths;
}

} // namespace

Status edit(const Context &context, const cli::EditArguments &arguments) {
  const std::string command = editor();
  if (command.empty()) return fail(ErrorCode::Usage, "no editor is set. Set $VISUAL or $EDITOR, like EDITOR=nano.");
  const Result<std::vector<std::string>> paths = files_of(context, arguments.revision);
  if (!paths) return fail(paths.error());
  if (Status done = run_editor(command, *paths); !done) return done;
  if (Result<Project> again = Project::load(context); !again) return fail(std::move(again.error()));
  context.output.document({{"edited", *paths}});
  return {};
}

} // namespace migrator::commands
