// See store.h.
#include "migrator/backup/store.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "migrator/backup/files.h"
#include "migrator/backup/layout.h"
#include "migrator/report/printable.h"

namespace migrator::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestManifest = std::int64_t{1} << 30; // bytes
constexpr int kLooks = 3;                                        // at a backup that is rewritten meanwhile

tl::unexpected<Error> damaged(const std::string &id, std::string_view what) {
  return fail(ErrorCode::BackupFailed, fmt::format("{}: {}", id, what), {id});
}

// The folders that are missing on the way to `path`, outermost first, each made with 0700 and its name flushed.
Status make_folders(const std::string &path) {
  std::vector<fs::path> missing;
  std::error_code code;
  for (fs::path at = fs::absolute(path, code); !fs::exists(at, code) && at.has_relative_path(); at = at.parent_path())
    missing.push_back(at);
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    if (::mkdir(folder->c_str(), 0700) != 0 && errno != EEXIST) return file_error("make the folder", folder->string(), errno);
    if (Status flushed = flush(folder->parent_path().string()); !flushed) return flushed;
  }
  return {};
}

std::vector<std::string> names_in(const std::string &folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code))
    names.push_back(entry->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

struct Look {
  Manifest manifest;
  bool retry = false; // manifest and sums do not fit: another process may be between its two renames
};

// One look at what stands in a backup's folder. The dump's bytes are counted, not read.
Result<Look> look(const std::string &folder, const std::string &id) {
  Result<std::optional<std::string>> json = read_whole(fmt::format("{}/{}", folder, kManifestFile), kLargestManifest);
  Result<std::optional<std::string>> sums = json ? read_whole(fmt::format("{}/{}", folder, kSumsFile), kLargestManifest) : json;
  if (!sums) return damaged(id, sums.error().message);
  if (!*json) return damaged(id, "manifest.json is missing");
  if (!*sums) return damaged(id, "SHA256SUMS is missing");
  Result<Manifest> manifest = manifest_from_json(**json);
  if (!manifest) return damaged(id, manifest.error().message);
  if (const std::string wanted = sums_text(manifest->dumped.file, manifest->sha256, **json); wanted != **sums) {
    // A rewrite that was killed between its renames has left the sums of the new manifest under another name.
    const Result<std::optional<std::string>> next = read_whole(fmt::format("{}/{}", folder, kNewSumsFile), kLargestManifest);
    if (!next || !*next || **next != wanted) return Look{{}, true};
  }
  if (manifest->id != id) return damaged(id, "its manifest is that of " + manifest->id);
  struct stat found {};
  const std::string dump = folder + "/" + manifest->dumped.file;
  if (::stat(dump.c_str(), &found) != 0)
    return damaged(id, errno == ENOENT ? manifest->dumped.file + " is missing" : file_error("read", dump, errno).value().message);
  if (found.st_size != manifest->bytes)
    return damaged(id, fmt::format("{} has {} bytes and not {}", manifest->dumped.file, found.st_size, manifest->bytes));
  return Look{std::move(*manifest), false};
}

Result<Manifest> inspect(const std::string &folder, const std::string &id) {
  for (int looks = 0; looks < kLooks; ++looks) {
    Result<Look> seen = look(folder, id);
    if (!seen) return fail(std::move(seen.error()));
    if (!seen->retry) return std::move(seen->manifest);
  }
  return damaged(id, "manifest.json is not the one that SHA256SUMS tells of");
}

// Completes or drops what a killed rewrite left. With the store's lock held.
Status settle(const std::string &folder) {
  const std::string sums = fmt::format("{}/{}", folder, kSumsFile), next = fmt::format("{}/{}", folder, kNewSumsFile);
  ::unlink(fmt::format("{}/{}", folder, kNewManifestFile).c_str());
  Result<std::optional<std::string>> written = read_whole(next, kLargestManifest);
  if (!written || !*written) return {};
  Result<std::optional<std::string>> json = read_whole(fmt::format("{}/{}", folder, kManifestFile), kLargestManifest);
  if (!json || !*json) return {};
  const Result<Manifest> manifest = manifest_from_json(**json);
  if (manifest && sums_text(manifest->dumped.file, manifest->sha256, **json) == **written) {
    if (::rename(next.c_str(), sums.c_str()) != 0) return file_error("write", sums, errno);
  } else if (::unlink(next.c_str()) != 0)
    return file_error("remove", next, errno);
  return flush(folder);
}

} // namespace

