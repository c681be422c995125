// Files and folders as the store needs them: whole, flushed, locked. Errors are BackupFailed, name the path, and say what to do about a full
// disk. Knows nothing of backups.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "migrator/backup/store.h"
#include "migrator/error/error.h"
#include "migrator/process/descriptor.h"

namespace migrator::backup {

// BackupFailed: "cannot WHAT PATH: why. What to do."
tl::unexpected<Error> file_error(std::string_view what, const std::string &path, int code);

// A new file, mode 0600, flushed to the disk.
Status write_new(const std::string &path, std::string_view text);
// nullopt: there is none. A file of more than `most` bytes is an error.
Result<std::optional<std::string>> read_whole(const std::string &path, std::int64_t most);
// Flushes a file's bytes, or a folder's names.
Status flush(const std::string &path);

struct Hashed {
  std::int64_t bytes = 0;
  std::string sha256; // lower-case hex
};
// Reads all of a file. With `flushes` its bytes are flushed to the disk meanwhile, by another thread.
Result<Hashed> hash_file(const std::string &path, bool flushes, const Reading &reading);

// Locks a file of nothing, made with mode 0600 if it is not there: an open file description lock, gone with the descriptor.
Result<process::Descriptor> lock_waiting(const std::string &path);
// nullopt: there is no such file.  A Descriptor that is not open: somebody holds it.
Result<std::optional<process::Descriptor>> try_lock(const std::string &path);

// A folder with all that is in it; what is not there is no error.
Status remove_tree(const std::string &path);

} // namespace migrator::backup
