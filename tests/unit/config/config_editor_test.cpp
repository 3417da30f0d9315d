// SPDX-License-Identifier: Apache-2.0
#include "config/config_editor.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "config/config_file.hpp"

namespace virga::config {
namespace {

ConfigEdit edit(std::string profile, std::string key, std::string value, std::string subkey = {}) {
  return {section_of_profile(profile), std::move(key), std::move(subkey), std::move(value)};
}

std::string edited(std::string_view text, const ConfigEdit& change) {
  auto out = edit_config(text, change);
  return out ? *out : concat("error: ", out.error().message);
}

TEST(ConfigEditor, ReplacesAValueWhereItIs) {
  EXPECT_EQ(
      edited("# top\n[default]\nregion=a ; odd\noutput = json\n", edit("default", "region", "b")),
      "# top\n[default]\nregion = b\noutput = json\n");
}

TEST(ConfigEditor, PutsNewKeysBehindTheLastOfTheirSection) {
  EXPECT_EQ(
      edited("[default]\na = 1\n\n# about x\n[profile x]\nb = 2\n", edit("default", "c", "3")),
      "[default]\na = 1\nc = 3\n\n# about x\n[profile x]\nb = 2\n");
}

TEST(ConfigEditor, AppendsSectionsThatAreMissing) {
  EXPECT_EQ(edited("", edit("default", "a", "1")), "[default]\na = 1\n");
  EXPECT_EQ(edited("[default]", edit("two words", "a", "1")),
            "[default]\n[profile 'two words']\na = 1\n");
}

TEST(ConfigEditor, FindsASectionHoweverItIsQuoted) {
  EXPECT_EQ(edited("[profile \"two words\"]\na = 1\n", edit("two words", "a", "2")),
            "[profile \"two words\"]\na = 2\n");
}

TEST(ConfigEditor, KeepsEndsOfLinesAndIndents) {
  EXPECT_EQ(edited("[default]\r\n  a = 1\r\n  b = 2\r\n", edit("default", "c", "3")),
            "[default]\r\n  a = 1\r\n  b = 2\r\n  c = 3\r\n");
}

TEST(ConfigEditor, WritesIntoBlocks) {
  constexpr std::string_view k_text = "[default]\ns3 =\n  a = 1\n  # why\n  b = 2\nregion = x\n";
  EXPECT_EQ(edited(k_text, edit("default", "s3", "5", "a")),
            "[default]\ns3 =\n  a = 5\n  # why\n  b = 2\nregion = x\n");
  EXPECT_EQ(edited(k_text, edit("default", "s3", "5", "c")),
            "[default]\ns3 =\n  a = 1\n  # why\n  b = 2\n  c = 5\nregion = x\n");
  EXPECT_EQ(edited("[default]\n", edit("default", "s3", "5", "c")), "[default]\ns3 =\n    c = 5\n");
}

TEST(ConfigEditor, APlainValueGivesWayToABlockAndBack) {
  EXPECT_EQ(edited("[default]\ns3 = plain\nx = 1\n", edit("default", "s3", "5", "c")),
            "[default]\ns3 = \n    c = 5\nx = 1\n");
  EXPECT_EQ(
      edited("[default]\ns3 =\n  a = 1\n  # why\n  b = 2\nx = 1\n", edit("default", "s3", "v")),
      "[default]\ns3 = v\n  # why\nx = 1\n");
}

TEST(ConfigEditor, RefusesWhatWouldNotBeReadBack) {
  for (const auto& bad : {edit("default", "a", "1\n[other]"),
                          edit("default", "a\nb", "1"),
                          edit("default", "a=b", "1"),
                          edit("default", "#a", "1"),
                          edit("default", "[a]", "1"),
                          edit("default", "", "1"),
                          edit("default", "s3", "1", "a:b"),
                          edit("x]\n[y", "a", "1"),
                          edit("", "a", "1")}) {
    EXPECT_FALSE(edit_config("[default]\n", bad)) << bad.key;
  }
}

TEST(ConfigEditor, WhatItWritesIsReadBack) {
  for (const std::string_view text :
       {"", "[default]\n", "[default]\na = 1", "[x]\n\n", "  \n# c\n"}) {
    for (const std::string value : {"plain", "with = and # in it", "ends \\", "'quoted'"}) {
      const auto out = edit_config(text, edit("default", "key", value));
      ASSERT_TRUE(out);
      const auto file = parse_config(*out, "config");
      ASSERT_TRUE(file) << *out;
      ASSERT_EQ(file->back().first, "default") << *out;
      const auto* found = file->back().second.text("key");
      ASSERT_NE(found, nullptr) << *out;
      EXPECT_EQ(*found, value);
    }
  }
}

}  // namespace
}  // namespace virga::config