std::string Store::folder_of(const std::string &id) const {
  return folder_ + "/" + id;
}

Status Store::prepare(std::int64_t least_bytes) const {
  if (Status made = make_folders(folder_); !made) return made;
  // To make the lock file is the one honest question whether we may write here.
  if (Result<process::Descriptor> lock = lock_waiting(fmt::format("{}/{}", folder_, kLockFile)); !lock)
    return fail(std::move(lock.error()));
  struct statvfs room {};
  if (::statvfs(folder_.c_str(), &room) != 0) return file_error("look at", folder_, errno);
  const auto free = static_cast<std::int64_t>(room.f_bavail) * static_cast<std::int64_t>(room.f_frsize);
  if (free < least_bytes)
    return fail(
        ErrorCode::BackupFailed,
        fmt::format(
            "the backup needs at least {} bytes, and {} has {} free. Make room there, or set backup.folder to another place.",
            least_bytes, report::printable(folder_), free),
        {folder_});
  return {};
}

Result<std::unique_ptr<Draft>> Store::begin(const std::string &id) const {
  // While the lock is held nobody sweeps: not between the folder and the lock in it.
  Result<process::Descriptor> lock = lock_waiting(fmt::format("{}/{}", folder_, kLockFile));
  if (!lock) return fail(std::move(lock.error()));
  const std::string draft = fmt::format("{}/{}", folder_, draft_name(id));
  if (::access(folder_of(id).c_str(), F_OK) == 0) return file_error("make", folder_of(id), EEXIST);
  if (::mkdir(draft.c_str(), 0700) != 0) return file_error("make", draft, errno);
  Result<process::Descriptor> own = lock_waiting(fmt::format("{}/{}", draft, kLockFile));
  if (!own) {
    (void)remove_tree(draft);
    return fail(std::move(own.error()));
  }
  return std::unique_ptr<Draft>(new Draft(folder_, id, std::move(*own)));
}

Result<std::unique_ptr<Draft>> Store::lend(const Manifest &manifest, const std::string &id) const {
  Result<std::unique_ptr<Draft>> draft = begin(id);
  if (!draft) return draft;
  const std::string dump = folder_of(manifest.id) + "/" + manifest.dumped.file,
                    lent = (*draft)->folder() + "/" + manifest.dumped.file;
  if (::link(dump.c_str(), lent.c_str()) != 0) return file_error("link", lent, errno);
  return draft;
}

std::vector<std::string> Store::sweep() const {
  std::vector<std::string> gone;
  if (::access(folder_.c_str(), F_OK) != 0) return gone;
  {
    const Result<process::Descriptor> lock = lock_waiting(fmt::format("{}/{}", folder_, kLockFile));
    if (!lock) return gone;
    for (const std::string &name : names_in(folder_)) {
      const std::string folder = folder_ + "/" + name;
      const std::optional<std::string> id = id_of_draft(name);
      if (!id && !time_of_id(name)) continue;
      const Result<std::optional<process::Descriptor>> held = try_lock(fmt::format("{}/{}", folder, kLockFile));
      if (!held || (*held && !(*held)->open())) continue; // its maker lives
      if (id) {
        if (::rename(folder.c_str(), fmt::format("{}/{}", folder_, removed_name(*id)).c_str()) == 0) gone.push_back(*id);
      } else {
        if (*held) ::unlink(fmt::format("{}/{}", folder, kLockFile).c_str()); // killed after the rename: the backup is whole
        (void)settle(folder);
      }
    }
  }
  for (const std::string &name : names_in(folder_))
    if (const std::optional<std::string> id = id_of_removed(name)) {
      if (!remove_tree(folder_ + "/" + name)) continue;
      if (std::find(gone.begin(), gone.end(), *id) == gone.end()) gone.push_back(*id);
    }
  return gone;
}

Result<Listing> Store::list() const {
  std::error_code code;
  Listing listing;
  const fs::directory_iterator readable(folder_, code);
  if (code == std::errc::no_such_file_or_directory) return listing;
  if (code) return file_error("read", folder_, code.value());
  for (const std::string &name : names_in(folder_)) {
    if (!time_of_id(name)) continue;
    Result<Manifest> manifest = inspect(folder_of(name), name);
    if (manifest)
      listing.backups.push_back(std::move(*manifest));
    else if (::access(folder_of(name).c_str(), F_OK) == 0) // else it was removed meanwhile
      listing.damaged.push_back(std::move(manifest.error().message));
  }
  std::sort(listing.backups.begin(), listing.backups.end(), [](const Manifest &left, const Manifest &right) {
    return std::tie(left.created_at, left.id) > std::tie(right.created_at, right.id);
  });
  return listing;
}

