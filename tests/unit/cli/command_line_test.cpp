// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <chrono>
#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::cli {
namespace {

constexpr std::string_view k_model = R"({
  "metadata": {"apiVersion": "2020-01-01", "endpointPrefix": "x", "protocol": "json", "serviceId": "X",
               "jsonVersion": "1.1", "signatureVersion": "v4", "targetPrefix": "X"},
  "operations": {
    "PutThing": {"name": "PutThing", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "PutThingInput"}},
    "ListThings": {"name": "ListThings", "http": {"method": "POST", "requestUri": "/"},
                   "input": {"shape": "ListInput"}, "output": {"shape": "ListOutput"}},
    "GetBytes": {"name": "GetBytes", "http": {"method": "GET", "requestUri": "/"},
                 "input": {"shape": "GetInput"}, "output": {"shape": "GetOutput"}},
    "ModifyOptionGroup": {"name": "ModifyOptionGroup", "http": {"method": "POST", "requestUri": "/"},
                          "input": {"shape": "OptionsInput"}},
    "RunInstances": {"name": "RunInstances", "http": {"method": "POST", "requestUri": "/"},
                     "input": {"shape": "RunInput"}},
    "AuthorizeSecurityGroupIngress": {"name": "AuthorizeSecurityGroupIngress",
                     "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "AuthorizeInput"}},
    "ModifyInstanceAttribute": {"name": "ModifyInstanceAttribute",
                     "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "AttributeInput"}},
    "SendEmail": {"name": "SendEmail", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "EmailInput"}}
  },
  "shapes": {
    "PutThingInput": {"type": "structure", "required": ["Name"], "members": {
      "Name": {"shape": "String"}, "Count": {"shape": "Integer"}, "Enabled": {"shape": "Boolean"},
      "InstanceIds": {"shape": "Strings"}, "Data": {"shape": "Blob"}}},
    "ListInput": {"type": "structure", "members": {
      "NextToken": {"shape": "String"}, "MaxItems": {"shape": "Integer"}, "Filter": {"shape": "String"}}},
    "ListOutput": {"type": "structure", "members": {"NextToken": {"shape": "String"}, "Things": {"shape": "Strings"}}},
    "GetInput": {"type": "structure", "members": {"Key": {"shape": "String"}}},
    "GetOutput": {"type": "structure", "payload": "Body", "members": {"Body": {"shape": "Blob"}}},
    "OptionsInput": {"type": "structure", "members": {
      "OptionsToInclude": {"shape": "Strings"}, "OptionsToRemove": {"shape": "Strings"}}},
    "RunInput": {"type": "structure", "required": ["MinCount", "MaxCount"], "members": {
      "MinCount": {"shape": "Integer"}, "MaxCount": {"shape": "Integer"}, "SubnetId": {"shape": "String"},
      "DisableApiTermination": {"shape": "Boolean"}, "NetworkInterfaces": {"shape": "Interfaces"}}},
    "Interfaces": {"type": "list", "member": {"shape": "Interface"}},
    "Interface": {"type": "structure", "members": {"SubnetId": {"shape": "String"}}},
    "AuthorizeInput": {"type": "structure", "members": {
      "GroupId": {"shape": "String"}, "IpPermissions": {"shape": "Strings"}, "IpProtocol": {"shape": "String"}}},
    "AttributeInput": {"type": "structure", "members": {"EbsOptimized": {"shape": "BooleanValue"}}},
    "BooleanValue": {"type": "structure", "members": {"Value": {"shape": "Boolean"}}},
    "EmailInput": {"type": "structure", "required": ["Source", "Destination", "Message"], "members": {
      "Source": {"shape": "String"}, "Destination": {"shape": "Interface"}, "Message": {"shape": "Interface"}}},
    "Strings": {"type": "list", "member": {"shape": "String"}},
    "String": {"type": "string"}, "Integer": {"type": "integer"}, "Boolean": {"type": "boolean"},
    "Blob": {"type": "blob"}
  }
})";

