// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::model {

/// The parsed JSON files of one service.
struct ServiceSource {
  std::string name;  ///< the folder's name
  Value service;     ///< service-2.json
  Value paginators;  ///< the "pagination" member of paginators-1.json
  Value waiters;     ///< the "waiters" member of waiters-2.json
  Value rules;       ///< endpoint-rule-set-1.json
};

/// Collects services into a pack. Thread-compatible.
class PackBuilder {
 public:
  PackBuilder();
  ~PackBuilder();
  PackBuilder(const PackBuilder&) = delete;
  PackBuilder& operator=(const PackBuilder&) = delete;

  /// Errors: models, naming what the service refers to but does not define. Services may come in
  /// any order.
  [[nodiscard]] Status add_service(const ServiceSource& source);
  void set_partitions(const Value& partitions);
  void set_endpoints(const Value& endpoints);
  void set_retry(const Value& retry);

  /// The finished pack, as Catalog::from_bytes takes it; the builder is then spent.
  [[nodiscard]] std::string finish(std::string_view source, std::string_view source_version);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace virga::model
