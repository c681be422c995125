// See swap_journal.h.
#include "migrator/database/postgresql/swap_journal.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace migrator::database::postgresql {

namespace {

constexpr const char *kFirst = "migrator swap 1";
constexpr const char *kLast = "end";

tl::unexpected<Error> trouble(const std::string &path, const char *what) {
  return fail(ErrorCode::BackupFailed,
              fmt::format("the journal of the swap, {}, cannot be {}: {}", path, what, std::strerror(errno)));
}

bool flush_folder(const std::string &path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool well = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return well;
}

} // namespace

std::string to_text(const Swap &swap) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n", kFirst, swap.database, swap.fresh, swap.displaced, kLast);
}

std::optional<Swap> swap_from_text(const std::string &text) {
  std::istringstream lines(text);
  std::string first;
  std::string last;
  Swap swap;
  std::getline(lines, first);
  std::getline(lines, swap.database);
  std::getline(lines, swap.fresh);
  std::getline(lines, swap.displaced);
  std::getline(lines, last);
  if (first != kFirst || last != kLast) return std::nullopt;
  return swap;
}

Result<std::optional<Swap>> read_swap_journal(const std::string &path) {
  if (::access(path.c_str(), F_OK) != 0) return std::nullopt;
  std::ifstream file(path);
  if (!file) return trouble(path, "read");
  std::ostringstream text;
  text << file.rdbuf();
  return swap_from_text(text.str());
}

Status write_swap_journal(const std::string &path, const Swap &swap) {
  const int descriptor = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return trouble(path, "made");
  const std::string text = to_text(swap);
  const bool well =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!well || !flush_folder(path)) return trouble(path, "written");
  return {};
}

Status remove_swap_journal(const std::string &path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return trouble(path, "removed");
  flush_folder(path);
  return {};
}

} // namespace migrator::database::postgresql