constexpr std::string_view k_paginators =
    R"({"ListThings": {"input_token": "NextToken", "output_token": "NextToken", "limit_key": "MaxItems",
        "result_key": "Things"}})";

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return TimePoint(std::chrono::seconds(1700000000));
  }

  [[nodiscard]] SteadyPoint steady_now() const override { return {}; }

  bool sleep(std::chrono::milliseconds) override { return true; }
};

class FixedRandom final : public Random {
 public:
  [[nodiscard]] double uniform() override { return 0.25; }

  [[nodiscard]] std::string uuid() override { return "uuid"; }
};

model::Catalog make_catalog() {
  model::PackBuilder builder;
  const auto model = read_json(k_model);
  const auto paginators = read_json(k_paginators);
  for (const auto* name : {"ec2", "rds", "s3", "ses", "things"}) {
    EXPECT_TRUE(builder.add_service({name, *model, *paginators, Value(), Value()}));
  }
  return std::move(*model::Catalog::from_bytes(builder.finish("test", "1")));
}

class CommandLineTest : public testing::Test {
 protected:
  Result<Command> parse(std::initializer_list<std::string> words) {
    const std::vector<std::string> all(words);
    VIRGA_TRY_ASSIGN(const auto main, parse_main(all, compat_));
    params::TextOptions text;
    text.blobs_are_base64 = compat_ == Compat::v2;
    return parse_command(catalog_, main, text, world_);
  }

  Invocation call(std::initializer_list<std::string> words) {
    auto command = parse(words);
    if (!command || !std::holds_alternative<Invocation>(*command)) {
      ADD_FAILURE() << (command ? "no call" : command.error().message);
      return {"", "", catalog_.service(0).operation(0)};
    }
    return std::get<Invocation>(std::move(*command));
  }

  std::string params(std::initializer_list<std::string> words) {
    return to_json(Value(call(words).params));
  }

  std::string error(std::initializer_list<std::string> words) {
    const auto command = parse(words);
    return command ? "no error" : command.error().message;
  }

  Compat compat_ = Compat::v2;
  model::Catalog catalog_ = make_catalog();
  config::MapEnvironment environment_;
  FixedClock clock_;
  FixedRandom random_;
  World world_{environment_, clock_, random_};
};

TEST_F(CommandLineTest, GlobalOptionsMayStandAnywhere) {
  const std::vector<std::string> words = {
      "--region", "r", "things", "put-thing", "--output=text", "--name", "n", "--debug"};
  const auto main = parse_main(words, Compat::v2);
  ASSERT_TRUE(main);
  EXPECT_EQ(main->globals.region, "r");
  EXPECT_EQ(main->globals.output, "text");
  EXPECT_TRUE(main->globals.debug);
  EXPECT_EQ(main->command, "things");
  EXPECT_EQ(main->words, (std::vector<std::string>{"put-thing", "--name", "n"}));
}

TEST_F(CommandLineTest, VersionNeedsNoCommand) {
  const std::vector<std::string> words = {"--version", "--nonsense"};
  const auto main = parse_main(words, Compat::v1);
  ASSERT_TRUE(main);
  EXPECT_TRUE(main->version);
}

TEST_F(CommandLineTest, CompatOptionChoosesTheVersion) {
  const std::vector<std::string> words = {"--compat", "v1", "--output", "yaml", "things"};
  const auto main = parse_main(words, Compat::v2);
  ASSERT_FALSE(main);
  EXPECT_EQ(command_line_status(wanted_compat(words).value_or(Compat::v2), main.error()), 2);
}

TEST_F(CommandLineTest, EndpointUrlNeedsAScheme) {
  EXPECT_TRUE(error({"--endpoint-url", "//h", "things", "put-thing"})
                  .starts_with("Bad value for --endpoint-url \"//h\""));
}

TEST_F(CommandLineTest, OptionsBecomeMembers) {
  EXPECT_EQ(params({"things",
                    "put-thing",
                    "--name",
                    "n",
                    "--count",
                    "5",
                    "--enabled",
                    "--instance-ids",
                    "a",
                    "b"}),
            R"({"Name": "n", "Count": 5, "Enabled": true, "InstanceIds": ["a", "b"]})");
  EXPECT_EQ(params({"things", "put-thing", "--name", "n", "--enabled", "--no-enabled"}),
            R"({"Name": "n", "Enabled": false})");
}

