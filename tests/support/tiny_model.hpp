// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"

namespace virga::test {

/// A catalog with one service from the JSON of its model and of its paginators.
inline model::Catalog tiny_catalog(std::string_view service_json,
                                   std::string_view paginators_json = "{}",
                                   std::string name = "tiny") {
  model::PackBuilder builder;
  model::ServiceSource source;
  source.name = std::move(name);
  source.service = read_json(service_json).value();
  source.paginators = read_json(paginators_json).value();
  builder.add_service(source).value();
  return model::Catalog::from_bytes(builder.finish("a test", "1")).value();
}

}  // namespace virga::test
