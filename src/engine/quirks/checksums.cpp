// SPDX-License-Identifier: Apache-2.0
#include "engine/quirks/checksums.hpp"

#include <array>
#include <memory>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/quirks_checksum.hpp"

// Flexible checksums, as the AWS SDKs define them: https://docs.aws.amazon.com/sdkref/latest/guide/
// feature-dataintegrity.html. What is sent when follows botocore's httpchecksum.py, which also
// sends CRC32 where a model's httpChecksumRequired once meant Content-MD5.
namespace virga::engine {
namespace quirks {
namespace {

constexpr std::string_view k_header_prefix = "x-amz-checksum-";
constexpr std::string_view k_default_algorithm = "CRC32";
constexpr std::size_t k_read_bytes = std::size_t{64} * 1024;

/// Best first, those that make_digest() knows (botocore: _ALGORITHMS_PRIORITY_LIST).
constexpr std::array<std::string_view, 6> k_response_algorithms = {
    "crc64nvme", "crc32c", "crc32", "sha1", "sha256", "sha512"};

/// Whether the user gave a checksum: any x-amz-checksum-<letters and digits>, also -algorithm and
/// -type, which come with a checksum of the user's or describe one that is sent later.
bool has_checksum_header(const http::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (name.size() < k_header_prefix.size() ||
        !equals_ignore_case(std::string_view(name).substr(0, k_header_prefix.size()),
                            k_header_prefix)) {
      continue;
    }
    const std::string_view rest = std::string_view(name).substr(k_header_prefix.size());
    if (rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
        std::string_view::npos) {
      return true;
    }
  }
  return false;
}

Status digest_stream(http::BodySource& stream, Digest& digest) {
  std::string buffer(k_read_bytes, '\0');
  while (true) {
    VIRGA_TRY_ASSIGN(const std::size_t count, stream.read(buffer.data(), buffer.size()));
    if (count == 0) {
      return stream.rewind();
    }
    digest.update(std::string_view(buffer).substr(0, count));
  }
}

Status add_header_checksum(http::Request& request, const std::string& header, Digest& digest) {
  if (request.stream) {
    VIRGA_TRY(digest_stream(*request.stream, digest));
  } else {
    digest.update(request.body);
  }
  request.headers.add(header, base64_encode(digest.finish()));
  return {};
}

void add_trailing_checksum(http::Request& request,
                           const std::string& header,
                           std::string algorithm) {
  http::Headers& headers = request.headers;
  const std::string encoding(headers.get("Content-Encoding"));
  headers.set("Content-Encoding", encoding.empty() ? "aws-chunked" : encoding + ",aws-chunked");
  headers.set("Transfer-Encoding", "chunked");
  headers.set("X-Amz-Trailer", header);
  // Signers say the same; this is for requests that are not signed
  // (botocore _set_extra_headers_for_unsigned_request).
  headers.set("X-Amz-Content-SHA256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  std::shared_ptr<http::BodySource> body = std::move(request.stream);
  if (!body) {
    body = std::make_shared<StringSource>(std::move(request.body));
    request.body.clear();
  }
  if (const auto size = body->size()) {
    headers.set("X-Amz-Decoded-Content-Length", concat(*size));
  } else if (const auto* length = headers.find("Content-Length")) {
    headers.set("X-Amz-Decoded-Content-Length", *length);
  }
  headers.remove("Content-Length");
  request.stream =
      std::make_shared<AwsChunkedSource>(std::move(body), std::move(algorithm), header);
}

/// The algorithm of the request's checksum; empty for none.
Result<std::string> request_algorithm(const model::Operation& operation,
                                      const model::Document& trait,
                                      const Map& params,
                                      http::Headers& headers,
                                      const QuirkContext& context) {
  const std::string_view member = trait.text("requestAlgorithmMember");
  const Value* chosen = member.empty() ? nullptr : params.find(member);
  if (chosen != nullptr) {
    const std::string* name = chosen->as_string();
    std::string algorithm = name == nullptr ? std::string() : to_lower(*name);
    if (algorithm == "md5" || !make_digest(algorithm)) {
      return fail(ErrorCode::general, "Unsupported checksum algorithm: " + algorithm);
    }
    return algorithm;
  }
  const bool required = operation.has(model::OperationFlag::http_checksum_required) ||
                        trait.find("requestChecksumRequired").boolean();
  const bool supported = !member.empty() && context.checksum_calculation == "when_supported";
  if (!required && !supported) {
    return std::string();
  }
  // Says which algorithm the default is, where the model has a header for it.
  const auto input = operation.input();
  const auto shape = input && !member.empty() ? input->find_member(member) : std::nullopt;
  if (shape && !shape->location_name().empty()) {
    headers.set(shape->location_name(), std::string(k_default_algorithm));
  }
  return to_lower(k_default_algorithm);
}

}  // namespace

void ask_for_checksums(const model::Operation& operation,
                       Map& params,
                       const QuirkContext& context) {
  if (context.checksum_validation != "when_supported") {
    return;
  }
  const std::string_view mode = operation.trait("httpChecksum").text("requestValidationModeMember");
  if (!mode.empty() && !params.contains(mode)) {
    params.append(std::string(mode), "ENABLED");
  }
}

Status add_checksum(const model::Operation& operation,
                    const Map& params,
                    http::Request& request,
                    QuirkContext& context) {
  const model::Document trait = operation.trait("httpChecksum");
  if (trait.is_null() && !operation.has(model::OperationFlag::http_checksum_required)) {
    return {};
  }
  const std::string_view mode = trait.text("requestValidationModeMember");
  context.validate_response = !mode.empty() && params.contains(mode);
  if (has_checksum_header(request.headers)) {
    return {};
  }
  VIRGA_TRY_ASSIGN(std::string algorithm,
                   request_algorithm(operation, trait, params, request.headers, context));
  if (algorithm.empty()) {
    return {};
  }
  const std::string header = concat(k_header_prefix, algorithm);
  // A trailer leaves the payload unsigned, so it is only for TLS; a header takes reading ahead.
  if (context.scheme == "https" && operation.streaming_input()) {
    add_trailing_checksum(request, header, std::move(algorithm));
    context.trailing_checksum = true;
    return {};
  }
  context.checksum_header = header;
  return add_header_checksum(request, header, *make_digest(algorithm));
}

namespace {

struct ExpectedChecksum {
  std::string_view algorithm;
  const std::string* value = nullptr;
};

/// The best checksum in the head that can be checked, or one without a value.
ExpectedChecksum expected_checksum(const model::Operation& operation,
                                   const http::Response& head,
                                   const QuirkContext& context) {
  if (!context.validate_response || head.status >= 300) {
    return {};
  }
  const model::Document allowed = operation.trait("httpChecksum").find("responseAlgorithms");
  for (const std::string_view algorithm : k_response_algorithms) {
    const std::string* value = head.headers.find(concat(k_header_prefix, algorithm));
    // With a '-' it is a checksum of the checksums of parts, which the body alone does not give.
    if (value == nullptr || value->find('-') != std::string::npos) {
      continue;
    }
    // The AWS CLI v1 computes these two only with awscrt, which it does not bring along.
    if (context.compat_v1 && (algorithm == "crc32c" || algorithm == "crc64nvme")) {
      continue;
    }
    for (std::uint32_t i = 0; i < allowed.size(); ++i) {
      if (equals_ignore_case(allowed.at(i).text(), algorithm)) {
        return {algorithm, value};
      }
    }
  }
  return {};
}

Status compare(Digest& digest, const std::string& expected) {
  const std::string calculated = digest.finish();
  if (base64_decode(expected) == calculated) {
    return {};
  }
  return fail(ErrorCode::response,
              concat("Expected checksum ",
                     expected,
                     " did not match calculated checksum: ",
                     base64_encode(calculated)));
}

}  // namespace

Status check_response(const model::Operation& operation,
                      const http::Response& response,
                      const QuirkContext& context) {
  if (!context.validate_response || operation.streaming_output()) {
    return {};
  }
  const ExpectedChecksum expected = expected_checksum(operation, response, context);
  if (expected.value == nullptr) {
    return {};
  }
  const auto digest = make_digest(expected.algorithm);
  digest->update(response.body);
  return compare(*digest, *expected.value);
}

}  // namespace quirks

CheckedSink::CheckedSink(http::BodySink& inner,
                         std::unique_ptr<Digest> digest,
                         std::string expected)
    : inner_(inner), digest_(std::move(digest)), expected_(std::move(expected)) {}

Status CheckedSink::write(std::string_view bytes) {
  digest_->update(bytes);
  return inner_.write(bytes);
}

Status CheckedSink::finish() { return quirks::compare(*digest_, expected_); }

std::unique_ptr<CheckedSink> check_body(const model::Operation& operation,
                                        const http::Response& head,
                                        const QuirkContext& context,
                                        http::BodySink& inner) {
  const quirks::ExpectedChecksum expected = quirks::expected_checksum(operation, head, context);
  if (expected.value == nullptr) {
    return nullptr;
  }
  return std::make_unique<CheckedSink>(inner, make_digest(expected.algorithm), *expected.value);
}

}  // namespace virga::engine
