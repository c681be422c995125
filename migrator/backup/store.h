// The folder of backups: a folder each, named by its id, holding the dump, `manifest.json` and `SHA256SUMS` (`sha256sum -c` checks it by hand).
// The door to those files; what they mean is manifest.h's. Layout and guarantees: docs/backups.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "migrator/backup/manifest.h"
#include "migrator/error/error.h"

namespace migrator::backup {

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

  // Hashes the dump, writes manifest and sums, flushes files and folder, renames it to its id, flushes the store. Fills `manifest`'s id, bytes and sha256.
  Status finish(Manifest &manifest, const std::function<void(std::int64_t done, std::int64_t of)> &hashed);

private:
  friend class Store;
  Draft(std::string store, std::string id, int lock);

  std::string store_;
  std::string id_;
  std::string folder_;
  int lock_ = -1;
  bool finished_ = false;
};

// All errors are BackupFailed (23) and name the path. Safe for several processes on one folder.
class Store {
public:
  explicit Store(std::string folder) : folder_(std::move(folder)) {}

  const std::string &folder() const noexcept { return folder_; }
  std::string folder_of(const std::string &id) const;

  // Makes the folder if it is missing (0700); refuses one that is not writable, or has less free space than `least_bytes`.
  Status prepare(std::int64_t least_bytes) const;
  Result<std::unique_ptr<Draft>> begin(const std::string &id) const;
  // Removes drafts whose maker is gone; their names.
  std::vector<std::string> sweep() const;

  // A missing folder is an empty listing.
  Result<Listing> list() const;
  // By id or unique prefix; Usage (2) with what there is if none or several fit.
  Result<Manifest> find(const std::string &id_or_prefix) const;
  // Reads every byte against SHA256SUMS and the manifest.
  Status check_bytes(const Manifest &manifest, const std::function<void(std::int64_t done, std::int64_t of)> &read) const;
  // Writes a manifest anew (a later proof), atomically.
  Status rewrite(const Manifest &manifest) const;
  // Removes a backup: renamed away first, so that a half-removed one is never listed.
  Status remove(const std::string &id) const;

private:
  std::string folder_;
};

} // namespace migrator::backup
