// See launch.h. Between fork and exec only async-signal-safe calls are made (signal-safety(7)): other threads may hold any lock, so all that
// needs memory is made before the fork.
#include "migrator/process/launch.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace migrator::process {

namespace {

constexpr int kFirstOfOurs = 3; // descriptors below are the child's streams

std::string reason(int code) {
  return std::generic_category().message(code);
}

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

// Both ends close on exec, and neither is one of the three standard descriptors, even where we were started without them.
Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::Internal, "no pipe to be had: " + reason(errno) + ".");
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  for (Descriptor *end : {&pipe.reader, &pipe.writer}) {
    if (end->number() >= kFirstOfOurs) continue;
    const int moved = ::fcntl(end->number(), F_DUPFD_CLOEXEC, kFirstOfOurs);
    if (moved < 0) return fail(ErrorCode::Internal, "no pipe to be had: " + reason(errno) + ".");
    *end = Descriptor(moved);
  }
  return pipe;
}

bool may_run(const std::string &path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

const char *package_of(std::string_view program) {
  for (const std::string_view known : {"pg_dump", "pg_restore", "pg_dumpall", "psql", "createdb", "dropdb"})
    if (program == known) return "postgresql-client";
  return nullptr;
}

// The path that exec gets. A name with a slash is taken as it is, and exec says what is wrong with it.
Result<std::string> program_path(const std::string &name, const std::vector<std::string> &environment) {
  if (name.empty()) return fail(ErrorCode::Usage, "the command is empty. Write the program's name first.");
  if (name.find('/') != std::string::npos) return name;
  std::string_view folders = "/usr/local/bin:/usr/bin:/bin";
  for (const std::string &variable : environment)
    if (variable.rfind("PATH=", 0) == 0) folders = std::string_view(variable).substr(5);
  for (;;) {
    const std::size_t end = folders.find(':');
    const std::string folder(folders.substr(0, end));
    // An empty entry means the working folder: nobody means that when a program is to be trusted with a database.
    if (std::string path = folder + "/" + name; !folder.empty() && may_run(path)) return path;
    if (end == std::string_view::npos) break;
    folders.remove_prefix(end + 1);
  }
  if (const char *package = package_of(name))
    return fail(ErrorCode::Usage,
                fmt::format("the program \"{}\" is not in PATH. On Debian and Ubuntu the package {} has it.", name, package),
                {name});
  return fail(ErrorCode::Usage, fmt::format("the program \"{}\" is not in PATH. Install it, or write its whole path.", name),
              {name});
}

bool fits(std::string_view name, std::string_view pattern) {
  if (!pattern.empty() && pattern.back() == '*')
    return name.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
  return name == pattern;
}

// "NAME=value" of each variable that the child gets.
std::vector<std::string> environment_of(const Command &command) {
  std::vector<std::string> variables;
  for (char **entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    bool kept = true;
    for (const std::string &pattern : command.without) kept = kept && !fits(name, pattern);
    for (const auto &[set, value] : command.environment) kept = kept && name != set;
    if (kept) variables.emplace_back(variable);
  }
  for (const auto &[name, value] : command.environment) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char *> pointers(std::vector<std::string> &words) {
  std::vector<char *> list;
  list.reserve(words.size() + 1);
  for (std::string &word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// What the child needs to know, all of it made before the fork.
struct Plan {
  const char *program = nullptr;
  char *const *arguments = nullptr;
  char *const *environment = nullptr;
  const char *folder = nullptr; // null: ours
  int input = -1, output = -1, errors = -1;
  int report = -1; // where it says why there was no exec
  pid_t parent = -1;
};

enum class Stage : int { Streams, Folder, Exec };

struct Failure {
  Stage stage;
  int code;
};

[[noreturn]] void give_up(const Plan &plan, Stage stage) {
  const Failure failure{stage, errno};
  [[maybe_unused]] const ssize_t written = ::write(plan.report, &failure, sizeof failure);
  ::_exit(127);
}

// In the child, with every signal blocked. Async-signal-safe calls only.
[[noreturn]] void become(const Plan &plan) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != plan.parent) ::_exit(127); // it died before the line above, and nobody will tell us
  ::setpgid(0, 0);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL); // an ignored one would stay so after exec
  if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.errors, 2) < 0) give_up(plan, Stage::Streams);
  ::close_range(kFirstOfOurs, ~0U,
                CLOSE_RANGE_CLOEXEC); // what a library opened without the flag; before Linux 5.11 there is no such call
  if (plan.folder != nullptr && ::chdir(plan.folder) != 0) give_up(plan, Stage::Folder);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.program, plan.arguments, plan.environment);
  give_up(plan, Stage::Exec);
}

