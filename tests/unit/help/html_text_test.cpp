// SPDX-License-Identifier: Apache-2.0
#include "help/html_text.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace virga::help {
namespace {

std::string set(std::string_view html, std::size_t width = 40, Emphasis emphasis = Emphasis::none) {
  Layout layout({width, emphasis});
  set_html(html, layout);
  return layout.finish();
}

TEST(HtmlText, ParagraphsAreSeparatedByEmptyLines) {
  EXPECT_EQ(set("<p>One.</p>\n <p>Two.</p>"), "One.\n\nTwo.\n");
}

TEST(HtmlText, LinesAreFilledUpToTheWidth) {
  EXPECT_EQ(set("<p>aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeee</p>"),
            "aaaaaaaaaa bbbbbbbbbb cccccccccc\ndddddddddd eeee\n");
}

TEST(HtmlText, MarksWithinAWordDoNotSplitIt) {
  EXPECT_EQ(set("the <code>Name</code>'s <i>end</i>."), "the Name's end.\n");
}

TEST(HtmlText, ListsHaveMarks) {
  EXPECT_EQ(set("<p>All:</p><ul><li><p>one</p></li><li>two</ul><ol><li>a<li>b</ol>"),
            "All:\n\n* one\n* two\n\n1. a\n2. b\n");
}

TEST(HtmlText, NotesAreIndentedBelowTheirTitle) {
  EXPECT_EQ(set("a<note><p>Mind.</p><p>It.</p></note><p>b</p>"),
            "a\n\nNOTE:\n   Mind.\n\n   It.\n\nb\n");
}

TEST(HtmlText, AddressesOfLinksComeAtTheEnd) {
  EXPECT_EQ(set("<a href=\"https://x/\">X</a> <a href='https://y/?a&amp;b'>Y</a> "
                "<a href=\"https://x/\">again</a> <a href=\"https://z/\">https://z/</a>"),
            "X [1] Y [2] again [1] https://z/\n\nLINKS\n       [1] https://x/\n       [2] "
            "https://y/?a&b\n");
}

TEST(HtmlText, PreformattedTextKeepsItsLines) {
  EXPECT_EQ(set("<p>So:</p><pre><code>{\n  \"a\": 1\n}</code></pre><p>b</p>"),
            "So:\n\n{\n  \"a\": 1\n}\n\nb\n");
}

TEST(HtmlText, EntitiesAreCharacters) {
  EXPECT_EQ(set("a &lt;b&gt; &amp; &#8212; &#x41; &nope; &"), "a <b> & \u2014 A &nope; &\n");
}

TEST(HtmlText, WhatOnlyLooksLikeATagIsText) {
  EXPECT_EQ(set("s3://<bucket-name>/<b>key</b> 1 < 2"), "s3://<bucket-name>/key 1 < 2\n");
}

TEST(HtmlText, TagsThatAreNotClosedDoNoHarm) {
  EXPECT_EQ(set("</p></ul></li><b>a"), "a\n");
  EXPECT_EQ(set("<ul><li><note>a"), "* NOTE:\n     a\n");
}

TEST(HtmlText, ControlCharactersAndBrokenBytesStayOut) {
  const auto text = set("a\x1b[31mb\x07 \xff\xfe \xed\xa0\x80");
  EXPECT_TRUE(is_utf8(text));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(HtmlText, BoldIsMarkedForTerminalsAndPagers) {
  EXPECT_EQ(set("<b>ab</b> c", 40, Emphasis::escapes), "\x1b[1mab\x1b[0m c\n");
  EXPECT_EQ(set("<b>ab</b> <i>c</i>", 40, Emphasis::overstrike), "a\bab\bb _\bc\n");
}

TEST(HtmlText, TheFirstSentenceIsPlainText) {
  EXPECT_EQ(first_sentence("<p>Gets the <code>thing</code>, e.g. one.\n More.</p>"),
            "Gets the thing, e.g. one.");
  EXPECT_EQ(first_sentence("<p>No end</p><p>Next.</p>"), "No end");
  EXPECT_EQ(first_sentence(""), "");
}

}  // namespace
}  // namespace virga::help
