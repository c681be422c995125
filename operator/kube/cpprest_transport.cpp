// See cpprest_transport.h. Every task of the library is waited for with a limit and a stop token of ours; one that we give up is cancelled, which
// closes its connection, and goes to its end in the library's own threads without touching anything of ours.
#include "operator/kube/cpprest_transport.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

namespace controller::kube {

namespace {

using Clock = std::chrono::steady_clock;
using web::http::client::http_client;
using web::http::client::http_client_config;

constexpr std::size_t kThreads = 2;                       // of the library: they only move bytes
constexpr std::size_t kPiece = 64 * 1024;                 // bytes handed on at once
constexpr std::size_t kLargestAnswer = 256 * 1024 * 1024; // bytes; a page of 500 objects is far from it
// The library's own idle timers; ours (a limit a call) are shorter and the ones that count.
constexpr std::chrono::seconds kExchangeIdle{120};
constexpr std::chrono::hours kStreamIdle{2};

enum class Outcome { Done, TimedOut, Stopped };

// Something that a thread of the library sets once and one of ours waits for.
class Done {
public:
  void set() {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }
  Outcome wait(Clock::time_point until, const std::stop_token &stop) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changed_.wait_until(lock, stop, until, [this] { return done_; })) return Outcome::Done;
    return stop.stop_requested() ? Outcome::Stopped : Outcome::TimedOut;
  }

private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool done_ = false;
};

// Afterwards a task that is Done gives its value or its exception without waiting; any other may be forgotten.
template <typename T> Outcome await(const pplx::task<T> &task, Clock::time_point until, const std::stop_token &stop) {
  const auto done = std::make_shared<Done>();
  task.then([done](const pplx::task<T> &ended) {
    try {
      ended.wait(); // an exception that nobody looked at would end the process
    } catch (const std::exception &) {
    }
    done->set();
  });
  return done->wait(until, stop);
}

// What the library says, as the middle of a sentence.
std::string words_of(const std::exception &exception) {
  std::string words = exception.what();
  while (!words.empty() && (words.back() == '.' || words.back() == ' ' || words.back() == '\n')) words.pop_back();
  return words.empty() ? "the connection broke" : words;
}

class CpprestTransport final : public Transport {
public:
  CpprestTransport(const ServerUrl &server, ServerTrust trust)
      : server_(server), trust_(std::move(trust)), verdict_(std::make_shared<Verdict>()) {
    static std::once_flag once;
    std::call_once(once, [] {
      try {
        crossplat::threadpool::initialize_with_threads(kThreads);
      } catch (const std::exception &) {
        // Somebody else in the process has started its pool: that one serves as well.
      }
    });
  }

  Result<Response> exchange(const Request &request, std::chrono::milliseconds limit, std::stop_token stop) override {
    const Clock::time_point until = Clock::now() + limit;
    return perform(request, false, [until] { return until; }, stop, {});
  }

  Result<Response> stream(const Request &request, std::chrono::milliseconds silence, std::stop_token stop,
                          const OnPiece &on_piece) override {
    return perform(
        request, true, [silence] { return Clock::now() + silence; }, stop, on_piece);
  }

private:
  using Until = std::function<Clock::time_point()>;

