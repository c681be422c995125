// The questions to the file system behind location.h. Rights are asked for the effective user, as the opening itself would be judged.
#include "migrator/database/sqlite/location.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace migrator::database::sqlite {

namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

std::string folder_of(const std::string &path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// errno of the refusal, or 0.
int refusal(const std::string &path, int rights) {
  return faccessat(AT_FDCWD, path.c_str(), rights, AT_EACCESS) == 0 ? 0 : errno;
}

Status check_absent(const std::string &path, bool create) {
  const std::string folder = folder_of(path);
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
    return fail(ErrorCode::Unreachable, "there is no folder " + folder + " for the database " + path +
                                            ": make the folder, mount the volume, or correct database_url");
  if (!create)
    return fail(ErrorCode::Unreachable, "there is no database at " + path +
                                            ": `migrator upgrade heads` makes it; if it should be there, correct database_url");
  if (const int code = refusal(folder, W_OK | X_OK); code != 0)
    return fail(ErrorCode::NotWritable, "the database " + path + " cannot be made, for the folder " + folder +
                                            " is not writable (" + reason(code) + "): give this user write rights on it");
  return {};
}

} // namespace

std::string sqlite_filename(const std::string &path) {
  return path == kInMemory || path.starts_with('/') ? path : "./" + path;
}

std::string resolved(const std::string &path) {
  char *found = realpath(path.c_str(), nullptr);
  if (found == nullptr) return path;
  std::string out(found);
  std::free(found); // NOLINT(cppcoreguidelines-no-malloc): realpath() allocates
  return out;
}

Status check_openable(const std::string &path, bool create) {
  if (path == kInMemory) return {};
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR) return check_absent(path, create);
    if (code == EACCES || code == EPERM)
      return fail(ErrorCode::NoPermission, "this user may not look into the folder of " + path + " (" + reason(code) +
                                               "): give it read rights on the folder");
    return fail(ErrorCode::Unreachable,
                "the database " + path + " cannot be reached (" + reason(code) + "): correct database_url");
  }
  if (S_ISDIR(found.st_mode))
    return fail(ErrorCode::Unreachable, path + " is a folder, not a database: name the file in database_url");
  if (!S_ISREG(found.st_mode))
    return fail(ErrorCode::Unreachable, path + " is not a regular file, so it cannot be a database: correct database_url");
  if (const int code = refusal(path, R_OK); code != 0)
    return fail(ErrorCode::NoPermission, "this user may not read the database " + path + " (" + reason(code) +
                                             "): give it read and write rights on the file");
  return {};
}

Status check_writable(const std::string &real_path) {
  if (const int code = refusal(real_path, W_OK); code != 0)
    return fail(ErrorCode::NotWritable, "the database " + real_path + " is read-only for this user (" + reason(code) +
                                            "): give it write rights on the file, or mount the volume read-write");
  const std::string folder = folder_of(real_path);
  if (const int code = refusal(folder, W_OK | X_OK); code != 0)
    return fail(ErrorCode::NotWritable, "the folder " + folder + " of the database is not writable for this user (" +
                                            reason(code) +
                                            "): SQLite keeps its journal and migrator its lock there, so give it write rights");
  for (const char *suffix : {"-journal", "-wal", "-shm", ".migrator-lock"}) {
    const std::string beside = real_path + suffix;
    const int code = refusal(beside, R_OK | W_OK);
    if (code != 0 && code != ENOENT)
      return fail(ErrorCode::NotWritable, "the file " + beside + " beside the database is not writable for this user (" +
                                              reason(code) + "): give it read and write rights on it");
  }
  return {};
}

} // namespace migrator::database::sqlite
