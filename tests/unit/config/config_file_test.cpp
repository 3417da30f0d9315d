// SPDX-License-Identifier: Apache-2.0
#include "config/config_file.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"

namespace virga::config {
namespace {

/// The sections in one line: [name]{key=text key={inner=text }}, or "error".
std::string shown(std::string_view bytes) {
  const auto sections = parse_config(bytes, "FILE");
  if (!sections) {
    EXPECT_EQ(sections.error().message, "Unable to parse config file: FILE");
    return "error";
  }
  std::string out;
  for (const auto& [name, section] : *sections) {
    append(out, '[', name, "]{");
    for (const auto& [key, value] : section.entries()) {
      append(out, key, '=');
      if (value.block) {
        append(out, '{');
        for (const auto& [inner, text] : *value.block) {
          append(out, inner, '=', text, ' ');
        }
        append(out, '}');
      } else {
        append(out, value.text);
      }
      append(out, ' ');
    }
    append(out, '}');
  }
  return out;
}

struct Case {
  std::string_view bytes;
  std::string_view expected;
};

using namespace std::string_view_literals;

// Each row was run through botocore 1.43's configloader.
constexpr Case k_cases[] = {
    {"", ""},
    {"\n\n", ""},
    {"[default]\r\na=1\r\n", "[default]{a=1 }"},
    {"[default]\ra=1\rb=2", "[default]{a=1 b=2 }"},
    {"[default]\na = 1 # c\nb = 2 ; d\n;x\n #y\nc=3", "[default]{a=1 # c b=2 ; d c=3 }"},
    {"[default]\nA=1\nRegion: x\n", "[default]{a=1 region=x }"},
    {"[default]\ns3 =\n  a = b = c\n\n  # hi\n  ; ho\n  d = e\nregion = x",
     "[default]{s3={a=b = c d=e } region=x }"},
    {"[default]\na = 1\n  2\n  3 = 4\n", "[default]{a=1\n2\n3 = 4 }"},
    {"[default]\n  a = 1\n  b = 2\n c = 3", "[default]{a=1 b=2 c=3 }"},
    {"[x] trailing\na=1", "[x]{a=1 }"},
    {"[x]y]\na=1", "[x]y]{a=1 }"},
    {"[default] # c\na=1", "[default]{a=1 }"},
    {"[default]\na =\n\n  b = c\n", "[default]{a={b=c } }"},
    {"[default]\na =\nb =\n", "[default]{a= b= }"},
    {"[default]\na\fb = 1\n", "[default]{a\fb=1 }"},
    {"[default]\na = \xc2\xa0x\xc2\xa0\n", "[default]{a=x }"},
    {"[default]\ns3 =\n  =b\n", "[default]{s3={=b } }"},
    {"[default]\ns3=\n  a=1\n  a=2\n", "[default]{s3={a=2 } }"},
    {"[default]\ns3 =\n  a=1\fb=2\n", "[default]{s3={a=1 b=2 } }"},
    {"[default]\na=1\n\n\n[preview]\nb=2\n", "[default]{a=1 }[preview]{b=2 }"},
    {"[default]\na=1\n  [x]\n", "[default]{a=1\n[x] }"},
    {"[default]\n [x]\nb=1", "[default]{}[x]{b=1 }"},
    {"[profile x]\nregion = a\n# comment\n   more\n", "[profile x]{region=a\nmore }"},
    {"[default]\na=1\0b\n"sv, "[default]{a=1\0b }"sv},
    {"[default]\n\x1f"
     "a=1\n\x1c\n b=2",
     "[default]{a=1 b=2 }"},
    {"\xef\xbb\xbf[default]\na=1\n", "error"},
    {"[default]\na=1\na=2\n", "error"},
    {"[default]\na=1\nA=2\n", "error"},
    {"[default]\na=1\n[default]\nb=2\n", "error"},
    {"a=1\n", "error"},
    {"[default]\nnodelim\n", "error"},
    {"[default]\n=v\n", "error"},
    {"[default]\ns3 =\n  a = b\n  c: d\n", "error"},
    {"[default]\na=\n  b\n", "error"},
    {"[DEFAULT]\na=\n  b\n", ""},
    {"[DEFAULT]\na=\n  b\n[x]\n", "error"},
    {"[default\na=1", "error"},
    {"[]\na=1", "error"},
    {"[default]\na=\xff\n", "error"},
};

TEST(ConfigFile, AgreesWithBotocoreOnOddFiles) {
  for (const auto& one : k_cases) {
    EXPECT_EQ(shown(one.bytes), one.expected) << one.bytes;
  }
}

TEST(ConfigFile, ADefaultSectionInCapitalsSuppliesEveryOther) {
  const auto sections = parse_config("[DEFAULT]\nq=1\na=9\n[profile x]\na=2\n", "FILE");
  ASSERT_TRUE(sections);
  ASSERT_EQ(sections->size(), 1U);
  const ConfigSection& section = sections->front().second;
  EXPECT_EQ(*section.text("q"), "1");
  EXPECT_EQ(*section.text("a"), "2");
  EXPECT_EQ(section.text("z"), nullptr);
}

TEST(ConfigFile, ABlockIsNoTextAndTextIsNoBlock) {
  const auto sections = parse_config("[default]\ns3=\n  a=1\nt=x\n", "FILE");
  ASSERT_TRUE(sections);
  const ConfigSection& section = sections->front().second;
  EXPECT_EQ(section.text("s3"), nullptr);
  EXPECT_EQ(*section.text("s3", "a"), "1");
  EXPECT_EQ(section.text("s3", "b"), nullptr);
  EXPECT_EQ(section.text("t", "a"), nullptr);
}

TEST(ConfigFile, ManyRepeatedShapesTakeLinearTime) {
  std::string text = "[DEFAULT]\n";
  for (int i = 0; i < 20000; ++i) {
    append(text, "d", i, "=1\n");
  }
  for (int i = 0; i < 20000; ++i) {
    append(text, "[profile p", i, "]\n");
  }
  const auto sections = parse_config(text, "FILE");
  ASSERT_TRUE(sections);
  EXPECT_EQ(sections->size(), 20000U);
  EXPECT_EQ(*sections->back().second.text("d7"), "1");
}

TEST(SplitWords, FollowsTheShell) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split_words("profile \"a b\""), (Words{"profile", "a b"}));
  EXPECT_EQ(split_words("profile a\\ b"), (Words{"profile", "a b"}));
  EXPECT_EQ(split_words("profile \"a\\\"b\""), (Words{"profile", "a\"b"}));
  EXPECT_EQ(split_words("profile a'b c'd"), (Words{"profile", "ab cd"}));
  EXPECT_EQ(split_words("profile a#b"), (Words{"profile", "a#b"}));
  EXPECT_EQ(split_words("profile \"\""), (Words{"profile", ""}));
  EXPECT_EQ(split_words("profile 'a\\b'"), (Words{"profile", "a\\b"}));
  EXPECT_EQ(split_words("profile \"a\\b\""), (Words{"profile", "a\\b"}));
  EXPECT_EQ(split_words(" profile\tx "), (Words{"profile", "x"}));
  EXPECT_EQ(split_words(""), Words{});
  EXPECT_EQ(split_words("profile 'q"), std::nullopt);
  EXPECT_EQ(split_words("profile \"q\\\""), std::nullopt);
  EXPECT_EQ(split_words("profile a\\"), std::nullopt);
}

}  // namespace
}  // namespace virga::config
