// See read_file.h.
#include "operator/kube/read_file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "migrator/process/descriptor.h"

namespace controller::kube {

namespace {

constexpr std::size_t kLargest = std::size_t{4} * 1024 * 1024;

tl::unexpected<Error> unreadable(const std::string &path, int error) {
  return fail(ErrorKind::Invalid, path + ": cannot be read: " + std::strerror(error) + ".");
}

} // namespace

Result<std::string> read_file(const std::string &path, bool *missing) {
  const migrator::process::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) {
    if (missing != nullptr) *missing = errno == ENOENT;
    return unreadable(path, errno);
  }
  std::string text;
  std::array<char, 16 * 1024> piece;
  while (text.size() <= kLargest) {
    const ssize_t length = ::read(file.number(), piece.data(), piece.size());
    if (length == 0) return text;
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return unreadable(path, errno);
    text.append(piece.data(), static_cast<std::size_t>(length));
  }
  return fail(ErrorKind::Invalid, path + ": is larger than 4 MiB, so it is not what is meant here.");
}

} // namespace controller::kube
