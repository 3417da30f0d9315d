// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace virga::model {

enum class ShapeKind : std::uint8_t {
  structure,
  list,
  map,
  string,
  blob,
  boolean,
  integer,
  long_integer,
  float_number,
  double_number,
  timestamp,
};

/// Where a member travels (trait location); body if none is said.
enum class Location : std::uint8_t { body, uri, query_string, header, headers, status_code };

enum class TimestampFormat : std::uint8_t { unspecified, iso8601, rfc822, unix_timestamp };

enum class ShapeFlag : std::uint32_t {
  flattened = 1U << 0U,
  union_type = 1U << 1U,
  document = 1U << 2U,
  exception = 1U << 3U,
  fault = 1U << 4U,
  event_stream = 1U << 5U,
  event = 1U << 6U,
  sensitive = 1U << 7U,
  streaming = 1U << 8U,
  requires_length = 1U << 9U,
  wrapper = 1U << 10U,
  box = 1U << 11U,
  has_min = 1U << 12U,
  has_max = 1U << 13U,
  sparse = 1U << 14U,
  retryable = 1U << 15U,
  throttling = 1U << 16U,
  deprecated = 1U << 17U,
  min_is_float = 1U << 18U,  ///< the model writes the minimum as 0.0, not 0: error texts repeat it
};

enum class MemberFlag : std::uint32_t {
  required = 1U << 0U,
  idempotency_token = 1U << 1U,
  json_value = 1U << 2U,
  xml_attribute = 1U << 3U,
  flattened = 1U << 4U,
  streaming = 1U << 5U,
  event_payload = 1U << 6U,
  event_header = 1U << 7U,
  host_label = 1U << 8U,
  deprecated = 1U << 9U,
  endpoint_discovery_id = 1U << 10U,
};

enum class OperationFlag : std::uint32_t {
  deprecated = 1U << 0U,
  unsigned_payload = 1U << 1U,
  http_checksum_required = 1U << 2U,
  readonly = 1U << 3U,
  idempotent = 1U << 4U,
  endpoint_operation = 1U << 5U,
};

}  // namespace virga::model
