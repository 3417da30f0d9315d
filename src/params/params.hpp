// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

// Texts of the command line as values of an operation's input.
namespace virga::params {

/// How texts are understood; the differences between the AWS CLI's versions.
struct TextOptions {
  bool blobs_are_base64 = true;   ///< v2: base64; v1 and raw-in-base64-out: raw text
  bool follow_urls = false;       ///< v1's cli_follow_urlparam (http:// and https:// are then fetched: refused here)
  std::string service;            ///< command names, for exceptions such as file:// that stays text
  std::string operation;
};

/// The content of file:// (text) and fileb:// (bytes); other texts as they are. `option` names the option in errors:
/// Error parsing parameter '--option': Unable to load paramfile file://x: [Errno 2] No such file or directory: 'x'
[[nodiscard]] Result<Value> load_text(std::string_view text, std::string_view option);

/// The words of one option as a value of the member: scalars by kind, JSON, or shorthand (a=b,c=d; lists by words).
/// Errors: usage, in the AWS CLI's wording ("Error parsing parameter '--x': ...").
[[nodiscard]] Result<Value> parse_option(
    const model::Member& member, std::string_view option, const std::vector<std::string>& words,
    const TextOptions& options);

/// Shorthand alone: "Name=x,Values=a,b", "[a,b]", "{a=b}", "k@=file://..." against a shape.
[[nodiscard]] Result<Value> parse_shorthand(std::string_view text);

/// A JSON document for --cli-input-json as an input of the shape: blobs decoded where options say base64.
[[nodiscard]] Result<Value> parse_input_json(
    const model::Shape& shape, std::string_view text, const TextOptions& options);

/// The problems of an input, each a line of the AWS CLI's report ("Missing required parameter in input: \"Tags\"");
/// empty if it can be sent.
[[nodiscard]] std::vector<std::string> validate(const model::Shape& shape, const Value& input);

}  // namespace virga::params
