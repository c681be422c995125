// A psql that we feed, with one transaction open in it: whatever ends it or us before commit() leaves the database as it was, for psql then sees
// the end of its input and the server rolls back. What pg_restore writes is passed on to it as it comes (issue 4, "Restoring").
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/database/postgresql/client_login.h"
#include "migrator/database/postgresql/client_run.h"
#include "migrator/database/postgresql/client_tools.h"
#include "migrator/database/postgresql/dump_text.h"
#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

// The entries apart from event triggers, and those, which are passed on last of all.
struct InTwoParts {
  std::vector<ListedEntry> first, last;
};
InTwoParts in_two_parts(const std::vector<ListedEntry> &entries);

enum class CommitOutcome : std::uint8_t { Committed, RolledBack, Unknown };

// Not thread-safe. `tools`, `login` and `limits` outlive it. Start it in a thread that outlives it.
class RestoringPsql {
public:
  // Logs in and begins the transaction. `server_version` as 150018. Errors here and below: those of client_run.h.
  static Result<std::unique_ptr<RestoringPsql>> start(const ClientTools &tools, const ClientLogin &login, const Limits &limits,
                                                      int server_version);
  ~RestoringPsql();
  RestoringPsql(const RestoringPsql &) = delete;
  RestoringPsql &operator=(const RestoringPsql &) = delete;

  // Of the server's process that works for it.
  const std::string &backend() const noexcept { return backend_; }

  // Statements of ours, each ended by a semicolon; what they give is dropped. Waits until they are done.
  Status run(std::string_view sql);
  Result<Table> ask(const std::string &sql, std::size_t columns);
  // Passes on what pg_restore makes of the entries of a dump, by `flags` ("--no-owner"); `passed` hears of the bytes so far.
  Status relay(const std::string &file, const std::vector<ListedEntry> &entries, const std::vector<std::string> &flags,
               const std::function<void(std::int64_t bytes)> &passed);
  // Heeds no limit. Unknown: the connection went, or psql was killed, after COMMIT had been sent. `why` is set unless it is Committed.
  CommitOutcome commit(Error &why);

private:
  class Implementation;
  explicit RestoringPsql(std::unique_ptr<Implementation> implementation);

  std::unique_ptr<Implementation> implementation_;
  std::string backend_;
};

} // namespace migrator::database::postgresql