  // Streams have a client of their own, because the idle timer belongs to a client. Both are made anew for another identity: what is pending keeps
  // the old one alive.
  std::shared_ptr<http_client> client_for(const Identity &identity, bool streams) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!exchanges_ || !(identity == identity_)) {
      exchanges_ = make_client(identity, kExchangeIdle);
      streams_ = make_client(identity, kStreamIdle);
      identity_ = identity;
    }
    return streams ? streams_ : exchanges_;
  }

  std::shared_ptr<http_client> make_client(const Identity &identity, std::chrono::seconds idle) const {
    http_client_config config;
    config.set_timeout(idle);
    config.set_max_redirects(0);          // it would take the token along
    config.set_tlsext_sni_enabled(false); // tls.h announces the name
    config.set_ssl_context_callback([trust = trust_, identity, verdict = verdict_](boost::asio::ssl::context &context) {
      configure(*context.native_handle(), trust, identity, verdict);
    });
    // An IPv6 address without its brackets: the library hands it to getaddrinfo as it stands, and finds the port behind the last colon.
    const std::string url =
        (server_.tls ? "https://" : "http://") + server_.host + ":" + std::to_string(server_.port) + server_.path + "/";
    return std::make_shared<http_client>(web::uri(url), config);
  }

  web::http::http_request message_of(const Request &request) const {
    web::http::http_request message(request.method);
    message.set_request_uri(web::uri(request.target));
    message.headers().add(web::http::header_names::host, server_.authority());
    std::string type;
    for (const auto &[name, value] : request.headers)
      if (name == "Content-Type")
        type = value;
      else
        message.headers().add(name, value);
    if (!request.body.empty()) message.set_body(request.body, type);
    return message;
  }

  tl::unexpected<Error> unreachable(const std::exception &exception) const {
    const std::string refused = verdict_->take();
    const std::string why = refused.empty() ? words_of(exception)
                                            : "its certificate is refused (" + refused +
                                                  "). Check the authority and the name that the kubeconfig gives for it";
    return fail(ErrorKind::Unreachable, "cannot reach the API server at " + server_.authority() + ": " + why + ".");
  }

  tl::unexpected<Error> given_up(Outcome outcome) const {
    if (outcome == Outcome::Stopped) return fail(ErrorKind::Stopped, "stopped while waiting for the API server.");
    return fail(ErrorKind::TimedOut, "the API server at " + server_.authority() + " does not answer in time.");
  }

  Result<Response> perform(const Request &request, bool streams, const Until &until, const std::stop_token &stop,
                           const OnPiece &on_piece) {
    if (stop.stop_requested()) return given_up(Outcome::Stopped);
    pplx::cancellation_token_source cancellation;
    Result<Response> result = fail(ErrorKind::Unreachable, {});
    try {
      result = attempt(request, streams, until, stop, on_piece, cancellation.get_token());
    } catch (const std::exception &exception) {
      result = unreachable(exception);
    }
    if (!result) cancellation.cancel();
    return result;
  }

  Result<Response> attempt(const Request &request, bool streams, const Until &until, const std::stop_token &stop,
                           const OnPiece &on_piece, const pplx::cancellation_token &cancellation) {
    const pplx::task<web::http::http_response> asked =
        client_for(request.identity, streams)->request(message_of(request), cancellation);
    if (const Outcome outcome = await(asked, until(), stop); outcome != Outcome::Done) return given_up(outcome);
    const web::http::http_response answer = asked.get();
    Response response;
    response.status = answer.status_code();
    if (const auto header = answer.headers().find(web::http::header_names::retry_after); header != answer.headers().end())
      response.retry_after = header->second;
    const bool hands_on = streams && response.status == web::http::status_codes::OK;
    const auto take = [&](std::string_view piece) -> Status {
      if (hands_on) return on_piece(piece);
      if (response.body.size() + piece.size() > kLargestAnswer)
        return fail(ErrorKind::BadAnswer, "the API server's answer is larger than 256 MiB.");
      response.body += piece;
      return {};
    };
    if (Status read = read_body(answer, until, stop, take); !read) return tl::unexpected<Error>(std::move(read.error()));
    return response;
  }

  Status read_body(const web::http::http_response &answer, const Until &until, const std::stop_token &stop,
                   const OnPiece &take) const {
    auto body = answer.body().streambuf();
    std::string piece(kPiece, '\0');
    for (;;) {
      const auto next = body.getc(); // looks at the next byte; it is what can be waited for without asking for a number of them
      if (const Outcome outcome = await(next, until(), stop); outcome != Outcome::Done) return given_up(outcome);
      if (next.get() == decltype(body)::traits::eof()) break;
      const std::size_t at_hand = std::clamp<std::size_t>(body.in_avail(), 1, piece.size());
      const std::size_t length = body.getn(reinterpret_cast<std::uint8_t *>(piece.data()), at_hand).get();
      if (Status taken = take(std::string_view(piece).substr(0, length)); !taken) return taken;
    }
    // The buffer ends also where the connection was cut; this tells the two apart.
    const auto whole = answer.content_ready();
    if (const Outcome outcome = await(whole, until(), stop); outcome != Outcome::Done) return given_up(outcome);
    whole.get();
    return {};
  }

  const ServerUrl server_;
  const ServerTrust trust_;
  const std::shared_ptr<Verdict> verdict_;
  std::mutex mutex_; // of what follows
  Identity identity_;
  std::shared_ptr<http_client> exchanges_;
  std::shared_ptr<http_client> streams_;
};

} // namespace

std::unique_ptr<Transport> make_cpprest_transport(const ServerUrl &server, ServerTrust trust) {
  return std::make_unique<CpprestTransport>(server, std::move(trust));
}

} // namespace controller::kube
