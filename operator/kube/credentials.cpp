// See credentials.h.
#include "operator/kube/credentials.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "operator/kube/read_file.h"

namespace controller::kube {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kFresh{60};

class FixedCredentials final : public Credentials {
public:
  explicit FixedCredentials(Credential credential) : credential_(std::move(credential)) {}
  Result<Credential> current(std::stop_token) override { return credential_; }
  bool refused(const Credential &) override { return false; }

private:
  const Credential credential_;
};

class TokenFileCredentials final : public Credentials {
public:
  TokenFileCredentials(std::string path, Credential otherwise) : path_(std::move(path)), credential_(std::move(otherwise)) {}

  Result<Credential> current(std::stop_token) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (read_at_ && Clock::now() - *read_at_ < kFresh) return credential_;
    Result<std::string> text = read_file(path_);
    if (text) text->erase(text->find_last_not_of(" \t\r\n") + 1);
    if (text && !text->empty()) {
      credential_.token = std::move(*text);
      read_at_ = Clock::now();
      return credential_;
    }
    // While the file is being replaced the last token is the best there is.
    if (!credential_.token.empty()) return credential_;
    return fail(ErrorKind::Unauthorized, text ? path_ + ": the token file is empty. Mount a token there, or remove tokenFile."
                                              : std::move(text.error().message));
  }

  bool refused(const Credential &credential) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (credential == credential_) read_at_.reset();
    return true;
  }

private:
  const std::string path_;
  std::mutex mutex_; // of what follows
  Credential credential_;
  std::optional<Clock::time_point> read_at_; // none: to be read anew
};

} // namespace

std::unique_ptr<Credentials> fixed_credentials(Credential credential) {
  return std::make_unique<FixedCredentials>(std::move(credential));
}

std::unique_ptr<Credentials> token_file_credentials(std::string path, Credential otherwise) {
  return std::make_unique<TokenFileCredentials>(std::move(path), std::move(otherwise));
}

} // namespace controller::kube
