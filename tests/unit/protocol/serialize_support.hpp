// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/strings.hpp"
#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "protocol/protocol.hpp"
#include "value/json_read.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// Makes the tokens that the published vectors expect.
class FixedRandom final : public Random {
 public:
  [[nodiscard]] double uniform() override { return 0.5; }

  [[nodiscard]] std::string uuid() override { return "00000000-0000-4000-8000-000000000000"; }
};

/// A catalog of one service with one operation.
[[nodiscard]] inline Result<model::Catalog> catalog_of(const std::string& service,
                                                       const Value& metadata,
                                                       const Value& shapes,
                                                       const std::string& operation,
                                                       const Value& operation_model) {
  Map operations;
  operations.append(operation, operation_model);
  Map document;
  document.append("metadata", metadata);
  document.append("operations", std::move(operations));
  document.append("shapes", shapes);
  model::PackBuilder builder;
  model::ServiceSource source;
  source.name = service;
  source.service = std::move(document);
  VIRGA_TRY(builder.add_service(source));
  return model::Catalog::from_bytes(builder.finish("test", "1"));
}

/// One operation, "Op", of a service made for the test, with the input shape "Input".
class OneOperation {
 public:
  /// Metadata, shapes and http trait are JSON texts; `extra` is more of the operation, ", \"key\":
  /// ...".
  OneOperation(std::string_view metadata,
               std::string_view shapes,
               std::string_view http,
               std::string_view extra = {},
               const std::string& service = "test")
      : catalog_(
            catalog_of(service,
                       read_json(metadata).value(),
                       read_json(shapes).value(),
                       "Op",
                       read_json(concat(R"({"name": "Op", "input": {"shape": "Input"}, "http": )",
                                        http,
                                        extra,
                                        "}"))
                           .value())
                .value()) {}

  [[nodiscard]] Result<Serialized> try_send(const Value& params) const {
    FixedRandom random;
    return serialize(catalog_.service(0).operation(0), params, random);
  }

  [[nodiscard]] Serialized send(std::string_view params) const {
    return try_send(read_json(params).value()).value();
  }

  /// The failure's sentence, or empty if the parameters can be sent.
  [[nodiscard]] std::string refusal(const Value& params) const {
    auto result = try_send(params);
    return result ? std::string() : result.error().message;
  }

 private:
  model::Catalog catalog_;
};

}  // namespace virga::protocol
