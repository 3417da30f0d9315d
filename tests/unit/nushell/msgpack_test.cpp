// SPDX-License-Identifier: Apache-2.0
#include "nushell/msgpack.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace virga::nushell {
namespace {

Value read_back(const std::string& bytes) {
  MessageReader reader;
  reader.feed(bytes);
  auto message = reader.next();
  if (!message || !*message) {
    ADD_FAILURE() << "no message";
    return {};
  }
  return std::move(**message);
}

Value sample() {
  Map inner;
  inner.append("empty", List());
  inner.append("none", nullptr);
  Map out;
  out.append("text", std::string(70'000, 'x'));
  out.append("blob", Blob{std::string("\x00\xff", 2)});
  out.append("inner", std::move(inner));
  out.append("numbers", List{true, false, 1.5, 0, -1});
  return out;
}

TEST(Msgpack, IntegersTakeTheShortestFormAndComeBack) {
  const std::int64_t limits[] = {0,
                                 1,
                                 127,
                                 128,
                                 255,
                                 256,
                                 65535,
                                 65536,
                                 4294967295,
                                 4294967296,
                                 std::numeric_limits<std::int64_t>::max(),
                                 -1,
                                 -32,
                                 -33,
                                 -128,
                                 -129,
                                 -32768,
                                 -32769,
                                 -2147483648LL,
                                 -2147483649LL,
                                 std::numeric_limits<std::int64_t>::min()};
  for (const auto number : limits) {
    std::string bytes;
    pack_integer(bytes, number);
    EXPECT_EQ(read_back(bytes), Value(number));
  }
  std::string bytes;
  pack_integer(bytes, 127);
  pack_integer(bytes, 200);
  EXPECT_EQ(bytes, "\x7f\xcc\xc8");
}

TEST(Msgpack, ATreeComesBack) {
  std::string bytes;
  pack(bytes, sample());
  EXPECT_EQ(read_back(bytes), sample());
}

TEST(Msgpack, MessagesMayComeInAnyPieces) {
  std::string bytes;
  pack(bytes, "one");
  pack(bytes, sample());
  pack(bytes, 3);
  MessageReader reader;
  std::size_t found = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    reader.feed(std::string_view(bytes).substr(i, 7));
    while (true) {
      const auto message = reader.next();
      ASSERT_TRUE(message);
      if (!*message) {
        break;
      }
      ++found;
    }
  }
  EXPECT_EQ(found, 3U);
}

TEST(Msgpack, TextThatIsNotUtf8IsMended) {
  std::string bytes;
  pack_text(bytes,
            "a\xff"
            "b\xed\xa0\x80");
  const Value text = read_back(bytes);
  EXPECT_TRUE(is_utf8(*text.as_string()));
  EXPECT_TRUE(
      text.as_string()->starts_with("a\xef\xbf\xbd"
                                    "b\xef\xbf\xbd"));
}

TEST(Msgpack, GarbageAndDepthAreRefused) {
  MessageReader garbage;
  garbage.feed("\xc1");
  EXPECT_FALSE(garbage.next());
  MessageReader deep;
  deep.feed(std::string(100'000, '\x91'));
  EXPECT_FALSE(deep.next());
  MessageReader large;  // claims much, and is only waited for
  large.feed("\xdf\xff\xff\xff\xff");
  const auto message = large.next();
  ASSERT_TRUE(message);
  EXPECT_FALSE(*message);
}

}  // namespace
}  // namespace virga::nushell
