// SPDX-License-Identifier: Apache-2.0
#include "completion/completer.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "completion/nouns.hpp"
#include "completion/scan.hpp"
#include "support/tiny_model.hpp"

namespace virga::completion {
namespace {

constexpr std::string_view k_model = R"({
  "version": "2.0",
  "metadata": {"protocol": "json", "jsonVersion": "1.1", "serviceId": "Tiny", "endpointPrefix": "tiny",
               "signatureVersion": "v4", "apiVersion": "2020-01-01", "targetPrefix": "T"},
  "operations": {
    "DeleteThing": {"name": "DeleteThing", "http": {"method": "POST", "requestUri": "/"},
                    "input": {"shape": "DeleteThingInput"}},
    "DescribeCluster": {"name": "DescribeCluster", "http": {"method": "POST", "requestUri": "/"},
                        "input": {"shape": "DescribeClusterInput"}},
    "ListClusters": {"name": "ListClusters", "http": {"method": "POST", "requestUri": "/"},
                     "output": {"shape": "ListClustersOutput"}},
    "ListThings": {"name": "ListThings", "http": {"method": "POST", "requestUri": "/"},
                   "output": {"shape": "ListThingsOutput"}}
  },
  "shapes": {
    "DeleteThingInput": {"type": "structure", "required": ["ThingName"], "members": {
      "ThingName": {"shape": "S"}, "Force": {"shape": "B"}, "Mode": {"shape": "Mode"}, "Modes": {"shape": "Modes"},
      "Tags": {"shape": "Tags"}, "Body": {"shape": "Blob"}, "SecurityGroupIds": {"shape": "Names"},
      "Bucket": {"shape": "S"}, "Description": {"shape": "S"}}},
    "DescribeClusterInput": {"type": "structure", "members": {"name": {"shape": "S"}}},
    "ListClustersOutput": {"type": "structure", "members": {"clusters": {"shape": "Names"}}},
    "ListThingsOutput": {"type": "structure", "members": {
      "Things": {"shape": "ThingList"}, "Buckets": {"shape": "BucketList"}, "SecurityGroups": {"shape": "GroupList"}}},
    "ThingList": {"type": "list", "member": {"shape": "Thing"}},
    "Thing": {"type": "structure", "members": {
      "ThingName": {"shape": "S"}, "ThingId": {"shape": "S"}, "Description": {"shape": "S"}}},
    "BucketList": {"type": "list", "member": {"shape": "BucketInfo"}},
    "BucketInfo": {"type": "structure", "members": {"Arn": {"shape": "S"}, "Name": {"shape": "S"}}},
    "GroupList": {"type": "list", "member": {"shape": "Group"}},
    "Group": {"type": "structure", "members": {"GroupId": {"shape": "S"}, "GroupName": {"shape": "S"}}},
    "Names": {"type": "list", "member": {"shape": "S"}},
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "Tag": {"type": "structure", "members": {"Key": {"shape": "S"}, "Kind": {"shape": "Mode"}}},
    "Modes": {"type": "list", "member": {"shape": "Mode"}},
    "Mode": {"type": "string", "enum": ["fast", "slow"]},
    "S": {"type": "string"}, "B": {"type": "boolean"}, "Blob": {"type": "blob"}
  }
})";

constexpr std::string_view k_shelf = R"(# virga shelf

Keeps things.

## Synopsis

    virga shelf put FILE [--high] [--on NAME]
    virga shelf list

## Options

* `--high`: on the upper shelf.
)";

class Completer : public testing::Test {
 protected:
  /// The candidates behind a line's last blank, joined by blanks.
  std::string at(std::string_view line, bool anywhere = false) {
    answer = {};
    std::vector<std::string> words;
    for (const auto word : split(line, ' ')) {
      words.emplace_back(word);
    }
    const std::string current = words.back();
    words.pop_back();
    answer = complete(parts(), words, current);
    keep_fitting(answer.candidates, current, anywhere);
    return texts(answer);
  }

  static std::string texts(const Answer& found) {
    std::vector<std::string> out;
    for (const auto& candidate : found.candidates) {
      out.push_back(candidate.text);
    }
    return join(out, " ");
  }

