// Which pg_dump, pg_restore and psql are used: what is installed, and what fits a server (issue 4, "Policies"). Looking is the only thing done
// here; the choice is pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"

namespace migrator::database::postgresql {

// A folder that holds all three programs, of one version.
struct ClientTools {
  std::string folder;
  std::string version; // "15.18"
  int major = 0;

  std::string program(const std::string &name) const { return folder + "/" + name; }
};

// Those along `path` (as PATH is written), then those of `versions`/*/bin, newest first. Debian's wrapper, which chooses by the files of local
// clusters, is not one.
std::vector<ClientTools> installed_tools(const std::string &path, const std::string &versions = "/usr/lib/postgresql");

// The lowest that is no older than the server: what it writes is nearest to what the server understands. BackupFailed names the package.
Result<ClientTools> tools_for_dump(const std::vector<ClientTools> &installed, int server_major,
                                   const std::string &server_version);
// The server's own major version if it can read what `dumped_by` (a major version) wrote, else the lowest that can.
Result<ClientTools> tools_for_restore(const std::vector<ClientTools> &installed, int server_major, int dumped_by);

// "15.18 (Debian 15.18-1)" to 15; 0 if it begins with no number.
int major_of(const std::string &version);

} // namespace migrator::database::postgresql
