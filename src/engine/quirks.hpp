// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

// What single services need beyond their models, at the four places where a call passes. botocore
// does the same in its handlers (botocore/handlers.py), checksums (httpchecksum.py) and compression
// (compress.py), the AWS CLI in those of its customizations that hook into botocore. Each quirk is
// a row of a table (service, operation) → function; a service without rows costs a few comparisons.
//
//   before_serialize → validation → serialize → after_serialize → endpoint → [sign → send →
//   before_parse → parse] → after_parse
namespace virga::engine {

/// Presigns a GET for another region, for the services that fetch a copy's source themselves. The
/// request has path "/", the query of the call and no headers; the hook gives it the call's own
/// endpoint with the name of the call's region replaced by `region`, signs it in the query for
/// `region` (valid for an hour), and returns the URL.
using Presigner =
    std::function<Result<std::string>(http::Request request, std::string_view region)>;

/// What a quirk may want to know of the call, and what it says of it. One per call.
struct QuirkContext {
  std::string_view region;
  std::string_view scheme;  ///< "http" or "https" of the endpoint, known before after_serialize
  bool compat_v1 = false;
  bool expect_continue = true;
  std::string_view checksum_calculation = "when_supported";  ///< request_checksum_calculation
  std::string_view checksum_validation = "when_supported";   ///< response_checksum_validation
  bool compress_requests = true;                             ///< not disable_request_compression
  std::int64_t min_compression_bytes = 10240;
  bool presigning = false;    ///< a URL is wanted, nothing is sent: no headers, no checksums
  std::string_view trace_id;  ///< _X_AMZN_TRACE_ID if AWS_LAMBDA_FUNCTION_NAME is set, else empty
  const Clock* clock = nullptr;  ///< null: the machine's
  Presigner presign;             ///< empty: the service gets no presigned URL

  // Set by the quirks.
  bool encoding_type_added = false;  ///< by before_serialize, read by after_parse: S3 listings
  bool trailing_checksum = false;    ///< by after_serialize, for auth::SigningContext
  std::string checksum_header;       ///< by after_serialize, for auth::SigningContext
  bool validate_response = false;    ///< by after_serialize, read by before_parse and check_body
  /// By after_serialize: goes there instead of the resolved endpoint, if not empty
  /// ("https://host").
  std::string endpoint_override;
};

/// May change the input: defaults, encodings, values derived from others. Runs before validation,
/// so values of any kind may come; what has the wrong kind is left for the validation to name.
/// Errors: validation.
[[nodiscard]] Status before_serialize(const model::Operation& operation,
                                      Value& params,
                                      QuirkContext& context);

/// May change the request before it gets its endpoint and signature: path, headers, digests,
/// compression. Once per call, not per attempt; a body that is a stream stays rewindable if it was.
/// Errors: io from a stream that is read ahead; validation; whatever the presigner says.
[[nodiscard]] Status after_serialize(const model::Operation& operation,
                                     const Value& params,
                                     http::Request& request,
                                     QuirkContext& context);

/// May replace status and body before the answer is parsed: S3's 200 that holds an error becomes a
/// 500. Errors: response, if a body that is not streamed does not have the checksum it came with.
[[nodiscard]] Status before_parse(const model::Operation& operation,
                                  http::Response& response,
                                  const QuirkContext& context);

/// For an answer that could not be parsed: whether it is another one now, to be parsed again. S3's
/// 200 with a body that breaks off becomes a 500.
[[nodiscard]] bool after_failed_parse(const model::Operation& operation, http::Response& response);

/// May change the output: decoded policies and keys, places that differ from the model.
[[nodiscard]] Status after_parse(const model::Operation& operation,
                                 const http::Response& response,
                                 Value& output,
                                 const QuirkContext& context);

/// Whether the operation's hostPrefix is put in front of the host. S3 Control's "{AccountId}." is
/// not: its endpoint rules add it already (botocore handlers.py,
/// remove_accid_host_prefix_from_model).
[[nodiscard]] bool uses_host_prefix(const model::Operation& operation);

}  // namespace virga::engine
