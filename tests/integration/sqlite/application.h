// The other process of application.cpp, in a test's hands.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace migrator::database {

class Application {
public:
  // Waits until it is ready. `largest_file`: RLIMIT_FSIZE in bytes; 0: none.
  explicit Application(const std::vector<std::string> &words, rlim_t largest_file = 0) {
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      if (largest_file > 0) {
        const rlimit limit{largest_file, largest_file};
        setrlimit(RLIMIT_FSIZE, &limit);
      }
      std::vector<char *> arguments{const_cast<char *>(MIGRATOR_SQLITE_APPLICATION)};
      for (const std::string &word : words) arguments.push_back(const_cast<char *>(word.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    output_ = fdopen(output[0], "r");
    if (const std::string said = answer(); said != "ready") throw std::runtime_error("the other process said: " + said);
  }
  ~Application() { kill(); }
  Application(const Application &) = delete;
  Application &operator=(const Application &) = delete;

  void tell(const std::string &line) {
    const std::string whole = line + "\n";
    if (write(input_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
      throw std::runtime_error("it hears nothing");
  }
  // Its next line; "" if it has ended.
  std::string answer() {
    char line[4096];
    if (std::fgets(line, sizeof line, output_) == nullptr) return "";
    std::string said(line);
    if (said.ends_with('\n')) said.pop_back();
    return said;
  }
  std::string ask(const std::string &line) {
    tell(line);
    return answer();
  }
  // SIGKILL, and waits for its end.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    end();
  }
  // Lets it end by itself.
  void finish() {
    if (pid_ > 0) end();
  }

private:
  void end() {
    close(input_);
    while (std::fgetc(output_) != EOF) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    std::fclose(output_);
    pid_ = 0;
  }

  pid_t pid_ = 0;
  int input_ = -1;
  std::FILE *output_ = nullptr;
};

} // namespace migrator::database
