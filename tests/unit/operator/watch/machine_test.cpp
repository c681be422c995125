// The machine of a list and a watch, input by input: each rule of Kubernetes' "Efficient detection of changes" that it keeps.
#include "operator/watch/machine.h"

#include <gtest/gtest.h>

#include "operator/watch/store.h"

namespace {

using namespace controller;
using namespace controller::watch;
using kube::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

kube::Json object(const std::string &name, const std::string &version) {
  return {{"metadata", {{"namespace", "n"}, {"name", name}, {"resourceVersion", version}, {"managedFields", {1, 2}}}}};
}

kube::Json page(std::vector<kube::Json> items, const std::string &version, const std::string &token = {}) {
  kube::Json metadata{{"resourceVersion", version}};
  if (!token.empty()) metadata["continue"] = token;
  return {{"metadata", metadata}, {"items", items}};
}

kube::Error error(ErrorKind kind) {
  return {kind, 0, {}, "it failed", {}};
}

State watching(const std::string &version) {
  return step({}, PageArrived{page({}, version)}).state;
}

Step event(State state, const std::string &type, kube::Json about) {
  return step(std::move(state), EventArrived{{type, std::move(about)}});
}

kube::Json status(int code, const std::string &reason, const std::string &message = "no") {
  return {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", message}};
}

std::string list_version(const State &state) {
  return next_request(state, 0).list.resource_version;
}

TEST(Machine, BeginsWithAListOfTheNewestState) {
  const Request request = next_request({}, 0.5);
  EXPECT_EQ(request.phase, Phase::List);
  EXPECT_EQ(request.list.resource_version, "");
  EXPECT_EQ(request.list.limit, 500);
  EXPECT_EQ(request.after, milliseconds(0));
}

TEST(Machine, NothingReachesTheStoreBeforeTheLastPage) {
  Step first = step({}, PageArrived{page({object("a", "3")}, "10", "token")});
  EXPECT_TRUE(std::holds_alternative<std::monostate>(first.effect));
  const Request request = next_request(first.state, 0);
  EXPECT_EQ(request.phase, Phase::List);
  EXPECT_EQ(request.list.continue_token, "token");
  EXPECT_EQ(request.list.resource_version, "");

  const Step last = step(std::move(first.state), PageArrived{page({object("b", "4")}, "10")});
  const auto *all = std::get_if<ReplaceAll>(&last.effect);
  ASSERT_NE(all, nullptr);
  ASSERT_EQ(all->objects.size(), 2U);
  EXPECT_FALSE(all->objects[0]["metadata"].contains("managedFields"));
  EXPECT_EQ(last.state.phase, Phase::Watch);
  EXPECT_EQ(next_request(last.state, 0).watch.resource_version, "10");
}

TEST(Machine, AnExpiredTokenBeginsTheListAnewWithoutItsPages) {
  Step first = step({}, PageArrived{page({object("a", "3")}, "10", "token")});
  Step expired = step(std::move(first.state), ListFailed{error(ErrorKind::Expired)});
  EXPECT_TRUE(expired.state.items.empty());
  EXPECT_EQ(next_request(expired.state, 0).list.continue_token, "");
  EXPECT_GT(next_request(expired.state, 0).after,
            milliseconds(0)); // a server whose tokens always expire is not asked without end
  const Step last = step(std::move(expired.state), PageArrived{page({object("b", "4")}, "11")});
  EXPECT_EQ(std::get<ReplaceAll>(last.effect).objects.size(), 1U);
}

TEST(Machine, AFailedPageIsAskedForAgain) {
  Step first = step({}, PageArrived{page({object("a", "3")}, "10", "token")});
  const Step failed = step(std::move(first.state), ListFailed{error(ErrorKind::Unreachable)});
  EXPECT_EQ(next_request(failed.state, 0).list.continue_token, "token");
  EXPECT_EQ(failed.state.items.size(), 1U);
  EXPECT_GE(next_request(failed.state, 0).after, milliseconds(800));
}

TEST(Machine, EventsChangeTheStoreAndMoveTheVersion) {
  Step added = event(watching("10"), "ADDED", object("a", "11"));
  EXPECT_EQ(version_of(std::get<Put>(added.effect).object), "11");
  EXPECT_FALSE(std::get<Put>(added.effect).object["metadata"].contains("managedFields"));
  Step gone = event(std::move(added.state), "DELETED", object("a", "12"));
  EXPECT_EQ(std::get<Erase>(gone.effect).name, (kube::ObjectName{"n", "a"}));
  EXPECT_EQ(next_request(gone.state, 0).watch.resource_version, "12");
}

TEST(Machine, ABookmarkCarriesOnlyTheVersion) {
  const Step mark = event(watching("10"), "BOOKMARK", {{"metadata", {{"resourceVersion", "99"}}}});
  EXPECT_TRUE(std::holds_alternative<std::monostate>(mark.effect));
  EXPECT_EQ(next_request(mark.state, 0).watch.resource_version, "99");
}

TEST(Machine, AVersionIsNeverReadAsANumber) {
  const Step added = event(watching("10"), "ADDED", object("a", "opaque-Z"));
  const Step later = event(added.state, "MODIFIED", object("a", "3"));
  EXPECT_EQ(next_request(later.state, 0).watch.resource_version, "3");
}

TEST(Machine, AnUnknownKindOfEventIsPassedOver) {
  const Step step_done = event(watching("10"), "SPARKLED", object("a", "11"));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(step_done.effect));
  EXPECT_FALSE(step_done.leave_stream);
  EXPECT_EQ(next_request(step_done.state, 0).watch.resource_version, "10");
}

TEST(Machine, TheStreamsEndGoesOnFromTheLastVersion) {
  Step added = event(watching("10"), "ADDED", object("a", "11"));
  const Step ended = step(std::move(added.state), WatchEnded{{}, seconds(400)});
  const Request request = next_request(ended.state, 0);
  EXPECT_EQ(request.phase, Phase::Watch);
  EXPECT_EQ(request.watch.resource_version, "11");
  EXPECT_EQ(request.after, milliseconds(0));
}

TEST(Machine, AStreamThatIsClosedAtOnceIsNotAskedForWithoutEnd) {
  State state = watching("10");
  milliseconds last{0};
  for (int i = 0; i < 3; ++i) {
    Step ended = step(std::move(state), WatchEnded{{}, milliseconds(5)});
    EXPECT_FALSE(ended.trouble.empty());
    state = std::move(ended.state);
    EXPECT_GT(next_request(state, 0).after, last);
    last = next_request(state, 0).after;
  }
  EXPECT_EQ(next_request(state, 0).phase, Phase::Watch);
}

struct Gone {
  std::string name;
  Input input;
};
class MachineGone : public testing::TestWithParam<Gone> {};

TEST_P(MachineGone, RelistsAtTheLastVersionAndThenWithNone) {
  Step gone = step(event(watching("10"), "ADDED", object("a", "11")).state, GetParam().input);
  EXPECT_EQ(gone.state.phase, Phase::List);
  EXPECT_EQ(list_version(gone.state), "11");
  EXPECT_EQ(next_request(gone.state, 0).after, milliseconds(0));
  const Step again = step(std::move(gone.state), ListFailed{error(ErrorKind::Expired)});
  EXPECT_EQ(again.state.phase, Phase::List);
  EXPECT_EQ(list_version(again.state), "");
}

TEST_P(MachineGone, NeverRelistsTwiceAtTheSameVersion) {
  Step gone = step(event(watching("10"), "ADDED", object("a", "11")).state, GetParam().input);
  EXPECT_EQ(list_version(gone.state), "11");
  Step listed =
      step(std::move(gone.state), PageArrived{page({}, "11")}); // the server answers with a version that it cannot go on from
  const Step again = step(std::move(listed.state), GetParam().input);
  EXPECT_EQ(list_version(again.state), "");
}

INSTANTIATE_TEST_SUITE_P(Ways, MachineGone,
                         testing::Values(Gone{"Status", WatchEnded{error(ErrorKind::Expired), milliseconds(10)}},
                                         Gone{"Event", EventArrived{{"ERROR", status(410, "Expired")}}},
                                         Gone{"ReasonAlone", EventArrived{{"ERROR", status(0, "Gone")}}}),
                         [](const auto &one) { return one.param.name; });

TEST(Machine, ListsThatWatchesCannotGoOnFromSlowDown) {
  State state = watching("10");
  milliseconds longest{0};
  for (int i = 0; i < 12; ++i) {
    state = step(std::move(state), WatchEnded{error(ErrorKind::Expired), milliseconds(1)}).state;
    longest = std::max(longest, next_request(state, 0).after);
    state = step(std::move(state), PageArrived{page({}, "20")}).state;
    longest = std::max(longest, next_request(state, 0).after);
  }
  EXPECT_GE(longest, seconds(10));
}

TEST(Machine, TooLargeAVersionIsAskedForNoMore) {
  const Step error_event = event(watching("10"), "ERROR", status(504, "Timeout", "Too large resource version: 10, current: 3"));
  EXPECT_TRUE(error_event.leave_stream);
  EXPECT_EQ(error_event.state.phase, Phase::List);
  EXPECT_EQ(list_version(error_event.state), "");
}

TEST(Machine, TooManyRequestsBacksOffWithoutARelist) {
  kube::Error busy = error(ErrorKind::TooManyRequests);
  busy.retry_after = seconds(7);
  const Step ended = step(watching("10"), WatchEnded{busy, milliseconds(1)});
  EXPECT_EQ(next_request(ended.state, 0).phase, Phase::Watch);
  EXPECT_EQ(next_request(ended.state, 0).after, seconds(7));
  const Step in_stream = event(watching("10"), "ERROR", status(429, "TooManyRequests"));
  EXPECT_TRUE(in_stream.leave_stream);
  EXPECT_EQ(next_request(in_stream.state, 0).phase, Phase::Watch);
  EXPECT_GE(next_request(in_stream.state, 0).after, milliseconds(800));
}

TEST(Machine, AnHourOfRetryAfterIsNotObeyed) {
  kube::Error busy = error(ErrorKind::TooManyRequests);
  busy.retry_after = seconds(3600);
  EXPECT_EQ(next_request(step(watching("10"), WatchEnded{busy, milliseconds(1)}).state, 0).after, seconds(120));
}

TEST(Machine, ABrokenConnectionGoesOnFromTheLastVersion) {
  for (const ErrorKind kind : {ErrorKind::Unreachable, ErrorKind::TimedOut, ErrorKind::ServerError}) {
    const Step ended = step(watching("10"), WatchEnded{error(kind), seconds(30)});
    EXPECT_EQ(next_request(ended.state, 0).phase, Phase::Watch);
    EXPECT_EQ(next_request(ended.state, 0).watch.resource_version, "10");
    EXPECT_EQ(ended.trouble, "it failed");
  }
}

TEST(Machine, OtherRefusalsGoBackToTheListWhichSaysWhatIsWrong) {
  for (const ErrorKind kind : {ErrorKind::Forbidden, ErrorKind::NotFound, ErrorKind::Invalid, ErrorKind::BadAnswer})
    EXPECT_EQ(step(watching("10"), WatchEnded{error(kind), seconds(30)}).state.phase, Phase::List);
}

TEST(Machine, GarbageInTheStreamIsNotTrusted) {
  for (const kube::Json &about : {kube::Json(7), kube::Json::object(), kube::Json{{"metadata", {{"name", "a"}}}}}) {
    const Step broken = event(watching("10"), "MODIFIED", about);
    EXPECT_TRUE(broken.leave_stream);
    EXPECT_EQ(broken.state.phase, Phase::List);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(broken.effect));
  }
}

