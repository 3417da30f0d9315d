// SPDX-License-Identifier: Apache-2.0
#include "completion/shell_line.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"

namespace virga::completion {
namespace {

std::string split(std::string_view line, std::size_t cursor = std::string::npos) {
  const auto found = split_line(line, std::min(cursor, line.size()));
  return concat(join(found.words, "|"), "|>", found.current);
}

std::string in_bash(std::string_view line, const std::string& candidate) {
  return join(words_for_bash({{{candidate}}}, split_line(line, line.size())), "|");
}

TEST(ShellLine, IsSplitAtBlanks) {
  EXPECT_EQ(split("virga ec2  desc"), "virga|ec2|>desc");
  EXPECT_EQ(split("virga ec2 "), "virga|ec2|>");
  EXPECT_EQ(split(""), "|>");
  EXPECT_EQ(split("virga ec2 describe", 7), "virga|>e");
}

TEST(ShellLine, QuotesAndBackslashesHoldTogether) {
  EXPECT_EQ(split(R"(virga s3 ls 'a b' "c \" $d" e\ f)"), R"(virga|s3|ls|a b|c " $d|>e f)");
  EXPECT_EQ(split("virga '' x"), "virga||>x");
  EXPECT_EQ(split("virga 'open wor"), "virga|>open wor");
  EXPECT_EQ(split("virga x\\"), "virga|>x");
}

TEST(ShellLine, BeginsBehindAnotherCommand) {
  EXPECT_EQ(split("ls | virga ec2 d"), "virga|ec2|>d");
  EXPECT_EQ(split("x=$(virga s"), "virga|>s");
}

TEST(ShellLine, CandidatesBeginWhereReadlinesWordDoes) {
  EXPECT_EQ(in_bash("virga --region=eu", "--region=eu-west-1"), "eu-west-1");
  EXPECT_EQ(in_bash("virga x --a arn:aws:s", "arn:aws:sns"), "sns");
  EXPECT_EQ(in_bash("virga x --a 'arn:aws:s", "arn:aws:sns"), "arn:aws:sns");
  EXPECT_EQ(in_bash("virga x --a fi", "file://"), "file://");
  EXPECT_EQ(in_bash("virga x --a me@ex", "me@example.com"), "example.com");
  EXPECT_EQ(in_bash("virga x --a b", "abc"), "");
  const std::string_view typed = "virga x --a arn:aws:s";
  EXPECT_EQ(words_for_bash({{{"arn:aws:sns"}}}, split_line(typed, typed.size(), "\n=")).front(),
            "arn:aws:sns");
}

TEST(ShellLine, CandidatesAreProtectedFromTheShell) {
  EXPECT_EQ(in_bash("virga x ", "a b;$(c)"), R"(a\ b\;\$\(c\))");
  EXPECT_EQ(in_bash("virga x \"a", "a b$(c)`d`"), R"(a b\$(c)\`d\`)");
  EXPECT_EQ(in_bash("virga x 'a", "a'b $c"), R"(a'\''b $c)");
  EXPECT_EQ(in_bash("virga x \"a", "a!b"), R"(a"\!"b)");
  EXPECT_EQ(in_bash("virga x a\\ ", "a b"), R"(a\ b)");
}

TEST(Candidates, ThatCannotBeShownAreLeftOut) {
  std::vector<Candidate> all{
      {"ok"}, {"a\nb"}, {"a\x1b[2J"}, {""}, {"o\xe2\x80\xae"}, {"\xff"}, {"ok"}};
  keep_fitting(all, "", false);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].text, "ok");
}

TEST(Candidates, MayHoldTheWordWhereNoneBeginsWithIt) {
  std::vector<Candidate> all{{"describe-instances"}, {"run-instances"}, {"wait"}};
  auto some = all;
  keep_fitting(some, "inst", true);
  EXPECT_EQ(some.size(), 2U);
  some = all;
  keep_fitting(some, "inst", false);
  EXPECT_TRUE(some.empty());
  some = all;
  keep_fitting(some, "run", true);
  EXPECT_EQ(some.size(), 1U);
}

TEST(Descriptions, AreOneLineWithoutControls) {
  EXPECT_EQ(description_line(" a\n\tb \x1b[31mc\x07 "), "a b [31mc");
  EXPECT_EQ(description_line(std::string(300, 'x')), std::string(100, 'x') + "\xe2\x80\xa6");
}

}  // namespace
}  // namespace virga::completion
