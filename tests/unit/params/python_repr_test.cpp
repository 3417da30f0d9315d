// SPDX-License-Identifier: Apache-2.0
#include "params/python_repr.hpp"

#include <gtest/gtest.h>

namespace virga::params {
namespace {

TEST(PythonRepr, QuotesTexts) {
  EXPECT_EQ(python_quoted("it's"), "\"it's\"");
  EXPECT_EQ(python_quoted("'\""), "'\\'\"'");
  EXPECT_EQ(python_quoted("a\\\n\r\t\x1b\x7f"), "'a\\\\\\n\\r\\t\\x1b\\x7f'");
  EXPECT_EQ(python_quoted("\xC3\xA9\xC2\xA0\xE2\x80\x8B\xF0\x9F\x98\x80"),
            "'\xC3\xA9\\xa0\\u200b\xF0\x9F\x98\x80'");
  EXPECT_EQ(python_quoted("\xED\xA0\x80\xFF"), "'\\ud800\\udcff'")
      << "lone surrogate, byte that is no UTF-8";
}

TEST(PythonRepr, ShowsEveryKind) {
  Map map;
  map.append("a",
             List{Value(), Value(true), Value(1), Value(1.0), Value(Blob{std::string("'\0", 2)})});
  map.append("b", Map());
  EXPECT_EQ(python_repr(Value(map)), "{'a': [None, True, 1, 1.0, b\"'\\x00\"], 'b': {}}");
  EXPECT_EQ(python_repr(Value(map), DictStyle::ordered),
            "OrderedDict([('a', [None, True, 1, 1.0, b\"'\\x00\"]), ('b', OrderedDict())])");
  EXPECT_EQ(python_str(Value("x")), "x");
  EXPECT_EQ(python_type(Value(BigInteger{"1"})), "<class 'int'>");
}

TEST(PythonRepr, CountsCharactersAndStripsSpace) {
  EXPECT_EQ(python_length("\xC3\xA9\xF0\x9F\x98\x80\xFF"), 3U);
  EXPECT_EQ(python_strip(" \xC2\xA0x\xE3\x80\x80\n"), "x");
  EXPECT_EQ(python_strip(" \n"), "");
}

}  // namespace
}  // namespace virga::params