  Parts parts() {
    Parts out;
    out.catalog = has_models ? &catalog : nullptr;
    out.commands = commands;
    out.aliases = aliases;
    out.profiles = [] { return std::vector<std::string>{"default", "dev"}; };
    out.names = [this](const NameQuery& query) {
      asked = std::string(query.member.name());
      return std::vector<Candidate>{{"one"}, {"two"}};
    };
    return out;
  }

  model::Catalog catalog = test::tiny_catalog(
      k_model, "{}", "tiny", R"({"ThingGone": {"operation": "DeleteThing", "delay": 1,
               "maxAttempts": 1, "acceptors": []}})");
  std::vector<help::NativeCommand> commands{{"shelf", "", k_shelf}};
  std::vector<Alias> aliases{
      {"", "rm", "tiny delete-thing"}, {"", "sh", "!date"}, {"tiny", "ls", "list-things"}};
  bool has_models = true;
  Answer answer;
  std::string asked;
};

TEST_F(Completer, Commands) {
  EXPECT_EQ(at(""), "shelf tiny help rm sh");
  EXPECT_EQ(at("t"), "tiny");
  EXPECT_EQ(at("--region eu-west-1 t"), "tiny");
}

TEST_F(Completer, AwsInFrontChangesNothing) {
  EXPECT_EQ(at("aws t"), "tiny");
  EXPECT_EQ(at("--debug aws tiny delete-thing --mode s"), "slow");
  EXPECT_EQ(at("explain aws rm --thing-name t"), "two");
}

TEST_F(Completer, OperationsOnly) {
  const std::vector<Candidate> options{{"--pages", "whole pages"}};
  auto calls = parts();
  calls.commands = {};
  calls.aliases = {};
  calls.options = &options;
  EXPECT_EQ(texts(complete(calls, {}, "")), "tiny");
  EXPECT_EQ(texts(complete(calls, {"tiny"}, "")),
            "delete-thing describe-cluster list-clusters list-things");
  EXPECT_EQ(texts(complete(calls, {"tiny", "list-things"}, "--")),
            "--cli-input-json --cli-input-yaml --generate-cli-skeleton --pages");
  EXPECT_EQ(texts(complete(calls, {"tiny", "delete-thing", "--pages", "--thing-name"}, "")),
            "one two");
}

TEST_F(Completer, LinesForTheShellAreNotShown) {
  aliases = {{"", "secret", "!curl -u me:password"}};
  at("sec");
  EXPECT_EQ(answer.candidates.at(0).description, "alias: a line for the shell");
}

TEST_F(Completer, Operations) {
  EXPECT_EQ(at("tiny de"), "delete-thing describe-cluster");
  EXPECT_EQ(at("tiny wait "), "thing-gone help");
  EXPECT_EQ(at("tiny l"), "list-clusters list-things ls");
  EXPECT_EQ(at("nope "), "");
  EXPECT_EQ(at("tiny nope "), "");
}

TEST_F(Completer, OptionsThatWereNotGiven) {
  EXPECT_EQ(at("tiny delete-thing --f"), "--force");
  EXPECT_EQ(at("tiny delete-thing --force --no-f"), "");
  EXPECT_EQ(at("tiny delete-thing --thing-name x --th"), "");
  EXPECT_EQ(at("tiny delete-thing --reg"), "--region");
  EXPECT_EQ(at("--region x tiny delete-thing --reg"), "");
  EXPECT_EQ(at("tiny wait thing-gone --thing"), "--thing-name");
}

TEST_F(Completer, WhatIsRequiredComesWithoutADash) {
  EXPECT_EQ(at("tiny delete-thing "), "--thing-name");
  EXPECT_TRUE(at("tiny delete-thing --thing-name x ").find("--force") != std::string::npos);
}

TEST_F(Completer, Values) {
  EXPECT_EQ(at("tiny delete-thing --mode "), "fast slow");
  EXPECT_EQ(at("tiny delete-thing --mode=s"), "--mode=slow");
  EXPECT_EQ(at("tiny delete-thing --modes fast s"), "slow");
  EXPECT_EQ(at("--profile d"), "default dev");
  EXPECT_EQ(at("--color "), "on off auto");
  EXPECT_EQ(at("tiny delete-thing --body "), "fileb://");
  EXPECT_TRUE(answer.no_space);
  EXPECT_EQ(at("tiny delete-thing --body fileb://x"), "");
  EXPECT_TRUE(answer.files);
}

