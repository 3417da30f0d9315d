// SPDX-License-Identifier: Apache-2.0
#include "cli/argument_parser.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/strings.hpp"

namespace virga::cli {
namespace {

constexpr std::array<std::string_view, 2> k_colors = {"on", "off"};

ArgumentParser make_parser() {
  ArgumentParser parser;
  parser.add({.name = "ids", .arity = Arity::any_number});
  parser.add({.name = "name"});
  parser.add({.name = "count", .type = TextType::integer});
  parser.add({.name = "dry-run", .arity = Arity::flag});
  parser.add({.name = "color", .choices = k_colors});
  parser.add({.name = "nap", .exact = true});
  parser.add({.name = "help", .arity = Arity::at_most_one, .positional = true});
  return parser;
}

/// "name=x ids=a,b | remaining", or the error.
std::string parse(const std::vector<std::string>& words,
                  const ArgumentParser& parser = make_parser()) {
  const auto outcome = parser.parse(words);
  if (!outcome) {
    return outcome.error().message;
  }
  std::string out;
  for (const auto& occurrence : outcome->occurrences) {
    append(out, parser.argument(occurrence.argument).name, "=", join(occurrence.words, ","), " ");
  }
  return concat(out, "| ", join(outcome->remaining, " "));
}

TEST(ArgumentParser, ListsTakeWordsUpToTheNextOption) {
  EXPECT_EQ(parse({"--ids", "a", "b", "--dry-run", "--name", "x"}), "ids=a,b dry-run= name=x | ");
  EXPECT_EQ(parse({"--ids", "--name", "x"}), "ids= name=x | ");
}

TEST(ArgumentParser, ValuesMayFollowAnEqualsSign) {
  EXPECT_EQ(parse({"--name=--x=y", "--ids=a"}), "name=--x=y ids=a | ");
  EXPECT_EQ(parse({"--dry-run=x"}), "argument --dry-run: ignored explicit argument 'x'");
}

TEST(ArgumentParser, PrefixesStandForTheOptionThatTheyBegin) {
  EXPECT_EQ(parse({"--n", "x"}), "name=x | ");
  EXPECT_EQ(parse({"--co", "x"}), "ambiguous option: --co could match --count, --color");
}

TEST(ArgumentParser, ExactOptionsHaveNoPrefixes) {
  EXPECT_EQ(parse({"--na", "x"}), "name=x | ");
  EXPECT_EQ(parse({"--nap", "x"}), "nap=x | ");
}

TEST(ArgumentParser, UnknownOptionsStayAndTheirWordsGoToPositionals) {
  EXPECT_EQ(parse({"--foo", "bar", "x"}), "help=bar | --foo x");
}

TEST(ArgumentParser, NegativeNumbersAndWordsWithBlanksAreValues) {
  EXPECT_EQ(parse({"--name", "-5"}), "name=-5 | ");
  EXPECT_EQ(parse({"--name", "-.5"}), "name=-.5 | ");
  EXPECT_EQ(parse({"--name", "--not an option"}), "name=--not an option | ");
  EXPECT_EQ(parse({"--name", "-x"}), "argument --name: expected one argument");
}

TEST(ArgumentParser, NothingAfterTwoDashesIsAnOption) {
  EXPECT_EQ(parse({"--", "--name"}), "help=--name | ");
}

TEST(ArgumentParser, ChecksNumbersAndChoices) {
  EXPECT_EQ(parse({"--count", "1_0"}), "count=1_0 | ");
  EXPECT_EQ(parse({"--count", "x'"}), "argument --count: invalid int value: \"x'\"");
  EXPECT_TRUE(parse({"--color", "of"})
                  .starts_with("argument --color: Invalid choice, valid choices are:\n\non "));
}

TEST(ArgumentParser, NamesWhatIsMissing) {
  ArgumentParser parser;
  parser.add({.name = "key", .required = true});
  parser.add({.name = "outfile", .required = true, .positional = true});
  EXPECT_EQ(parse({}, parser), "the following arguments are required: --key, outfile");
  EXPECT_EQ(parse({"f", "--key", "k"}, parser), "outfile=f key=k | ");
}

TEST(ArgumentParser, NearMissesAreNamed) {
  const auto text =
      invalid_choice("describe-instancez", {"help", "describe-instances", "run-instances"});
  EXPECT_TRUE(text.ends_with(
      "\n\n\nInvalid choice: 'describe-instancez', maybe you meant:\n\n  * describe-instances"))
      << text;
}

}  // namespace
}  // namespace virga::cli
