// SPDX-License-Identifier: Apache-2.0
// ARNs of Outposts resources name the account, so it need not be given (botocore utils.py,
// S3ControlArnParamHandlerv2).
#include <array>
#include <optional>
#include <vector>

#include "base/strings.hpp"
#include "engine/quirks/table.hpp"

namespace virga::engine::quirks {
namespace {

struct Arn {
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;
};

std::optional<Arn> parse_arn(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = text.find(':');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    part = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  return Arn{parts[2], parts[3], parts[4], text};
}

/// Whether the resource is "outpost/<id>/<kind>/<name>", with '/' or ':' between the parts.
bool is_outpost_resource(const Arn& arn, std::string_view kind) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(arn.resource, '/')) {
    for (const std::string_view piece : split(part, ':')) {
      parts.push_back(piece);
    }
  }
  return arn.service == "s3-outposts" && parts.size() == 4 && parts[0] == "outpost" &&
         parts[2] == kind;
}

tl::unexpected<Error> unsupported(std::string_view arn, std::string_view why) {
  return fail(ErrorCode::general,
              concat("S3 ARN \"", arn, "\" provided is invalid for this operation. ", why));
}

Status take_account_from(Map& params, std::string_view member, std::string_view kind) {
  const Value* value = params.find(member);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  const auto arn = text == nullptr ? std::nullopt : parse_arn(*text);
  if (!arn) {
    return {};
  }
  if (arn->region.starts_with("fips-") || arn->region.ends_with("fips-")) {
    return unsupported(*text, "Invalid ARN, FIPS region not allowed in ARN.");
  }
  if (!is_outpost_resource(*arn, kind)) {
    return unsupported(*text,
                       concat("The ", member, " parameter does not support the provided ARN"));
  }
  const Value* given = params.find("AccountId");
  if (given != nullptr && (!given->is_string() || *given->as_string() != arn->account)) {
    const std::string account = given->is_string() ? *given->as_string() : std::string();
    return unsupported(
        *text,
        concat("Account ID in arn does not match the AccountId parameter provided: \"",
               account,
               "\""));
  }
  Value account(arn->account);  // a copy: adding a member moves what the view looks into
  params.set("AccountId", std::move(account));
  return {};
}

Status take_account(const model::Operation& operation, Map& params, QuirkContext&) {
  const std::string_view name = operation.name();
  if (name == "CreateBucket" || name == "ListRegionalBuckets") {
    return {};
  }
  if (name != "CreateAccessPoint") {
    VIRGA_TRY(take_account_from(params, "Name", "accesspoint"));
  }
  return take_account_from(params, "Bucket", "bucket");
}

constexpr std::array<Row<InputQuirk>, 1> k_input{{{k_any, take_account}}};

}  // namespace

constinit const ServiceQuirks k_s3control{k_input, {}, {}, {}};

}  // namespace virga::engine::quirks
