// SPDX-License-Identifier: Apache-2.0
#include "cli/skeleton.hpp"

#include <gtest/gtest.h>

#include "support/tiny_model.hpp"
#include "value/json_write.hpp"

namespace virga::cli {
namespace {

constexpr std::string_view k_service = R"({
  "metadata": {"protocol": "json"},
  "operations": {
    "Put": {"input": {"shape": "In"}, "output": {"shape": "Out"}},
    "Ping": {}},
  "shapes": {
    "In": {"type": "structure", "required": ["Name", "Node"], "members": {
      "Name": {"shape": "S"}, "Kind": {"shape": "E"}, "Node": {"shape": "Node"}, "Data": {"shape": "B"},
      "At": {"shape": "T"}, "Size": {"shape": "F"}}},
    "Out": {"type": "structure", "members": {"Names": {"shape": "Strings"}, "Count": {"shape": "I"}}},
    "Node": {"type": "structure", "members": {
      "Next": {"shape": "Node"}, "Nodes": {"shape": "Nodes"}, "Tags": {"shape": "Tags"}, "On": {"shape": "Bool"}}},
    "Nodes": {"type": "list", "member": {"shape": "Node"}},
    "Tags": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "Strings"}},
    "Strings": {"type": "list", "member": {"shape": "S"}},
    "S": {"type": "string"}, "E": {"type": "string", "enum": ["null", "b"]}, "B": {"type": "blob"},
    "T": {"type": "timestamp"}, "I": {"type": "integer"}, "F": {"type": "double"}, "Bool": {"type": "boolean"}
  }
})";

class SkeletonTest : public testing::Test {
 protected:
  model::Operation operation(std::string_view name) {
    return *catalog_.service(0).find_operation(name);
  }

  model::Catalog catalog_ = test::tiny_catalog(k_service);
};

TEST_F(SkeletonTest, HasAPlaceholderForEveryMember) {
  EXPECT_EQ(
      to_json(input_skeleton(operation("Put"))),
      R"({"Name": "", "Kind": "null", "Node": {"Next": {}, "Nodes": [{}], "Tags": {"KeyName": [""]}, )"
      R"("On": true}, "Data": null, "At": "1970-01-01T00:00:00", "Size": 0.0})");
  EXPECT_EQ(to_json(output_skeleton(operation("Put"))), R"({"Names": ["S"], "Count": 0})");
}

TEST_F(SkeletonTest, SaysInYamlWhatIsRequiredAndWhichValuesThereAre) {
  EXPECT_EQ(input_skeleton_yaml(operation("Put")), R"(Name: ''  # [REQUIRED]
Kind: 'null' # Valid values are: null, b.
Node: # [REQUIRED]
  Next: {}
  Nodes:
  - {}
  Tags:
    KeyName:
    - ''
  On: true
Data: !!binary ''
At: 1970-01-01 00:00:00
Size: 0.0
)");
}

TEST_F(SkeletonTest, IsEmptyWhereThereIsNoInput) {
  EXPECT_EQ(input_skeleton_yaml(operation("Ping")), "{}\n");
  EXPECT_EQ(to_json(input_skeleton(operation("Ping"))), "{}");
}

}  // namespace
}  // namespace virga::cli
