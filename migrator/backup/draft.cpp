// A backup in the making (store.h): hashed, flushed and given its name in one step, or removed.
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/backup/files.h"
#include "migrator/backup/layout.h"
#include "migrator/backup/store.h"
#include "migrator/report/printable.h"

namespace migrator::backup {

namespace {

// A password file, a journal: nothing that an adapter forgot is kept with a backup, where no sum holds it.
Status nothing_but(const std::string &folder, const std::string &dump) {
  std::error_code code;
  for (const auto &entry : std::filesystem::directory_iterator(folder, code))
    if (const std::string name = entry.path().filename().string(); name != dump && name != kLockFile)
      return fail(ErrorCode::Internal,
                  fmt::format("\"{}\" was left beside the dump; no backup was made. This is a bug: please report it.",
                              report::printable(name)),
                  {name});
  if (code) return file_error("read", folder, code.value());
  return {};
}

} // namespace

Draft::Draft(std::string store, std::string id, process::Descriptor lock)
    : store_(std::move(store)), id_(std::move(id)), folder_(store_ + "/" + draft_name(id_)), lock_(std::move(lock)) {}

Draft::~Draft() {
  if (!finished_) (void)remove_tree(folder_); // what stays is swept by the next one
}

Status Draft::finish(Manifest &manifest, const Reading &hashed) {
  const std::string dump = folder_ + "/" + manifest.dumped.file;
  if (Status alone = nothing_but(folder_, manifest.dumped.file); !alone) return alone;
  if (::chmod(dump.c_str(), 0600) != 0) return file_error("set the mode of", dump, errno);
  Result<Hashed> hash = hash_file(dump, true, hashed);
  if (!hash) return fail(std::move(hash.error()));
  manifest.id = id_;
  manifest.bytes = hash->bytes;
  manifest.sha256 = hash->sha256;
  const std::string json = to_json(manifest);
  if (Status written = write_new(fmt::format("{}/{}", folder_, kManifestFile), json); !written) return written;
  const std::string sums = sums_text(manifest.dumped.file, manifest.sha256, json);
  if (Status written = write_new(fmt::format("{}/{}", folder_, kSumsFile), sums); !written) return written;
  if (Status flushed = flush(folder_); !flushed) return flushed;

  const std::string whole = store_ + "/" + id_;
  if (::rename(folder_.c_str(), whole.c_str()) != 0) return file_error("make", whole, errno);
  if (Status flushed = flush(store_); !flushed) {
    // Nobody knows whether it would outlast a power cut. It goes, under the name that drafts are swept by.
    (void)::rename(whole.c_str(), folder_.c_str());
    return flushed;
  }
  finished_ = true;
  ::unlink(fmt::format("{}/{}", whole, kLockFile).c_str()); // after the rename: a draft without a lock would be swept
  lock_.close();
  return {};
}

} // namespace migrator::backup