TEST_F(CommandLineTest, OptionsWinOverTheInputDocument) {
  EXPECT_EQ(params({"things",
                    "put-thing",
                    "--cli-input-json",
                    R"({"Name": "a", "Count": 1})",
                    "--count",
                    "2"}),
            R"({"Count": 2, "Name": "a"})");
}

TEST_F(CommandLineTest, AMissingInputDocumentIsReportedAsAnOptionsFile) {
  EXPECT_EQ(
      error({"things", "put-thing", "--cli-input-json", "file:///nowhere/x"}),
      "Error parsing parameter '--cli-input-json': Unable to load paramfile file:///nowhere/x: "
      "[Errno 2] No such file or directory: '/nowhere/x'");
}

TEST_F(CommandLineTest, MissingOptionsAreNamedBelowTheUsage) {
  const auto text = error({"things", "put-thing"});
  EXPECT_TRUE(is_usage_text(text));
  EXPECT_TRUE(text.ends_with("\n\naws: error: the following arguments are required: --name\n"))
      << text;
  compat_ = Compat::v1;
  const auto text_v1 = error({"things", "put-thing"});
  EXPECT_TRUE(text_v1.ends_with("help\naws: error: the following arguments are required: --name"))
      << text_v1;
}

TEST_F(CommandLineTest, UnknownOptionsAreListed) {
  EXPECT_TRUE(error({"things", "put-thing", "--name", "n", "--foo", "bar"})
                  .ends_with("\nUnknown options: --foo, bar\n"));
}

TEST_F(CommandLineTest, HelpIsRecognisedAtThreeLevels) {
  EXPECT_EQ(std::get<HelpRequest>(*parse({"help"})), (HelpRequest{}));
  EXPECT_EQ(std::get<HelpRequest>(*parse({"things", "help"})), (HelpRequest{"things", ""}));
  EXPECT_EQ(std::get<HelpRequest>(*parse({"things", "put-thing", "help"})),
            (HelpRequest{"things", "put-thing"}));
}

TEST_F(CommandLineTest, ServicesGoByTheirCommandNames) {
  EXPECT_EQ(call({"s3api", "put-thing", "--name", "n"}).operation.service().name(), "s3");
  const auto command = parse({"s3", "cp", "a", "b"});
  EXPECT_EQ(std::get<HighLevelCommand>(*command).command, "cp");
  EXPECT_NE(error({"thing", "put-thing"}).find("maybe you meant:\n\n  * things"),
            std::string::npos);
  EXPECT_NE(error({"things", "put-thingy"}).find("  * put-thing"), std::string::npos);
}

TEST_F(CommandLineTest, PagingOptionsHideTheServicesOwn) {
  const auto paged = call({"things", "list-things", "--max-items", "7", "--starting-token", "t"});
  EXPECT_TRUE(paged.pagination.enabled);
  EXPECT_EQ(paged.pagination.max_items, 7);
  EXPECT_EQ(paged.pagination.starting_token, "t");
  EXPECT_TRUE(paged.params.empty());
}

TEST_F(CommandLineTest, ATokenOfTheServiceTurnsPagingOff) {
  const auto plain = call({"things", "list-things", "--next-token", "t", "--max-items", "7"});
  EXPECT_FALSE(plain.pagination.enabled);
  EXPECT_EQ(plain.pagination.max_items, std::nullopt);
  EXPECT_EQ(to_json(Value(plain.params)), R"({"NextToken": "t", "MaxItems": 7})");
  EXPECT_EQ(error({"things", "list-things", "--no-paginate", "--starting-token", "t"}),
            "Cannot specify --no-paginate along with pagination arguments: --starting-token");
}

TEST_F(CommandLineTest, OnlyVersion2LooksForTokensInTheInputDocument) {
  const auto parse_it = [this] {
    return call({"things", "list-things", "--cli-input-json", R"({"NextToken": "t"})"})
        .pagination.enabled;
  };
  EXPECT_FALSE(parse_it());
  compat_ = Compat::v1;
  EXPECT_TRUE(parse_it());
}

