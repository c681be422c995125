// The file that remembers a swap of databases while it goes on, outside of both: their names, on the disk before anything is done. A swap is one
// transaction of renames, so that after a kill the name leads to a whole database in any case, and what is left to do is to drop the other one.
#pragma once

#include <optional>
#include <string>

#include "migrator/error/error.h"

namespace migrator::database::postgresql {

struct Swap {
  std::string database;  // whose contents are replaced
  std::string fresh;     // the new one, until it takes the name
  std::string displaced; // what the old one is called once it has lost it
};

// One line a member; names hold no line ends here. Pure.
std::string to_text(const Swap &swap);
// nullopt: not a journal of ours, or not whole. Pure.
std::optional<Swap> swap_from_text(const std::string &text);

// The journal at `path`; nullopt if there is none or a half-written one (nothing has been done then). BackupFailed: it cannot be read.
Result<std::optional<Swap>> read_swap_journal(const std::string &path);
// On the disk when it returns. BackupFailed: it cannot be written.
Status write_swap_journal(const std::string &path, const Swap &swap);
Status remove_swap_journal(const std::string &path);

} // namespace migrator::database::postgresql
