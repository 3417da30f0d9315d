// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "engine/quirks.hpp"
#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::engine::test {

inline Value json(std::string_view text) {
  auto value = read_json(text);
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : Value();
}

/// A catalog of one service with what a test gives of its model. Shapes that are only names of
/// strings may be left out of `shapes` if they are "String".
class OneService {
 public:
  OneService(std::string_view name, std::string_view operations, std::string_view shapes)
      : name_(name), catalog_(make(name, operations, shapes)) {}

  [[nodiscard]] model::Operation operation(std::string_view operation) const {
    return catalog_.find_service(name_)->find_operation(operation).value();
  }

 private:
  static model::Catalog make(std::string_view name,
                             std::string_view operations,
                             std::string_view shapes) {
    Map all = std::move(*json(shapes).as_map());
    all.set("String", json(R"({"type":"string"})"));
    Map service;
    service.append("metadata",
                   json(R"({"apiVersion":"2012-06-01","protocol":"rest-xml","serviceId":"x",
                            "endpointPrefix":"x","signatureVersion":"v4"})"));
    service.append("operations", json(operations));
    service.append("shapes", Value(std::move(all)));
    model::ServiceSource source;
    source.name = name;
    source.service = Value(std::move(service));
    model::PackBuilder builder;
    const Status added = builder.add_service(source);
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
    auto catalog = model::Catalog::from_bytes(builder.finish("test", "1"));
    EXPECT_TRUE(catalog) << (catalog ? "" : catalog.error().message);
    return std::move(*catalog);
  }

  std::string name_;
  model::Catalog catalog_;
};

/// Everything of a body, read in pieces of `piece` bytes.
inline std::string read_all(http::BodySource& source, std::size_t piece = 7) {
  std::string out;
  std::string buffer(piece, '\0');
  while (true) {
    const auto count = source.read(buffer.data(), buffer.size());
    EXPECT_TRUE(count);
    if (!count || *count == 0) {
      return out;
    }
    out.append(buffer, 0, *count);
  }
}

/// The parameters after before_serialize, as JSON.
inline std::string input_after(const model::Operation& operation,
                               std::string_view params,
                               QuirkContext& context) {
  Value value = json(params);
  const Status status = before_serialize(operation, value, context);
  return status ? to_json(value) : status.error().message;
}

inline std::string input_after(const model::Operation& operation, std::string_view params) {
  QuirkContext context;
  return input_after(operation, params, context);
}

/// The output after after_parse, as JSON.
inline std::string output_after(const model::Operation& operation,
                                std::string_view output,
                                const http::Response& response = {},
                                const QuirkContext& context = {}) {
  Value value = json(output);
  const Status status = after_parse(operation, response, value, context);
  return status ? to_json(value) : status.error().message;
}

}  // namespace virga::engine::test
