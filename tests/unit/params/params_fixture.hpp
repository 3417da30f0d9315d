// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "params/params.hpp"
#include "params/python_repr.hpp"
#include "value/json_read.hpp"

namespace virga::params {

/// A service "thing" with one operation, DoThing, that has a member of each kind.
inline constexpr std::string_view k_thing_model = R"json({
  "metadata": {"protocol": "json", "serviceId": "Thing", "endpointPrefix": "thing"},
  "operations": {"DoThing": {"name": "DoThing", "http": {"method": "POST", "requestUri": "/"},
                             "input": {"shape": "Input"}}},
  "shapes": {
    "Input": {"type": "structure", "required": ["Name", "Count"], "members": {
      "Count": {"shape": "Count"}, "Name": {"shape": "Name"}, "Size": {"shape": "Long"},
      "Ratio": {"shape": "Ratio"}, "Flag": {"shape": "Flag"}, "When": {"shape": "When"},
      "Data": {"shape": "Data"}, "Body": {"shape": "Data", "streaming": true},
      "Words": {"shape": "Words"}, "Numbers": {"shape": "Numbers"}, "Filters": {"shape": "Filters"},
      "Tags": {"shape": "Tags"}, "Rule": {"shape": "Rule"}, "Wrapped": {"shape": "Wrapped"},
      "Choice": {"shape": "Choice"}, "Doc": {"shape": "Doc"}, "Records": {"shape": "Records"},
      "Header": {"shape": "Text", "jsonvalue": true, "location": "header", "locationName": "x-h"},
      "Host": {"shape": "Text", "hostLabel": true}}},
    "Text": {"type": "string"}, "Name": {"type": "string", "min": 3},
    "Count": {"type": "integer", "min": 1}, "Long": {"type": "long"},
    "Ratio": {"type": "double", "min": 0.0}, "Flag": {"type": "boolean"},
    "When": {"type": "timestamp"}, "Data": {"type": "blob"},
    "Words": {"type": "list", "member": {"shape": "Text"}},
    "Numbers": {"type": "list", "min": 1, "member": {"shape": "Count"}},
    "Filters": {"type": "list", "member": {"shape": "Filter"}},
    "Filter": {"type": "structure", "members": {
      "Name": {"shape": "Text"}, "Values": {"shape": "Words"}, "Limit": {"shape": "Count"},
      "On": {"shape": "Flag"}, "Doc": {"shape": "Doc"}}},
    "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Text"}},
    "Rule": {"type": "structure", "required": ["Id"], "members": {
      "Id": {"shape": "Text"}, "Weight": {"shape": "Ratio"}, "Inner": {"shape": "Rule"},
      "Numbers": {"shape": "Numbers"}, "Data": {"shape": "Data"}}},
    "Wrapped": {"type": "structure", "members": {"Value": {"shape": "Text"}}},
    "Choice": {"type": "structure", "union": true, "members": {
      "Left": {"shape": "Text"}, "Right": {"shape": "Text"}}},
    "Doc": {"type": "structure", "document": true, "members": {}},
    "Records": {"type": "list", "member": {"shape": "Record"}},
    "Record": {"type": "structure", "members": {"Data": {"shape": "Data"}}}
  }})json";

class ParamsTest : public testing::Test {
 protected:
  void SetUp() override {
    model::PackBuilder builder;
    auto source = read_json(k_thing_model);
    ASSERT_TRUE(source) << source.error().message;
    ASSERT_TRUE(builder.add_service({"thing", std::move(*source), {}, {}, {}}));
    auto catalog = model::Catalog::from_bytes(builder.finish("test", "1"));
    ASSERT_TRUE(catalog) << catalog.error().message;
    catalog_.emplace(std::move(*catalog));
    folder_ = testing::TempDir() + "virga_params_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    options_.environment = [this](const std::string& name) {
      return name == "HOME" || name == "WHERE" ? std::optional(folder_) : std::nullopt;
    };
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] model::Shape input() const {
    return *catalog_->find_service("thing")->find_operation("DoThing")->input();
  }

  /// The parsed option as Python's repr, or its error after "error: ".
  [[nodiscard]] std::string parse(std::string_view member,
                                  std::string_view option,
                                  const std::vector<std::string>& words) const {
    const auto value = parse_option(*input().find_member(member), option, words, options_);
    return value ? python_repr(*value) : "error: " + value.error().message;
  }

  [[nodiscard]] std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
    return folder_ + "/" + name;
  }

  std::optional<model::Catalog> catalog_;
  std::string folder_;
  TextOptions options_;
};

}  // namespace virga::params