TEST_F(Completer, ShorthandOfStructures) {
  EXPECT_EQ(at("tiny delete-thing --tags K"), "Key= Kind=");
  EXPECT_EQ(at("tiny delete-thing --tags Key=a,"), "Key=a,Kind=");
  EXPECT_EQ(at("tiny delete-thing --tags Key=a,Kind=f"), "Key=a,Kind=fast");
  EXPECT_EQ(at("tiny delete-thing --tags {"), "");
}

TEST_F(Completer, NamesOfThings) {
  EXPECT_EQ(at("tiny delete-thing --thing-name "), "one two");
  EXPECT_EQ(asked, "ThingName");
  EXPECT_EQ(at("tiny delete-thing --thing-name t"), "two");
  EXPECT_EQ(at("rm --thing-name t"), "two");
}

TEST_F(Completer, CommandsOfOurOwn) {
  EXPECT_EQ(at("shelf "), "put list");
  EXPECT_EQ(at("shelf put --h"), "--high --help");
  EXPECT_EQ(at("shelf put --high --h"), "--help");
  EXPECT_EQ(at("shelf put x"), "");
  EXPECT_TRUE(answer.files);
  EXPECT_EQ(at("shelf nope "), "");
}

TEST_F(Completer, WithoutModels) {
  has_models = false;
  EXPECT_EQ(at(""), "shelf help rm sh");
  EXPECT_EQ(at("tiny "), "ls");
  EXPECT_EQ(at("--profile "), "default dev");
  EXPECT_EQ(at("--region "), "");
}

TEST_F(Completer, AliasesThatStandForEachOtherEnd) {
  aliases = {{"", "a", "b"}, {"", "b", "a"}, {"", "c", "c x"}, {"", "d", "'"}, {"", "e", ""}};
  for (const auto* line : {"a ", "b x ", "c ", "d ", "e ", "e"}) {
    at(line);
  }
  SUCCEED();
}

class Nouns : public Completer {
 protected:
  std::string paths(std::string_view operation, std::string_view member, std::string_view list) {
    const auto service = catalog.service(0);
    const auto asked_for = service.find_operation(operation);
    const auto found = find_paths(*service.find_operation(list)->output(),
                                  nouns_of(*asked_for, *asked_for->input()->find_member(member)));
    std::vector<std::string> out;
    for (const auto& path : found) {
      std::vector<std::string> members(path.members.begin(), path.members.end());
      out.push_back(join(members, "."));
    }
    return join(out, " ");
  }
};

TEST_F(Nouns, AreSharedByParametersAndAnswers) {
  EXPECT_EQ(paths("DeleteThing", "ThingName", "ListThings"), "Things.ThingName");
  EXPECT_EQ(paths("DeleteThing", "Bucket", "ListThings"), "Buckets.Name");
  EXPECT_EQ(paths("DeleteThing", "SecurityGroupIds", "ListThings"), "SecurityGroups.GroupId");
  EXPECT_EQ(paths("DescribeCluster", "name", "ListClusters"), "clusters");
}

TEST_F(Nouns, ThatSayLittleMatchNothing) {
  EXPECT_EQ(paths("DeleteThing", "Description", "ListThings"), "");
  EXPECT_EQ(paths("DescribeCluster", "name", "ListThings"), "");
}

TEST(Scan, SortsWords) {
  const auto scan =
      scan_words({"a", "--region", "x", "b", "--debug", "c", "--output=json", "d", "--query"},
                 [](std::string_view name) { return global_arity(name); });
  EXPECT_EQ(join(scan.positionals, " "), "a b c d");
  EXPECT_EQ(scan.open, "query");
  EXPECT_TRUE(scan.must_be_value);
  EXPECT_EQ(scan.given.at("output").front(), "json");
}

}  // namespace
}  // namespace virga::completion
