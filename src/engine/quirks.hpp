// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

// What single services need beyond their models, at the three places where a call passes. botocore does the same in
// its handlers. Each quirk is a row of a table (service, operation) → function; a call looks its operation up once.
namespace virga::engine {

/// What a quirk may want to know of the call.
struct QuirkContext {
  std::string_view region;
  std::string_view scheme;        ///< "http" or "https" of the endpoint, empty before it is known
  bool compat_v1 = false;
  bool expect_continue = true;
  std::string_view checksum_calculation = "when_supported";  ///< setting request_checksum_calculation
  std::string_view checksum_validation = "when_supported";   ///< setting response_checksum_validation
  bool compress_requests = true;                             ///< not disable_request_compression
  std::int64_t min_compression_bytes = 10240;
  bool encoding_type_added = false;  ///< set by before_serialize, read by after_parse: S3 listings
};

/// May change the input: defaults, encodings, values derived from others. Errors: validation.
[[nodiscard]] Status before_serialize(const model::Operation& operation, Value& params, QuirkContext& context);

/// May change the request before it gets its endpoint and signature: headers, digests, compression.
[[nodiscard]] Status after_serialize(
    const model::Operation& operation, const Value& params, http::Request& request, QuirkContext& context);

/// May replace status and body before the answer is parsed: S3's 200 that holds an error becomes a 500.
void before_parse(const model::Operation& operation, http::Response& response);

/// May change the output: decoded policies and keys, places that differ from the model.
[[nodiscard]] Status after_parse(
    const model::Operation& operation, const http::Response& response, Value& output, const QuirkContext& context);

}  // namespace virga::engine
