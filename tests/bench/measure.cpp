// Runs one command for the bench and says what it took. A program of its own because Linux counts the memory of whoever starts a
// process into that process's peak, and a Python interpreter is larger than what is measured here. Only bench.py runs it.
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// measure STDIN OUTPUT COMMAND…: the command's standard input comes from STDIN, its output and errors go to OUTPUT. Prints wall
// nanoseconds, peak resident KiB and the exit code (128 and the signal's number if it was killed), with a blank between.
int main(int argc, char **argv) {
  if (argc < 4) {
    std::fputs("usage: measure STDIN OUTPUT COMMAND…\n", stderr);
    return 2;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, argv[1], O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);

  const auto began = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (const int error = posix_spawnp(&child, argv[3], &actions, nullptr, argv + 3, environ); error != 0) {
    std::fprintf(stderr, "measure: cannot run %s: %s\n", argv[3], std::strerror(error));
    return 2;
  }
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      std::perror("measure: wait4");
      return 2;
    }
  }
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::printf("%lld %ld %d\n", static_cast<long long>(took.count()), usage.ru_maxrss, code);
  return 0;
}
