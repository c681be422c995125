// The folder of backups: a folder each, named by its id, holding the dump, `manifest.json` and `SHA256SUMS` (`sha256sum -c` checks it by hand).
// The door to those files; what they mean is manifest.h's. Layout and guarantees: docs/backups.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "migrator/backup/manifest.h"
#include "migrator/error/error.h"
#include "migrator/process/descriptor.h"

namespace migrator::backup {

// Told every few MiB of long reading; an error ends it and is handed on.
using Reading = std::function<Status(std::int64_t done, std::int64_t of)>;

// What listing a folder found.
struct Listing {
  std::vector<Manifest> backups;    // whole ones, newest first; their dumps have not been read
  std::vector<std::string> damaged; // "ID: what is wrong", for folders that look like a backup and are none
};

// A backup in the making: a folder `.ID.partial` that holds a lock, so that nobody takes it for a leftover. Removed with all that it
// holds unless finish() succeeded.
class Draft {
public:
  ~Draft();
  Draft(const Draft &) = delete;
  Draft &operator=(const Draft &) = delete;

  const std::string &folder() const noexcept { return folder_; }
  const std::string &id() const noexcept { return id_; }

  // Hashes the dump, writes manifest and sums, flushes files and folder, renames it to its id, flushes the store. Fills `manifest`'s id, bytes
  // and sha256. Internal: something else than the dump lies in the folder, and it is not for keeping.
  Status finish(Manifest &manifest, const Reading &hashed);

private:
  friend class Store;
  Draft(std::string store, std::string id, process::Descriptor lock);

  std::string store_;
  std::string id_;
  std::string folder_;
  process::Descriptor lock_;
  bool finished_ = false;
};

// All errors are BackupFailed (23) and name the path, unless a member says otherwise. Safe for several processes on one folder: a lock on
// `.lock` in it is held while drafts are made, swept and removed, never while bytes of a dump are read or written.
class Store {
public:
  explicit Store(std::string folder) : folder_(std::move(folder)) {}

  const std::string &folder() const noexcept { return folder_; }
  std::string folder_of(const std::string &id) const;

  // Makes the folder if it is missing (0700); refuses one that is not writable, or has less free space than `least_bytes`.
  Status prepare(std::int64_t least_bytes) const;
  Result<std::unique_ptr<Draft>> begin(const std::string &id) const;
  // A draft with the dump of a finished backup in it (one file under two names), for proofs that write beside what they prove. `id` is a new
  // one. Not to be finished.
  Result<std::unique_ptr<Draft>> lend(const Manifest &manifest, const std::string &id) const;
  // Removes drafts whose maker is gone, and what a killed remove() left; their ids. Finishes what a killed rewrite() left.
  std::vector<std::string> sweep() const;

  // A missing folder is an empty listing.
  Result<Listing> list() const;
  // By id or unique prefix; Usage (2) with what there is if none or several fit.
  Result<Manifest> find(const std::string &id_or_prefix) const;
  // Reads every byte against SHA256SUMS and the manifest. An error's subject is the id if bytes differ, the path if they cannot be read.
  Status check_bytes(const Manifest &manifest, const Reading &read) const;
  // Writes a manifest anew (a later proof), atomically for those who list.
  Status rewrite(const Manifest &manifest) const;
  // Removes a backup, a damaged one too, by its id: renamed away first, so that a half-removed one is never listed. Usage: there is none of this id.
  Status remove(const std::string &id) const;

private:
  std::string folder_;
};

} // namespace migrator::backup
