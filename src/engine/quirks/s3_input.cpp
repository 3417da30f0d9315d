// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/quirks/s3.hpp"

namespace virga::engine::quirks {
namespace {

constexpr std::string_view k_bucket_pattern = R"(^[a-zA-Z0-9.\-_]{1,255}$)";
constexpr std::string_view k_arn_pattern =
    R"(^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:][a-zA-Z0-9\-.]{1,63}$)"
    R"(|^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:][a-zA-Z0-9\-]{1,63})"
    R"([/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$)";

bool is_region_char(char c) { return (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '-'; }

bool is_label_char(char c) { return is_ascii_alnum(c) || c == '-'; }

bool is_name_char(char c) { return is_label_char(c) || c == '.'; }

/// Python's '$' also matches before a last line feed.
std::string_view without_last_newline(std::string_view text) {
  return text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
}

/// Takes a text apart from its start; after a part that is not there nothing more is taken.
class Parts {
 public:
  explicit Parts(std::string_view rest) : rest_(rest) {}

  Parts& text(std::string_view expected) {
    ok_ = ok_ && rest_.starts_with(expected);
    rest_.remove_prefix(ok_ ? expected.size() : 0);
    return *this;
  }

  Parts& separator() {
    ok_ = ok_ && !rest_.empty() && (rest_.front() == '/' || rest_.front() == ':');
    rest_.remove_prefix(ok_ ? 1 : 0);
    return *this;
  }

  Parts& run(bool (*belongs)(char), std::size_t least, std::size_t most) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), belongs);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    ok_ = ok_ && length >= least && length <= most;
    rest_.remove_prefix(ok_ ? length : 0);
    return *this;
  }

  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool is_access_point(std::string_view rest) {
  constexpr std::string_view k_lambda = "s3-object-lambda:";
  return Parts(rest)
      .text(rest.starts_with(k_lambda) ? k_lambda : "s3:")
      .run(is_region_char, 0, rest.size())
      .text(":")
      .run(is_ascii_digit, 12, 12)
      .text(":accesspoint")
      .separator()
      .run(is_name_char, 1, 63)
      .at_end();
}

bool is_outpost(std::string_view rest) {
  return Parts(rest)
      .text("s3-outposts:")
      .run(is_region_char, 1, rest.size())
      .text(":")
      .run(is_ascii_digit, 12, 12)
      .text(":outpost")
      .separator()
      .run(is_label_char, 1, 63)
      .separator()
      .text("accesspoint")
      .separator()
      .run(is_label_char, 1, 63)
      .at_end();
}

bool is_bucket_name(std::string_view text) {
  text = without_last_newline(text);
  return !text.empty() && text.size() <= 255 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_name_char(c) || c == '_'; });
}

bool is_ascii(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A key goes as base64 with its MD5 beside it, unless the MD5 was given: then both are as they are
/// (botocore sse_md5).
void encode_key(Map& params, std::string_view key_member, std::string_view digest_member) {
  const std::string* key = bytes_of(params.find(key_member));
  if (key == nullptr || params.contains(digest_member)) {
    return;
  }
  std::string digest = base64_encode(md5(*key));
  params.set(key_member, base64_encode(*key));
  params.append(std::string(digest_member), std::move(digest));
}

Result<std::string> copy_source_of(const Map& source) {
  for (const std::string_view member : {"Bucket", "Key"}) {
    const Value* value = source.find(member);
    if (value == nullptr) {
      return invalid(concat("Missing required parameter: '", member, "'"));
    }
    if (!value->is_string()) {
      return invalid(concat("Invalid type for parameter CopySource.", member));
    }
  }
  const std::string& bucket = *source.find("Bucket")->as_string();
  const std::string& key = *source.find("Key")->as_string();
  std::string text = percent_encode(concat(bucket, is_s3_arn(bucket) ? "/object/" : "/", key), "/");
  if (const Value* version = source.find("VersionId"); version != nullptr && version->is_string()) {
    append(text, "?versionId=", *version->as_string());
  }
  return text;
}

/// "bucket/key?versionId=v": the version stays as it is.
std::string quote_copy_source(std::string_view source) {
  constexpr std::string_view k_version = "?versionId=";
  const std::string_view text = without_last_newline(source);
  for (std::size_t at = text.find(k_version); at != std::string_view::npos;
       at = text.find(k_version, at + 1)) {
    const std::string_view version = text.substr(at + k_version.size());
    if (!version.empty() && std::none_of(version.begin(), version.end(), is_ascii_space)) {
      return percent_encode(source.substr(0, at), "/") + std::string(source.substr(at));
    }
  }
  return percent_encode(source, "/");
}

}  // namespace

