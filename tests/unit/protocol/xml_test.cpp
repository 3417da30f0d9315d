// SPDX-License-Identifier: Apache-2.0
#include "protocol/xml.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace virga::protocol {
namespace {

TEST(Xml, WordsErrorsAsExpat) {
  // The expectations are what Python's xml.etree says.
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "no element found: line 1, column 0"},
      {"<a>", "no element found: line 1, column 3"},
      {"<a></b>", "mismatched tag: line 1, column 5"},
      {"<a>\n  <b></c></a>", "mismatched tag: line 2, column 7"},
      {"<a/>x", "junk after document element: line 1, column 4"},
      {"<a/><b/>", "junk after document element: line 1, column 4"},
      {"x", "syntax error: line 1, column 0"},
      {"<a>&foo;</a>", "undefined entity: line 1, column 3"},
      {"<a>&#0;</a>", "reference to invalid character number: line 1, column 3"},
      {"<a b='1' b='2'/>", "duplicate attribute: line 1, column 9"},
      {"<a b=1/>", "not well-formed (invalid token): line 1, column 5"},
      {"<a><b", "unclosed token: line 1, column 3"},
      {"<a>\x01</a>", "not well-formed (invalid token): line 1, column 3"},
      {"<a>\xFF</a>", "not well-formed (invalid token): line 1, column 3"},
      {"<p:a/>", "unbound prefix: line 1, column 0"},
      {"<!doctype html>", "syntax error: line 1, column 0"},
      {"it's", "not well-formed (invalid token): line 1, column 2"},
      {"<a>& b</a>", "not well-formed (invalid token): line 1, column 4"},
      {"<a>&lt</a>", "not well-formed (invalid token): line 1, column 6"},
      {"<a>]]></a>", "not well-formed (invalid token): line 1, column 5"},
      {"<a><![CDATA[x", "unclosed CDATA section: line 1, column 13"},
      {"<a xml", "unclosed token: line 1, column 0"},
      {" <?xml version='1.0'?><a/>",
       "XML or text declaration not at start of entity: line 1, column 1"},
      {"{}", "not well-formed (invalid token): line 1, column 0"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(find_xml_error(text).value_or("no error"), expected) << text;
    // What is wrong, but leaves no doubt of what is meant, is not looked for in a document that
    // reads well.
    const bool is_harmless = expected.starts_with("duplicate") || expected.starts_with("XML or") ||
                             text.find("]]>") != std::string::npos;
    XmlDocument document;
    EXPECT_EQ(document.load(text).has_value(), is_harmless) << text;
  }
}

TEST(Xml, TakesWhatIsWellFormed) {
  for (const auto* text : {"<a/>",
                           "\xEF\xBB\xBF<a/>",
                           "<?xml version='1.0'?>\n<!-- c --><a b='&lt;'>&#x41;&amp;</a>\n<?pi x?>",
                           "<a xmlns:p='u'><p:b p:c='1'/></a>",
                           "<a><![CDATA[<&]]></a>",
                           "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>",
                           "<a>\xC3\xA9\xF0\x9F\x8E\x89</a>"}) {
    EXPECT_EQ(find_xml_error(text).value_or(""), "") << text;
    XmlDocument document;
    EXPECT_TRUE(document.load(text)) << text;
    EXPECT_EQ(std::string(document.root().name()), "a") << text;
  }
}

}  // namespace
}  // namespace virga::protocol
