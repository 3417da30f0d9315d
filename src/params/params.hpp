// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

// Texts of the command line as values of an operation's input. Everything here is Thread-safe.
namespace virga::params {

/// How texts are understood; the differences between the AWS CLI's versions.
struct TextOptions {
  bool blobs_are_base64 = true;  ///< v2: base64; v1 and raw-in-base64-out: raw text
  bool follow_urls =
      false;            ///< v1's cli_follow_urlparam: http:// and https:// mean what they point to
  bool v1 = false;      ///< the wording and the exceptions of version 1
  std::string service;  ///< command names, for exceptions such as file:// that stays text
  std::string operation;
  /// Fetches what a URL points to, for follow_urls; without it such an option is an error.
  std::function<Result<std::string>(const std::string& url)> fetch = {};
  /// The variables for ~ and $NAME in the paths of files; without it the process's own.
  std::function<std::optional<std::string>(const std::string& name)> environment = {};
};

/// The content of file:// (text, a string with newlines as \n) and fileb:// (a blob); other texts
/// as they are. `option` names the option in errors as the user writes it, with its dashes. Errors:
/// usage, "Error parsing parameter '--x': Unable to load paramfile file://y: [Errno 2] No such file
/// or directory: 'y'".
[[nodiscard]] Result<Value> load_text(std::string_view text,
                                      std::string_view option,
                                      const TextOptions& options = {});

/// The words of one option as a value of the member: scalars by kind, JSON, or shorthand (a=b,c=d;
/// lists by words). Loads file:// and fileb:// itself. `option` as for load_text.
///
/// Booleans: no word is true. Timestamps stay text. Blobs become blobs; a streaming blob is a
/// string: the path of an existing file, ~ and variables expanded, for the caller to open. Errors:
/// usage, "Error parsing parameter '--x': ...", or "argument --x: invalid int value: 'y'" where the
/// AWS CLI's argument parser finds it (it then prints its usage first); general where the AWS CLI
/// lets an exception of Python's through ("invalid literal for int() with base 10: 'x'"). Source:
/// awscli: argprocess.py, arguments.py, shorthand.py.
[[nodiscard]] Result<Value> parse_option(const model::Member& member,
                                         std::string_view option,
                                         const std::vector<std::string>& words,
                                         const TextOptions& options);

/// Whether parse_option reads these words as JSON; the AWS CLI's reports then name dictionaries
/// differently, see validate.
[[nodiscard]] bool is_json_option(const model::Member& member,
                                  const std::vector<std::string>& words);

/// Shorthand alone, without a shape: "Name=x,Values=a,b", "k=[a,b]", "k={a=b}", "k@=file://...".
/// Every leaf is a string, or a blob from fileb://. Errors: usage, "Expected: '=', received: 'EOF'
/// for input:" with the place; general for files and nesting.
[[nodiscard]] Result<Value> parse_shorthand(std::string_view text, const TextOptions& options = {});

/// The text of --cli-input-json as an input of the shape, loading file:// and fileb://; the strings
/// of blob members become blobs as the options say. Errors: usage for what is no JSON, "Error
/// parsing parameter 'cli-input-json': ..."; as parse_option's otherwise.
[[nodiscard]] Result<Value> parse_input_json(const model::Shape& shape,
                                             std::string_view text,
                                             const TextOptions& options);

/// The same for --cli-input-yaml, whose text the caller has loaded; !!binary is a blob already.
[[nodiscard]] Result<Value> parse_input_yaml(const model::Shape& shape,
                                             std::string_view text,
                                             const TextOptions& options);

/// Turns the strings where the shape has blobs into blobs, as the options say.
/// Errors: general, "Invalid base64: \"...\"".
[[nodiscard]] Status convert_blobs(const model::Shape& shape,
                                   Value& value,
                                   const TextOptions& options);

/// The problems of an input, each a line of the AWS CLI's report ("Missing required parameter in
/// input: \"Tags\""); empty if it can be sent. `json_members` names the top-level members that came
/// as the JSON of an option (not of
/// --cli-input-json): their objects are OrderedDict in the report's values and types.
/// Source: botocore: validate.py.
[[nodiscard]] std::vector<std::string> validate(const model::Shape& shape,
                                                const Value& input,
                                                const std::vector<std::string>& json_members = {});

}  // namespace virga::params
