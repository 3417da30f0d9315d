// SPDX-License-Identifier: Apache-2.0
#include "nushell/connection.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "value/json_read.hpp"

namespace virga::nushell {
namespace {

/// Answers a call with a stream of what came in, or with a question's answer.
class EchoHost final : public Host {
 public:
  [[nodiscard]] std::string version() const override { return "1.2.3"; }

  [[nodiscard]] Value signatures(EngineVersion) const override { return List(); }

  void run(RunningCall& call) override {
    if (!call.input) {
      const auto answer = call.ask("GetCurrentDir");
      call.answer(answer ? answer->payload : Value("nobody answered"));
      return;
    }
    const auto out = call.answer_stream(StreamKind::list);
    while (true) {
      const auto item = call.input->next(call.stop);
      if (!item || !*item || !out->write(**item, call.request.head, no_units(), call.stop)) {
        break;
      }
      out->flush();
    }
  }

  [[nodiscard]] Value complete(const Value&, const AskEngine&) override { return List(); }

  void interrupt() override {}
};

struct Talk {
  Result<bool> ended = false;
  std::vector<Value> answers;  ///< our messages, behind the greeting
  std::size_t rest = 0;        ///< bytes behind the last whole message
};

/// What the plugin says to some bytes of the engine's.
Talk talk(const std::string& bytes) {
  std::array<int, 2> input{};
  EXPECT_EQ(pipe(input.data()), 0);
  EXPECT_EQ(write(input[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(input[1]);
  const int output = memfd_create("answers", MFD_CLOEXEC);
  Talk out;
  {
    EchoHost host;
    Connection connection(input[0], output, host);
    out.ended = connection.run();
  }
  close(input[0]);
  std::string said(static_cast<std::size_t>(lseek(output, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(output, said.data(), said.size(), 0), static_cast<ssize_t>(said.size()));
  close(output);
  EXPECT_TRUE(said.starts_with("\x07msgpack"));
  MessageReader reader;
  reader.feed(said.substr(8));
  std::size_t used = 8;
  for (auto message = reader.next(); message && *message; message = reader.next()) {
    std::string again;
    pack(again, **message);
    used += again.size();  // the same bytes: all that we write is in its shortest form
    if ((*message)->find("Hello") == nullptr) {
      out.answers.push_back(std::move(**message));
    }
  }
  out.rest = said.size() - used;
  return out;
}

std::string packed(std::string_view json) {
  std::string out;
  pack(out, *read_json(json));
  return out;
}

/// A session: questions, a call that asks back, one with a stream, completion, a signal.
std::vector<std::string> session() {
  constexpr std::string_view k_call =
      R"("call": {"head": {"start": 5, "end": 9}, "positional": [{"String": {"val": "h\u00e9", "span": {"start": 1, "end": 2}}}],
         "named": [[{"item": "profile", "span": {"start": 3, "end": 4}}, {"Binary": {"val": [0, 255, 128], "span": {"start": 3, "end": 4}}}]]})";
  return {
      packed(
          R"({"Hello": {"protocol": "nu-plugin", "version": "0.115.1", "features": [{"name": "LocalSocket"}]}})"),
      packed(R"({"Call": [0, "Metadata"]})"),
      packed(R"({"Call": [1, "Signature"]})"),
      packed(concat(R"({"Call": [2, {"Run": {"name": "a", )", k_call, R"(, "input": "Empty"}}]})")),
      packed(
          R"({"EngineCallResponse": [0, {"PipelineData": {"ListStream": {"id": 9, "span": {"start": 0, "end": 0}, "metadata": null}}}]})"),
      packed(concat(
          R"({"Call": [3, {"Run": {"name": "b", )",
          k_call,
          R"(, "input": {"ListStream": {"id": 7, "span": {"start": 0, "end": 0}, "metadata": null}}}}]})")),
      packed(R"({"Data": [7, {"List": {"Int": {"val": 1, "span": {"start": 0, "end": 0}}}}]})"),
      packed(R"({"Data": [7, {"Raw": {"Err": {"msg": "broken"}}}]})"),
      packed(R"({"Ack": 1})"),
      packed(R"({"End": 7})"),
      packed(
          R"({"Call": [4, {"GetCompletion": {"name": "virga aws", "arg_type": {"Positional": 0}}}]})"),
      packed(R"({"Signal": "Interrupt"})"),
      packed(R"({"Drop": 1})"),
      packed(R"({"Call": [5, {"CustomValueOp": [{}, "Dropped"]}]})"),
      packed(R"({"Call": [6, "Telepathy"]})"),
      packed(R"("Goodbye")"),
  };
}

std::string joined(const std::vector<std::string>& messages) {
  std::string out;
  for (const auto& message : messages) {
    out += message;
  }
  return out;
}

/// The calls among the messages that end within the first `length` bytes.
std::size_t calls_within(const std::vector<std::string>& messages, std::size_t length) {
  std::size_t count = 0;
  for (const auto& message : messages) {
    if (message.size() > length) {
      break;
    }
    length -= message.size();
    if (message.starts_with("\x81\xa4"
                            "Call")) {
      ++count;
    }
  }
  return count;
}

std::size_t responses(const Talk& talk) {
  std::size_t count = 0;
  for (const auto& answer : talk.answers) {
    if (answer.find("CallResponse") != nullptr) {
      ++count;
    }
  }
  return count;
}

TEST(Connection, EveryCallIsAnsweredWhereverTheTrafficIsCut) {
  const auto messages = session();
  const std::string traffic = joined(messages);
  for (std::size_t length = 0; length <= traffic.size(); ++length) {
    const Talk heard = talk(traffic.substr(0, length));
    ASSERT_TRUE(heard.ended) << length << ": " << heard.ended.error().message;
    EXPECT_TRUE(*heard.ended) << "a call still runs, cut at " << length;
    EXPECT_EQ(heard.rest, 0U) << length;
    EXPECT_EQ(responses(heard), calls_within(messages, length)) << length;
  }
}

TEST(Connection, AnyByteMayBeWrong) {
  const std::string traffic = joined(session());
  for (std::size_t at = 0; at < traffic.size(); ++at) {
    for (const char wrong : {'\xc1', '\xdf', '\0'}) {
      std::string damaged = traffic;
      damaged[at] = wrong;
      EXPECT_EQ(talk(damaged).rest, 0U) << at;
    }
  }
}

TEST(Connection, CallsOfAnUnknownKindGetAnErrorAndMessagesOfOneAreLeftAlone) {
  const auto messages = session();
  const Talk heard = talk(messages.front() + packed(R"({"Telepathy": [1, 2]})") + messages[14] +
                          packed(R"({"Call": [7, {"Telepathy": {"x": 1}}]})") + messages[1]);
  ASSERT_TRUE(heard.ended);
  ASSERT_EQ(heard.answers.size(), 3U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& answer = *heard.answers[i].find("CallResponse")->as_list();
    EXPECT_NE(answer[1].find("Error"), nullptr);
  }
}

}  // namespace
}  // namespace virga::nushell