TEST_F(CommandLineTest, BytesOfAnAnswerGoToAFileThatIsNamedByPosition) {
  const auto get = call({"things", "get-bytes", "--key", "k", "out"});
  EXPECT_EQ(get.outfile, "out");
  EXPECT_TRUE(
      error({"things", "get-bytes", "--cli-input-json", "{}", "out"}).find("Unknown options") !=
      std::string::npos);
}

TEST_F(CommandLineTest, SkeletonsNeedNoArguments) {
  EXPECT_EQ(call({"things", "put-thing", "--generate-cli-skeleton"}).skeleton, "input");
  EXPECT_NE(
      error({"things", "put-thing", "--generate-cli-skeleton", "output"}).find("required: --name"),
      std::string::npos);
}

TEST_F(CommandLineTest, ModifyOptionGroupIsTwoCommands) {
  EXPECT_EQ(params({"rds", "add-option-to-option-group", "--options", "a"}),
            R"({"OptionsToInclude": ["a"]})");
  EXPECT_EQ(params({"rds", "remove-option-from-option-group", "--options", "a"}),
            R"({"OptionsToRemove": ["a"]})");
  EXPECT_NE(error({"rds", "modify-option-group"}).find("Invalid choice"), std::string::npos);
}

TEST_F(CommandLineTest, RunInstancesCountsAndDescribesAnInterface) {
  EXPECT_EQ(params({"ec2", "run-instances", "--count", "2:3"}),
            R"({"MinCount": 2, "MaxCount": 3})");
  EXPECT_EQ(params({"ec2", "run-instances", "--enable-api-termination"}),
            R"({"DisableApiTermination": false, "MaxCount": 1, "MinCount": 1})");
  EXPECT_EQ(
      params({"ec2",
              "run-instances",
              "--count",
              "1",
              "--subnet-id",
              "s",
              "--no-associate-public-ip-address"}),
      R"({"MinCount": 1, "MaxCount": 1, )"
      R"("NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": false, "SubnetId": "s"}]})");
}

TEST_F(CommandLineTest, SecurityGroupRulesHaveSimpleOptions) {
  EXPECT_EQ(
      params({"ec2",
              "authorize-security-group-ingress",
              "--protocol",
              "tcp",
              "--port",
              "22-25",
              "--cidr",
              "c"}),
      R"({"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 25, "IpRanges": [{"CidrIp": "c"}]}]})");
  EXPECT_EQ(
      error({"ec2", "authorize-security-group-ingress", "--ip-permissions", "x", "--port", "1"}),
      "The --port option is not compatible with the --ip-permissions option ");
}

TEST_F(CommandLineTest, BooleanStructuresOfEc2AreFlags) {
  EXPECT_EQ(params({"ec2", "modify-instance-attribute", "--ebs-optimized"}),
            R"({"EbsOptimized": {"Value": true}})");
  EXPECT_EQ(params({"ec2", "modify-instance-attribute", "--no-ebs-optimized"}),
            R"({"EbsOptimized": {"Value": false}})");
  EXPECT_EQ(
      error({"ec2", "modify-instance-attribute", "--no-ebs-optimized", "--ebs-optimized"}),
      "Cannot specify both the \"--ebs-optimized\" option and the \"--no-ebs-optimized\" option.");
}

TEST_F(CommandLineTest, EmailsAreWrittenWithoutJson) {
  EXPECT_EQ(
      params(
          {"ses", "send-email", "--from", "a", "--to", "b", "c", "--subject", "s", "--text", "t"}),
      R"({"Source": "a", "Destination": {"ToAddresses": ["b", "c"]}, )"
      R"("Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}})");
  EXPECT_EQ(error({"ses", "send-email", "--from", "a", "--to", "b", "--destination", "SubnetId=x"}),
            "The key \"to\" cannot be specified when one of the following keys are also specified: "
            "destination");
}

}  // namespace
}  // namespace virga::cli