TEST(Machine, GarbageInsteadOfAListChangesNothing) {
  for (const kube::Json &answer :
       {kube::Json(7), kube::Json::object(), kube::Json{{"items", 3}}, page({kube::Json(1)}, "3"), page({}, "")}) {
    const Step broken = step({}, PageArrived{answer});
    EXPECT_EQ(broken.state.phase, Phase::List);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(broken.effect));
    EXPECT_GE(next_request(broken.state, 0).after, milliseconds(800));
  }
}

TEST(Machine, ListsAndWatchesAreSpreadOverTime) {
  EXPECT_EQ(next_request(watching("10"), 0).watch.timeout, seconds(300));
  EXPECT_EQ(next_request(watching("10"), 0.5).watch.timeout, seconds(450));
  EXPECT_LE(next_request(watching("10"), 0.999).watch.timeout, seconds(600));
}

TEST(WatchBackoff, DoublesFrom800MillisecondsTo30Seconds) {
  EXPECT_EQ(watch_backoff(0, 0.9), milliseconds(0));
  EXPECT_EQ(watch_backoff(1, 0), milliseconds(800));
  EXPECT_EQ(watch_backoff(2, 0), milliseconds(1600));
  EXPECT_LT(watch_backoff(1, 0.999), milliseconds(1600));
  EXPECT_EQ(watch_backoff(100, 0), milliseconds(15'000));
  EXPECT_LE(watch_backoff(100, 0.9999), milliseconds(30'000));
}

} // namespace
