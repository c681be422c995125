// See classify.h.
#include "operator/kube/classify.h"

#include <charconv>

namespace controller::kube {

namespace {

constexpr std::size_t kQuoted = 200; // bytes of an answer that is no Status

std::string text_of(const nlohmann::json &object, const char *key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Seconds; a date is not read, for the server's clock and ours may differ, and the API server sends none.
std::optional<std::chrono::seconds> seconds_of(const std::optional<std::string> &header) {
  int seconds = 0;
  if (!header) return std::nullopt;
  const char *end = header->data() + header->size();
  const auto [stop, error] = std::from_chars(header->data(), end, seconds);
  if (error != std::errc{} || stop != end || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::optional<std::chrono::seconds> retry_after_of(const nlohmann::json &status) {
  const auto details = status.find("details");
  if (details == status.end() || !details->is_object()) return std::nullopt;
  const auto seconds = details->find("retryAfterSeconds");
  if (seconds == details->end() || !seconds->is_number_integer()) return std::nullopt;
  const auto number = seconds->get<std::int64_t>();
  return number > 0 && number <= 86'400 ? std::optional(std::chrono::seconds(number)) : std::nullopt;
}

bool names_too_large_version(const nlohmann::json &status) {
  if (text_of(status, "message").find("Too large resource version") != std::string::npos) return true;
  const auto details = status.find("details");
  if (details == status.end() || !details->is_object()) return false;
  const auto causes = details->find("causes");
  if (causes == details->end() || !causes->is_array()) return false;
  for (const auto &cause : *causes)
    if (cause.is_object() && text_of(cause, "reason") == "ResourceVersionTooLarge") return true;
  return false;
}

ErrorKind kind_of(int code, const std::string &reason) {
  switch (code) {
  case 401:
    return ErrorKind::Unauthorized;
  case 403:
    return ErrorKind::Forbidden;
  case 404:
    return ErrorKind::NotFound;
  case 409:
    return reason == "AlreadyExists" ? ErrorKind::AlreadyExists : ErrorKind::Conflict;
  case 410:
    return ErrorKind::Expired;
  case 429:
    return ErrorKind::TooManyRequests;
  case 408:
    return ErrorKind::TimedOut;
  default:
    if (code >= 500 && code <= 599) return ErrorKind::ServerError;
    return code >= 400 && code <= 499 ? ErrorKind::Invalid : ErrorKind::BadAnswer;
  }
}

// The beginning of a text, in one line of printable ASCII.
std::string beginning_of(std::string_view text) {
  std::string line;
  for (const char character : text.substr(0, kQuoted)) {
    const bool printable = character > ' ' && character < '\x7f';
    if (printable || (!line.empty() && line.back() != ' ')) line += printable ? character : ' ';
  }
  return line + (text.size() > kQuoted ? "…" : "");
}

Error from_status(int code, const nlohmann::json &status) {
  Error error;
  error.status = code;
  error.reason = text_of(status, "reason");
  error.message = text_of(status, "message");
  error.kind = names_too_large_version(status) ? ErrorKind::Expired : kind_of(code, error.reason);
  error.retry_after = retry_after_of(status);
  return error;
}

} // namespace

Error classify(const Response &response) {
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  const bool is_status = body.is_object() && text_of(body, "kind") == "Status";
  Error error = is_status ? from_status(response.status, body) : Error{kind_of(response.status, {}), response.status, {}, {}, {}};
  if (error.message.empty()) {
    error.message = "the API server answers with HTTP status " + std::to_string(response.status);
    if (response.status >= 300 && response.status <= 399)
      error.message += ", a redirect, which is not followed: give the server's own address";
    const std::string quoted = is_status ? std::string() : beginning_of(response.body);
    error.message += quoted.empty() ? "." : ": " + quoted;
  }
  if (const auto header = seconds_of(response.retry_after)) error.retry_after = header;
  return error;
}

Error classify_status(const nlohmann::json &status) {
  if (!status.is_object()) return Error{ErrorKind::BadAnswer, 0, {}, "the API server sends an error without saying which.", {}};
  const auto code = status.find("code");
  const int number = code != status.end() && code->is_number_integer() ? code->get<int>() : 0;
  Error error = from_status(number, status);
  if (error.message.empty()) error.message = "the API server sends an error with the code " + std::to_string(number) + ".";
  return error;
}

} // namespace controller::kube
