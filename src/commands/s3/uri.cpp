// SPDX-License-Identifier: Apache-2.0
#include "commands/s3/uri.hpp"

#include <optional>

#include "base/strings.hpp"

namespace virga::commands {
namespace {

/// The next part of an ARN's resource, up to ':' or '/', taken off `rest` with its separator.
std::string_view take_part(std::string_view& rest) {
  const auto end = rest.find_first_of(":/");
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

/// What an ARN names: its service, and its resource.
struct Arn {
  std::string_view service;
  std::string_view resource;
};

std::optional<Arn> read_arn(std::string_view text) {
  if (!text.starts_with("arn:aws")) {
    return std::nullopt;
  }
  std::string_view rest = text;
  std::string_view fields[5];  // arn, partition, service, region, account
  for (auto& field : fields) {
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) {
      return std::nullopt;
    }
    field = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  return Arn{fields[2], rest};
}

/// The place, given where the key begins in the text.
S3Place divide(std::string_view text, std::string_view key) {
  auto bucket = text.substr(0, text.size() - key.size());
  while (!bucket.empty() && (bucket.back() == '/' || bucket.back() == ':')) {
    bucket.remove_suffix(1);
  }
  return {std::string(bucket), std::string(key)};
}

}  // namespace

Result<S3Place> parse_s3_place(std::string_view text) {
  constexpr std::string_view k_scheme = "s3://";
  if (text.starts_with(k_scheme)) {
    text.remove_prefix(k_scheme.size());
  }
  if (const auto arn = read_arn(text)) {
    auto rest = arn->resource;
    const auto kind = take_part(rest);
    if (arn->service == "s3-object-lambda" && kind == "accesspoint") {
      return fail(ErrorCode::validation,
                  "s3 commands do not support S3 Object Lambda resources. Use s3api commands "
                  "instead.");
    }
    if (arn->service == "s3" && kind == "accesspoint" && !rest.empty()) {
      // An access point's own ARN ends at a slash only.
      const auto slash = rest.find('/');
      return divide(text, slash == std::string_view::npos ? "" : rest.substr(slash + 1));
    }
    if (arn->service == "s3-outposts" && kind == "outpost") {
      take_part(rest);
      const auto what = take_part(rest);
      if (what == "bucket") {
        return fail(ErrorCode::validation,
                    "s3 commands do not support Outpost Bucket ARNs. Use s3control commands "
                    "instead.");
      }
      if (what == "accesspoint" && !rest.empty()) {
        take_part(rest);
        return divide(text, rest);
      }
    }
  }
  const auto slash = text.find('/');
  return S3Place{std::string(text.substr(0, slash)),
                 std::string(slash == std::string_view::npos ? "" : text.substr(slash + 1))};
}

}  // namespace virga::commands
