// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"
#include "value/value.hpp"

namespace virga::protocol::test {

inline Value json(std::string_view text) {
  auto value = read_json(text);
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : Value();
}

/// A catalog with the one service "test", from a model in the form of service-2.json.
inline std::unique_ptr<model::Catalog> catalog_of(Value service) {
  model::PackBuilder builder;
  model::ServiceSource source;
  source.name = "test";
  source.service = std::move(service);
  const auto added = builder.add_service(source);
  EXPECT_TRUE(added) << added.error().message;
  auto catalog = model::Catalog::from_bytes(builder.finish("test", "1"));
  EXPECT_TRUE(catalog) << catalog.error().message;
  return catalog ? std::make_unique<model::Catalog>(std::move(*catalog)) : nullptr;
}

/// A service of one operation "Op" with the output shape "Out"; `shapes` and `traits` are JSON
/// members.
class OneOperation {
 public:
  OneOperation(std::string_view protocol,
               std::string_view shapes,
               std::string_view output = R"({"shape": "Out"})",
               std::string_view more = "") {
    std::string text = R"({"metadata": {"protocol": ")";
    text += protocol;
    text +=
        R"(", "apiVersion": "2020-01-01", "endpointPrefix": "test", "jsonVersion": "1.1", "targetPrefix": "T"},
      "operations": {"Op": {"name": "Op", "http": {"method": "GET", "requestUri": "/"}, "output": )";
    text += output;
    text += more;
    text += R"(}}, "shapes": {"String": {"type": "string"}, )";
    text += shapes;
    text += "}}";
    catalog_ = catalog_of(json(text));
  }

  [[nodiscard]] model::Operation operation() const {
    return *catalog_->find_service("test")->find_operation("Op");
  }

 private:
  std::unique_ptr<model::Catalog> catalog_;
};

}  // namespace virga::protocol::test