Result<Manifest> Store::find(const std::string &id_or_prefix) const {
  std::vector<std::string> all, fitting;
  for (std::string &name : names_in(folder_)) {
    if (!time_of_id(name)) continue;
    if (!id_or_prefix.empty() && name.rfind(id_or_prefix, 0) == 0) fitting.push_back(name);
    all.push_back(std::move(name));
  }
  const std::string folder = report::printable(folder_), wanted = report::printable(id_or_prefix);
  if (all.empty()) return fail(ErrorCode::Usage, fmt::format("there is no backup in {}. \"migrator backup\" takes one.", folder));
  if (fitting.empty())
    return fail(ErrorCode::Usage,
                fmt::format("there is no backup \"{}\" in {}. There are: {}.", wanted, folder, fmt::join(all, ", ")), all);
  if (fitting.size() > 1)
    return fail(ErrorCode::Usage,
                fmt::format("several backups begin with \"{}\": {}. Write more of the id.", wanted, fmt::join(fitting, ", ")),
                fitting);
  Result<Manifest> manifest = inspect(folder_of(fitting.front()), fitting.front());
  if (!manifest)
    return fail(ErrorCode::BackupFailed,
                fmt::format("the backup {}. It is damaged: use another one (\"migrator backups\").", manifest.error().message),
                fitting);
  return manifest;
}

Status Store::check_bytes(const Manifest &manifest, const Reading &read) const {
  // The small files once more: what was found may have been found long ago.
  Result<Manifest> now = find(manifest.id);
  if (!now) return fail(std::move(now.error()));
  const std::string dump = folder_of(manifest.id) + "/" + now->dumped.file;
  Result<Hashed> hash = hash_file(dump, false, read);
  if (!hash) return fail(std::move(hash.error()));
  if (hash->sha256 == now->sha256 && hash->bytes == now->bytes && now->sha256 == manifest.sha256) return {};
  return fail(ErrorCode::BackupFailed,
              fmt::format("the backup {}: {} is not what was written (its SHA-256 differs). It is damaged: use another one "
                          "(\"migrator backups\").",
                          manifest.id, now->dumped.file),
              {manifest.id});
}

Status Store::rewrite(const Manifest &manifest) const {
  const Result<process::Descriptor> lock = lock_waiting(fmt::format("{}/{}", folder_, kLockFile));
  if (!lock) return fail(lock.error());
  const std::string folder = folder_of(manifest.id);
  if (Status settled = settle(folder); !settled) return settled;
  const auto path = [&folder](std::string_view name) { return fmt::format("{}/{}", folder, name); };
  const std::string json = to_json(manifest);
  // First the sums under their other name, then the manifest, then the sums: whoever looks meanwhile finds a pair that fits.
  Status done = write_new(path(kNewSumsFile), sums_text(manifest.dumped.file, manifest.sha256, json));
  if (done) done = write_new(path(kNewManifestFile), json);
  if (done) done = flush(folder);
  if (done && ::rename(path(kNewManifestFile).c_str(), path(kManifestFile).c_str()) != 0)
    done = file_error("write", path(kManifestFile), errno);
  if (done && ::rename(path(kNewSumsFile).c_str(), path(kSumsFile).c_str()) != 0)
    done = file_error("write", path(kSumsFile), errno);
  if (done) return flush(folder);
  (void)settle(folder);
  return done;
}

Status Store::remove(const std::string &id) const {
  const std::string removed = fmt::format("{}/{}", folder_, removed_name(id));
  {
    const Result<process::Descriptor> lock = lock_waiting(fmt::format("{}/{}", folder_, kLockFile));
    if (!lock) return fail(lock.error());
    if (!time_of_id(id) || ::rename(folder_of(id).c_str(), removed.c_str()) != 0) {
      if (!time_of_id(id) || errno == ENOENT)
        return fail(ErrorCode::Usage,
                    fmt::format("there is no backup \"{}\" in {}.", report::printable(id), report::printable(folder_)), {id});
      return file_error("remove", folder_of(id), errno);
    }
    if (Status flushed = flush(folder_); !flushed) return flushed;
  }
  return remove_tree(removed);
}

} // namespace migrator::backup