bool is_s3_arn(std::string_view text) {
  constexpr std::string_view k_start = "arn:aws";
  text = without_last_newline(text);
  if (!text.starts_with(k_start)) {
    return false;
  }
  // Anything may stand between "aws" and the service, so each colon may be the one before it.
  for (std::size_t at = text.find(':', k_start.size()); at != std::string_view::npos;
       at = text.find(':', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (is_access_point(rest) || is_outpost(rest)) {
      return text.substr(0, at).find('\n') == std::string_view::npos;
    }
  }
  return false;
}

// A bucket name that cannot be right is named before anything is sent (validate_bucket_name).
Status validate_bucket(const model::Operation&, Map& params, QuirkContext&) {
  const Value* member = params.find("Bucket");
  const std::string* bucket = member == nullptr ? nullptr : member->as_string();
  if (bucket == nullptr || is_bucket_name(*bucket) || is_s3_arn(*bucket)) {
    return {};
  }
  return invalid(concat("Invalid bucket name \"",
                        *bucket,
                        "\": Bucket name must match the regex \"",
                        k_bucket_pattern,
                        "\" or be an ARN matching the regex \"",
                        k_arn_pattern,
                        "\""));
}

// Keys may hold what XML cannot; the output is decoded again (set_list_objects_encoding_type_url).
Status ask_for_encoded_keys(const model::Operation&, Map& params, QuirkContext& context) {
  if (!params.contains("EncodingType")) {
    params.append("EncodingType", "url");
    context.encoding_type_added = true;
  }
  return {};
}

// The header's value is percent-encoded; {Bucket, Key, VersionId} is taken too
// (handle_copy_source_param).
Status encode_copy_source(const model::Operation&, Map& params, QuirkContext&) {
  Value* source = params.find("CopySource");
  if (source == nullptr) {
    return {};
  }
  if (const auto* text = source->as_string()) {
    *source = Value(quote_copy_source(*text));
  } else if (const auto* parts = source->as_map()) {
    VIRGA_TRY_ASSIGN(*source, copy_source_of(*parts));
  }
  return {};
}

// Metadata travels in headers (validate_ascii_metadata).
Status validate_metadata(const model::Operation&, Map& params, QuirkContext&) {
  const Value* member = params.find("Metadata");
  const Map* metadata = member == nullptr ? nullptr : member->as_map();
  if (metadata == nullptr) {
    return {};
  }
  for (const auto& [key, value] : *metadata) {
    const std::string* text = value.as_string();
    if (text == nullptr || (is_ascii(key) && is_ascii(*text))) {
      continue;
    }
    return invalid(concat("Non ascii characters found in S3 metadata for key \"",
                          key,
                          "\", value: \"",
                          *text,
                          "\".  \nS3 metadata can only contain ASCII characters. "));
  }
  return {};
}

Status encode_customer_key(const model::Operation&, Map& params, QuirkContext&) {
  encode_key(params, "SSECustomerKey", "SSECustomerKeyMD5");
  return {};
}

Status encode_source_customer_key(const model::Operation&, Map& params, QuirkContext&) {
  encode_key(params, "CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5");
  return {};
}

}  // namespace virga::engine::quirks
