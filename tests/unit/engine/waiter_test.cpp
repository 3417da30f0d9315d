// SPDX-License-Identifier: Apache-2.0
#include "engine/waiter.hpp"

#include <deque>
#include <utility>

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"
#include "support/tiny_model.hpp"
#include "value/json_read.hpp"

namespace virga::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view k_service = R"({
  "metadata": {"protocol": "json"},
  "operations": {"Describe": {"input": {"shape": "In"}, "output": {"shape": "Out"}}},
  "shapes": {
    "In": {"type": "structure", "members": {"Name": {"shape": "S"}}},
    "Out": {"type": "structure", "members": {"State": {"shape": "S"}}},
    "S": {"type": "string"}
  }
})";

constexpr std::string_view k_waiters = R"({
  "ThingReady": {"operation": "Describe", "delay": 16, "maxAttempts": 3, "acceptors": [
    {"matcher": "path", "argument": "State", "expected": "ready", "state": "success"},
    {"matcher": "path", "argument": "State", "expected": "broken", "state": "failure"},
    {"matcher": "path", "argument": "length(Parts || `[]`) > `2`", "expected": true, "state": "success"},
    {"matcher": "error", "expected": "NotYet", "state": "retry"}]},
  "AllUp": {"operation": "Describe", "delay": 1, "maxAttempts": 2, "acceptors": [
    {"matcher": "pathAll", "argument": "Parts[].State", "expected": "up", "state": "success"},
    {"matcher": "pathAny", "argument": "Parts[].State", "expected": "down", "state": "failure"}]},
  "ThingExists": {"operation": "Describe", "delay": 1, "maxAttempts": 2, "acceptors": [
    {"matcher": "status", "expected": 200, "state": "success"},
    {"matcher": "status", "expected": 404, "state": "retry"}]},
  "ThingQuiet": {"operation": "Describe", "delay": 1, "maxAttempts": 2, "acceptors": [
    {"matcher": "error", "expected": true, "state": "retry"},
    {"matcher": "error", "expected": false, "state": "success"}]}
})";

/// Answers with the given pages, the last one again and again; "!CODE 404" is a service's error,
/// "!" a failure that no service made.
class FakeCaller final : public Caller {
 public:
  explicit FakeCaller(std::deque<std::string> answers) : answers_(std::move(answers)) {}

  Result<Page> call(const Call& call) override {
    ++asked;
    bypassed = bypassed && call.bypass_cache;
    const auto text = answers_.front();
    if (answers_.size() > 1) {
      answers_.pop_front();
    }
    if (text == "!") {
      return fail(ErrorCode::network, "no network");
    }
    if (text.front() == '!') {
      Error error{ErrorCode::service, "said no", std::nullopt, NetworkFailure::none};
      const auto blank = text.find(' ');
      error.service =
          ServiceErrorDetail{text.substr(1, blank - 1), "so", std::stoi(text.substr(blank)), ""};
      return fail(std::move(error));
    }
    Page page;
    page.output = read_json(text).value();
    return page;
  }

  int asked = 0;
  bool bypassed = true;

 private:
  std::deque<std::string> answers_;
};

class WaiterTest : public testing::Test {
 protected:
  std::string wait(std::string_view command, FakeCaller& caller, const WaitPace& pace = {}) {
    const auto waiter = Waiter::find(catalog_.service(0), command).value().value();
    const auto status = waiter.wait(caller, Call{waiter.operation()}, pace, clock_);
    EXPECT_TRUE(caller.bypassed);
    return status ? "ok" : status.error().message;
  }

  std::string wait(std::string_view command, std::deque<std::string> answers) {
    FakeCaller caller(std::move(answers));
    return wait(command, caller, WaitPace{true, {}, {}});
  }

  static constexpr std::string_view k_pending = R"({"State": "pending"})";

  model::Catalog catalog_ = test::tiny_catalog(k_service, "{}", "tiny", k_waiters);
  test::FakeClock clock_;
};

TEST_F(WaiterTest, IsFoundByItsCommand) {
  EXPECT_FALSE(Waiter::find(catalog_.service(0), "ThingReady").value());
  EXPECT_EQ(waiter_commands(catalog_.service(0)),
            (std::vector<std::string>{"all-up", "thing-exists", "thing-quiet", "thing-ready"}));
}

