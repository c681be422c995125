// A program run as a child, with its streams in our hands: pg_dump, pg_restore, psql, and the commands that users configure. The door to other
// programs; nothing else starts one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "migrator/error/error.h"

namespace migrator::process {

struct Command {
  std::vector<std::string> arguments;                           // [0] is looked up in PATH; never a secret, for `ps` shows them
  std::vector<std::pair<std::string, std::string>> environment; // set over ours
  std::vector<std::string> without; // variables that it does not get: "PGPASSWORD", or a prefix: "PG*"
  std::string folder;               // its working folder; empty: ours
  bool feeds_input = false;         // write() follows; otherwise its stdin is /dev/null
};

struct Ended {
  int code = 0;        // exit code; 128 + signal if a signal ended it
  std::string errors;  // the last 8 KiB of its stderr, control characters taken out
  bool killed = false; // by us: deadline or interruption

  bool well() const noexcept { return code == 0 && !killed; }
};

// In a process group of its own; gets SIGTERM, then after ten seconds SIGKILL, group and all, when the object ends before it. What it left
// running in the background is not waited for, and ends only where the child itself is killed. It gets SIGTERM when the thread that started it
// ends (PR_SET_PDEATHSIG), so that no kill -9 leaves a pg_dump behind: start it in a thread that outlives it. No descriptor of ours but the
// three streams, no blocked and no ignored signal reaches it. Not thread-safe, but for kill(). docs/decisions/0007.
class Child {
public:
  // Usage: no such program (the message says which, and what package has it if that is known); Internal: it cannot be started.
  static Result<std::unique_ptr<Child>> start(const Command &command);
  ~Child();
  Child(const Child &) = delete;
  Child &operator=(const Child &) = delete;

  // Writes all of it to its stdin, reading nothing meanwhile. false: it has closed its stdin, ask wait() why.
  bool write(std::string_view bytes);
  void close_input() noexcept;
  // The next piece of its stdout (at most 64 KiB), nullopt at its end, or once the child has ended and all is read. Waits.
  std::optional<std::string> read();
  // Reads what is left of its stdout away, waits for its end.
  Ended wait();
  // Ends it soon: SIGTERM, SIGKILL after ten seconds. Any thread.
  void kill() noexcept;

private:
  friend Result<Ended> run(const Command &, const std::function<bool()> &, const std::function<void(std::string_view)> &);
  class Implementation;
  explicit Child(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

// Runs a program to its end: stdout is handed on piece by piece if `output` is set. `must_end` is asked about ten times a second; true ends it.
Result<Ended> run(const Command &command, const std::function<bool()> &must_end,
                  const std::function<void(std::string_view)> &output = {});

} // namespace migrator::process
