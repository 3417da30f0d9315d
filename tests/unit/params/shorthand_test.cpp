// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "params/params.hpp"
#include "params/python_repr.hpp"

namespace virga::params {
namespace {

std::string parse(std::string_view text, const TextOptions& options = {}) {
  const auto value = parse_shorthand(text, options);
  return value ? python_repr(*value) : value.error().message;
}

TEST(Shorthand, ReadsScalarsAndLists) {
  EXPECT_EQ(parse("a=b"), "{'a': 'b'}");
  EXPECT_EQ(parse("a=b,c"), "{'a': ['b', 'c']}");
  EXPECT_EQ(parse("a=b,c=d"), "{'a': 'b', 'c': 'd'}");
  EXPECT_EQ(parse("a=b,c,d=e,f"), "{'a': ['b', 'c'], 'd': ['e', 'f']}");
  EXPECT_EQ(parse("a="), "{'a': ''}");
  EXPECT_EQ(parse("a=b,"), "Expected: '<second>', received: '<none>' for input:\na=b,\n    ^");
}

TEST(Shorthand, ReadsNestedListsAndMaps) {
  EXPECT_EQ(parse("a=[b,[c],{d=e}]"), "{'a': ['b', ['c'], {'d': 'e'}]}");
  EXPECT_EQ(parse("a={b=c,d={e=[]}},f=g"), "{'a': {'b': 'c', 'd': {'e': []}}, 'f': 'g'}");
  EXPECT_EQ(parse("a={b=c,b=d}"), "{'a': {'b': 'd'}}");
}

TEST(Shorthand, IgnoresSpaceAroundTokens) {
  EXPECT_EQ(parse("a = b , c = [ d , e ]"), "{'a': 'b', 'c': ['d', 'e']}");
  EXPECT_EQ(parse("a=b c ,d=e"), "{'a': 'b c', 'd': 'e'}");
}

TEST(Shorthand, QuotesAndEscapesKeepCharacters) {
  EXPECT_EQ(parse("a='b,c=d'"), "{'a': 'b,c=d'}");
  EXPECT_EQ(parse(R"(a="x\"y")"), R"({'a': 'x"y'})");
  EXPECT_EQ(parse(R"(a='it\'s',b="c")"), R"({'a': "it's", 'b': 'c'})");
  EXPECT_EQ(parse(R"(a=b\,c,d=e)"), R"({'a': 'b,c', 'd': 'e'})");
  EXPECT_EQ(parse(R"(a='\\')"), R"({'a': '\\'})");
  EXPECT_EQ(parse("a='b"),
            "Expected: '<singled quoted>', received: '<none>' for input:\na='b\n  ^");
}

TEST(Shorthand, AnEscapedQuoteClosesWhereNoOtherDoes) {
  EXPECT_EQ(parse(R"(a='x\')"), R"({'a': 'x\\'})");
}

TEST(Shorthand, ErrorsPointAtTheLine) {
  EXPECT_EQ(parse("a=b,\nc==d,\ne=f"),
            "Expected: ',', received: '=' for input:\na=b,\nc==d,\n  ^\ne=f");
  EXPECT_EQ(parse("a={b"), "Expected: '=', received: 'EOF' for input:\na={b\n    ^");
  EXPECT_EQ(parse("a=\xC3\xA9]"), "Expected: ',', received: ']' for input:\na=\xC3\xA9]\n   ^");
}

TEST(Shorthand, AKeyTwiceIsAnError) {
  EXPECT_EQ(parse("a=b,a=c"),
            "Second instance of key \"a\" encountered for input:\na=b,a=c\n    ^\nThis is often "
            "because there is a "
            "preceding \",\" instead of a space.");
}

TEST(Shorthand, AtSignLoadsFiles) {
  const std::string path = testing::TempDir() + "virga_shorthand_file";
  std::ofstream(path) << "text";
  EXPECT_EQ(parse("a@=file://" + path + ",b=file://x"), "{'a': 'text', 'b': 'file://x'}");
  EXPECT_EQ(parse("a={b@=fileb://" + path + "}"), "{'a': {'b': b'text'}}");
  EXPECT_EQ(parse("a@=plain"), "{'a': 'plain'}");
  EXPECT_EQ(
      parse("a@=file:///no/such"),
      "Unable to load paramfile file:///no/such: [Errno 2] No such file or directory: '/no/such'");
  std::remove(path.c_str());
}

TEST(Shorthand, DeepNestingIsAnError) {
  EXPECT_EQ(parse("a=" + std::string(100000, '[')), "maximum recursion depth exceeded");
}

}  // namespace
}  // namespace virga::params
