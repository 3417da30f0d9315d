// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"

namespace virga::test {

/// A catalog with one service from the JSON of its model, paginators and waiters.
inline model::Catalog tiny_catalog(std::string_view service_json,
                                   std::string_view paginators_json = "{}",
                                   std::string name = "tiny",
                                   std::string_view waiters_json = "{}") {
  model::PackBuilder builder;
  model::ServiceSource source;
  source.name = std::move(name);
  builder.set_endpoints(read_json(R"({"partitions": [{
    "partition": "aws", "dnsSuffix": "amazonaws.com", "regionRegex": "^(us|eu)\\-\\w+\\-\\d+$",
    "regions": {"us-east-1": {}, "eu-west-1": {}}, "services": {},
    "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"]}
  }]})")
                            .value());
  source.service = read_json(service_json).value();
  source.paginators = read_json(paginators_json).value();
  source.waiters = read_json(waiters_json).value();
  const auto added = builder.add_service(source);
  if (!added) {
    throw std::runtime_error(added.error().message);
  }
  return model::Catalog::from_bytes(builder.finish("a test", "1")).value();
}

}  // namespace virga::test
