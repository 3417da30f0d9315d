// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "engine/quirks/table.hpp"

namespace virga::engine::quirks {

/// Whether the text is an ARN of an access point, an object Lambda or an Outposts access point
/// (botocore: VALID_S3_ARN).
[[nodiscard]] bool is_s3_arn(std::string_view text);

// Input.
[[nodiscard]] Status validate_bucket(const model::Operation&, Map& params, QuirkContext&);
[[nodiscard]] Status ask_for_encoded_keys(const model::Operation&, Map& params, QuirkContext&);
[[nodiscard]] Status encode_copy_source(const model::Operation&, Map& params, QuirkContext&);
[[nodiscard]] Status validate_metadata(const model::Operation&, Map& params, QuirkContext&);
[[nodiscard]] Status encode_customer_key(const model::Operation&, Map& params, QuirkContext&);
[[nodiscard]] Status encode_source_customer_key(const model::Operation&, Map&, QuirkContext&);

// Response and output.
void turn_hidden_error_into_500(const model::Operation& operation, http::Response& response);
/// For a body that could not be parsed; whether it was broken.
[[nodiscard]] bool turn_broken_body_into_500(const model::Operation& operation,
                                             http::Response& response);
[[nodiscard]] Status read_bucket_location(const model::Operation&,
                                          const http::Response& response,
                                          Map& output,
                                          const QuirkContext&);
[[nodiscard]] Status keep_expires_text(const model::Operation& operation,
                                       const http::Response& response,
                                       Map& output,
                                       const QuirkContext&);
[[nodiscard]] Status decode_objects(const model::Operation&,
                                    const http::Response&,
                                    Map& output,
                                    const QuirkContext& context);
[[nodiscard]] Status decode_objects_v2(const model::Operation&,
                                       const http::Response&,
                                       Map& output,
                                       const QuirkContext& context);
[[nodiscard]] Status decode_versions(const model::Operation&,
                                     const http::Response&,
                                     Map& output,
                                     const QuirkContext& context);

}  // namespace virga::engine::quirks
