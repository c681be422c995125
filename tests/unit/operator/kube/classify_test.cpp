// From a status to the kind of error, and what a person reads of it.
#include "operator/kube/classify.h"

#include <gtest/gtest.h>

#include "operator/kube/watch_line.h"

namespace controller::kube {
namespace {

using nlohmann::json;

json status_of(int code, const std::string &reason, const std::string &message, const json &details = nullptr) {
  json status = {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", message}};
  if (!details.is_null()) status["details"] = details;
  return status;
}

struct Case {
  std::string name;
  int status;
  std::string body;
  ErrorKind kind;
  std::string message;
};

class Classify : public testing::TestWithParam<Case> {};

TEST_P(Classify, GivesKindAndMessage) {
  const Error error = classify({GetParam().status, {}, GetParam().body});
  EXPECT_EQ(error.kind, GetParam().kind);
  EXPECT_EQ(error.status, GetParam().status);
  EXPECT_EQ(error.message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, Classify,
    testing::Values(
        Case{"NotFound", 404, status_of(404, "NotFound", "jobs \"a\" not found").dump(), ErrorKind::NotFound,
             "jobs \"a\" not found"},
        Case{"AlreadyExists", 409, status_of(409, "AlreadyExists", "exists").dump(), ErrorKind::AlreadyExists, "exists"},
        Case{"Conflict", 409, status_of(409, "Conflict", "modified").dump(), ErrorKind::Conflict, "modified"},
        Case{"ApplyConflict", 409, status_of(409, "Conflict", "Apply failed with 1 conflict").dump(), ErrorKind::Conflict,
             "Apply failed with 1 conflict"},
        Case{"Expired", 410, status_of(410, "Expired", "too old").dump(), ErrorKind::Expired, "too old"},
        Case{"Gone", 410, status_of(410, "Gone", "too old").dump(), ErrorKind::Expired, "too old"},
        Case{"TooLargeByCause", 504,
             status_of(504, "Timeout", "Timeout: x", {{"causes", json::array({{{"reason", "ResourceVersionTooLarge"}}})}}).dump(),
             ErrorKind::Expired, "Timeout: x"},
        Case{"TooLargeByMessage", 504, status_of(504, "Timeout", "Timeout: Too large resource version: 9, current: 5").dump(),
             ErrorKind::Expired, "Timeout: Too large resource version: 9, current: 5"},
        Case{"AnotherTimeout", 504, status_of(504, "Timeout", "etcd").dump(), ErrorKind::ServerError, "etcd"},
        Case{"BadRequest", 400, status_of(400, "BadRequest", "no").dump(), ErrorKind::Invalid, "no"},
        Case{"TooLarge", 413, "", ErrorKind::Invalid, "the API server answers with HTTP status 413."},
        Case{"MediaType", 415, status_of(415, "UnsupportedMediaType", "no").dump(), ErrorKind::Invalid, "no"},
        Case{"Unprocessable", 422, status_of(422, "Invalid", "spec.x: Required value").dump(), ErrorKind::Invalid,
             "spec.x: Required value"},
        Case{"Method", 405, status_of(405, "MethodNotAllowed", "no").dump(), ErrorKind::Invalid, "no"},
        Case{"Forbidden", 403, status_of(403, "Forbidden", "exceeded quota").dump(), ErrorKind::Forbidden, "exceeded quota"},
        Case{"Unauthorized", 401, status_of(401, "Unauthorized", "Unauthorized").dump(), ErrorKind::Unauthorized, "Unauthorized"},
        Case{"RequestTimeout", 408, "", ErrorKind::TimedOut, "the API server answers with HTTP status 408."},
        Case{"Busy", 429, "Too many requests, please try again later.\n", ErrorKind::TooManyRequests,
             "the API server answers with HTTP status 429: Too many requests, please try again later. "},
        Case{"Html", 502, "<html>\n\n\tBad\x01 Gateway</html>", ErrorKind::ServerError,
             "the API server answers with HTTP status 502: <html> Bad Gateway</html>"},
        Case{"Long", 500, std::string(300, 'x'), ErrorKind::ServerError,
             "the API server answers with HTTP status 500: " + std::string(200, 'x') + "…"},
        Case{"StatusWithoutMessage", 503, R"({"kind":"Status","code":503})", ErrorKind::ServerError,
             "the API server answers with HTTP status 503."},
        Case{"StatusOfOtherTypes", 500, R"({"kind":"Status","reason":7,"message":[],"details":{"causes":3}})",
             ErrorKind::ServerError, "the API server answers with HTTP status 500."},
        Case{"Redirect", 307, "", ErrorKind::BadAnswer,
             "the API server answers with HTTP status 307, a redirect, which is not followed: give the server's own address."},
        Case{"Nonsense", 999, "", ErrorKind::BadAnswer, "the API server answers with HTTP status 999."}),
    [](const auto &tested) { return tested.param.name; });

TEST(RetryAfter, TheHeaderCountsBeforeTheDetails) {
  const std::string body = status_of(429, "TooManyRequests", "later", {{"retryAfterSeconds", 9}}).dump();
  EXPECT_EQ(classify({429, "4", body}).retry_after, std::chrono::seconds(4));
  EXPECT_EQ(classify({429, {}, body}).retry_after, std::chrono::seconds(9));
  EXPECT_EQ(classify({429, "0", "x"}).retry_after, std::chrono::seconds(0));
  for (const char *none : {"", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999"})
    EXPECT_EQ(classify({429, none, "x"}).retry_after, std::nullopt) << none;
}

TEST(ErrorEvents, AreClassifiedByTheirCode) {
  const Error expired = classify_status(status_of(410, "Expired", "too old resource version"));
  EXPECT_EQ(expired.kind, ErrorKind::Expired);
  EXPECT_EQ(expired.status, 410);
  EXPECT_EQ(expired.reason, "Expired");
  EXPECT_EQ(classify_status(status_of(500, "InternalError", "x")).kind, ErrorKind::ServerError);
  EXPECT_EQ(classify_status(json("text")).kind, ErrorKind::BadAnswer);
  EXPECT_EQ(classify_status(json::object()).message, "the API server sends an error with the code 0.");
}

TEST(WatchLine, IsTypeAndObject) {
  const auto event = parse_watch_line(R"({"type":"ADDED","object":{"a":1},"more":2})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, "ADDED");
  EXPECT_EQ(event->object, json({{"a", 1}}));
  for (const char *text : {"", "{", "[]", "7", "{\"type\":\"ADDED\"}", "{\"object\":{}}", "{\"type\":null,\"object\":{}}",
                           "{\"type\":\"ADDED\",\"object\":[]}"})
    EXPECT_EQ(parse_watch_line(text).error().kind, ErrorKind::BadAnswer) << text;
}

} // namespace
} // namespace controller::kube