TEST_F(WaiterTest, AsksAtTheModelsPaceWhereThatIsWanted) {
  FakeCaller caller({std::string(k_pending), "!NotYet 400", R"({"State": "ready"})"});
  EXPECT_EQ(wait("thing-ready", caller, WaitPace{true, {}, {}}), "ok");
  EXPECT_EQ(clock_.slept, (std::vector<milliseconds>{seconds(16), seconds(16)}));
}

TEST_F(WaiterTest, SaysWhichStateEndedIt) {
  EXPECT_EQ(wait("thing-ready", {R"({"State": "broken"})"}),
            "Waiter ThingReady failed: Waiter encountered a terminal failure state: For expression "
            "\"State\" we matched expected path: \"broken\"");
  EXPECT_EQ(wait("all-up", {R"({"Parts": [{"State": "up"}, {"State": "down"}]})"}),
            "Waiter AllUp failed: Waiter encountered a terminal failure state: For expression "
            "\"Parts[].State\" we matched expected path: \"down\" at least once");
}

TEST_F(WaiterTest, GivesUpAfterTheModelsAttempts) {
  FakeCaller never({std::string(k_pending)});
  EXPECT_EQ(wait("thing-ready", never, WaitPace{true, {}, {}}),
            "Waiter ThingReady failed: Max attempts exceeded");
  EXPECT_EQ(never.asked, 3);
  EXPECT_EQ(wait("thing-ready", {"!NotYet 400"}),
            "Waiter ThingReady failed: Max attempts exceeded. Previously accepted state: Matched "
            "expected service error code: NotYet");
}

TEST_F(WaiterTest, EndsAtAnErrorThatNoAcceptorKnows) {
  EXPECT_EQ(wait("thing-ready", {"!Denied 403"}),
            "Waiter ThingReady failed: An error occurred (Denied): so");
  EXPECT_EQ(wait("thing-ready", {"!"}), "no network");
}

TEST_F(WaiterTest, NeedsAtLeastOneElementForAll) {
  EXPECT_EQ(wait("all-up", {R"({"Parts": []})", R"({"Parts": [{"State": "up"}]})"}), "ok");
  EXPECT_EQ(wait("all-up", {R"({})"}), "Waiter AllUp failed: Max attempts exceeded");
}

TEST_F(WaiterTest, LooksAtStatusesAndExpressionsAndTheAbsenceOfErrors) {
  EXPECT_EQ(wait("thing-exists", {"!404 404", "{}"}), "ok");
  EXPECT_EQ(wait("thing-ready", {R"({"Parts": [1, 2, 3]})"}), "ok");
  EXPECT_EQ(wait("thing-quiet", {"!Any 500", "{}"}), "ok");
}

TEST_F(WaiterTest, StartsFastAndSlowsDownToTheModelsPace) {
  FakeCaller caller({std::string(k_pending)});
  EXPECT_EQ(wait("thing-ready", caller), "Waiter ThingReady failed: Max attempts exceeded");
  ASSERT_GT(clock_.slept.size(), 4U);
  EXPECT_EQ(clock_.slept[0], seconds(1));
  EXPECT_EQ(clock_.slept[1], milliseconds(1500));
  milliseconds sum{0};
  for (const auto pause : clock_.slept) {
    EXPECT_LE(pause, seconds(16));
    sum += pause;
  }
  EXPECT_EQ(sum, seconds(32)) << "as long as the model's attempts take";
}

TEST_F(WaiterTest, KeepsToTheGivenDelayAndTimeout) {
  FakeCaller caller({std::string(k_pending)});
  EXPECT_EQ(wait("thing-ready", caller, WaitPace{false, seconds(2), seconds(5)}),
            "Waiter ThingReady failed: Timeout exceeded");
  EXPECT_EQ(clock_.slept, (std::vector<milliseconds>{seconds(2), seconds(2), seconds(1)}));
}

TEST_F(WaiterTest, AsksOnceWhereThereIsNoTime) {
  FakeCaller caller({std::string(k_pending)});
  EXPECT_EQ(wait("thing-ready", caller, WaitPace{false, {}, seconds(0)}),
            "Waiter ThingReady failed: Timeout exceeded");
  EXPECT_EQ(caller.asked, 1);
}

}  // namespace
}  // namespace virga::engine