// With SIGCHLD ignored, as some parents leave it to us, the kernel buries children itself, and how they ended is lost.
void keep_ends() {
  struct sigaction action {};
  if (::sigaction(SIGCHLD, nullptr, &action) == 0 && (action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDWAIT) != 0))
    ::signal(SIGCHLD, SIG_DFL);
}

// The child runs none of our handlers: every signal is blocked from before the fork until it is another program.
pid_t fork_blocked(const Plan &plan) {
  keep_ends();
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t id = ::fork();
  if (id == 0) become(plan);
  const int code = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = code;
  return id;
}

Error failure_error(const Failure &failure, const std::string &program, const std::string &folder) {
  Error error;
  error.subject = {program};
  error.code = ErrorCode::Internal;
  if (failure.stage == Stage::Folder)
    error.message = fmt::format("\"{}\" cannot be started in the folder {}: {}.", program, folder, reason(failure.code));
  else if (failure.stage == Stage::Streams)
    error.message = fmt::format("\"{}\" cannot be started: {}.", program, reason(failure.code));
  else if (failure.code == ENOENT || failure.code == ENOTDIR) {
    error.code = ErrorCode::Usage;
    error.message = fmt::format("there is no program \"{}\". Write the path of one.", program);
  } else if (failure.code == EACCES) {
    error.code = ErrorCode::Usage;
    error.message = fmt::format("\"{}\" may not be run. Give us the right to (chmod +x), or name another program.", program);
  } else if (failure.code == ENOEXEC) {
    error.code = ErrorCode::Usage;
    error.message = fmt::format("\"{}\" is no program. A script needs a first line like #!/bin/sh.", program);
  } else
    error.message = fmt::format("\"{}\" cannot be started: {}.", program, reason(failure.code));
  return error;
}

} // namespace

Result<Launched> launch(const Command &command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> variables = environment_of(command);
  if (arguments.empty()) arguments.emplace_back();
  const std::string name = arguments.front();
  Result<std::string> program = program_path(name, variables);
  if (!program) return fail(std::move(program.error()));

  std::array<Result<Pipe>, 4> pipes{make_pipe(), make_pipe(), make_pipe(), make_pipe()};
  for (Result<Pipe> &pipe : pipes)
    if (!pipe) return fail(std::move(pipe.error()));
  auto &[input, output, errors, report] = pipes;
  if (!command.feeds_input) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int moved = nothing < 0 ? -1 : ::fcntl(nothing, F_DUPFD_CLOEXEC, kFirstOfOurs);
    const int code = errno;
    if (nothing >= 0) ::close(nothing);
    if (moved < 0) return fail(ErrorCode::Internal, "/dev/null cannot be opened: " + reason(code) + ".");
    input->reader = Descriptor(moved);
    input->writer.close();
  }

  const std::vector<char *> argument_pointers = pointers(arguments);
  const std::vector<char *> variable_pointers = pointers(variables);
  Plan plan;
  plan.program = program->c_str();
  plan.arguments = argument_pointers.data();
  plan.environment = variable_pointers.data();
  plan.folder = command.folder.empty() ? nullptr : command.folder.c_str();
  plan.input = input->reader.number();
  plan.output = output->writer.number();
  plan.errors = errors->writer.number();
  plan.report = report->writer.number();
  plan.parent = ::getpid();
  const pid_t id = fork_blocked(plan);
  if (id < 0) return fail(ErrorCode::Internal, fmt::format("\"{}\" cannot be started: {}.", name, reason(errno)), {name});
  ::setpgid(id, id); // the child does so too: whoever comes first
  report->writer.close();

  Failure failure{};
  ssize_t length = 0;
  do length = ::read(report->reader.number(), &failure, sizeof failure);
  while (length < 0 && errno == EINTR);
  if (length == static_cast<ssize_t>(sizeof failure)) {
    while (::waitpid(id, nullptr, 0) < 0 && errno == EINTR) {
    }
    return fail(failure_error(failure, name, command.folder));
  }

  Launched launched;
  launched.id = id;
  launched.input = std::move(input->writer);
  launched.output = std::move(output->reader);
  launched.errors = std::move(errors->reader);
  for (const Descriptor *ours : {&launched.input, &launched.output, &launched.errors})
    if (ours->open()) ::fcntl(ours->number(), F_SETFL, O_NONBLOCK); // a pipe's only status flag
  return launched;
}

} // namespace migrator::process
