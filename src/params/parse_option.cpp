// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include <sys/stat.h>

#include "base/strings.hpp"
#include "params/paramfile.hpp"
#include "params/params.hpp"
#include "params/python_numbers.hpp"
#include "params/python_repr.hpp"
#include "params/shorthand.hpp"
#include "value/json_read.hpp"

namespace virga::params {
namespace {

using model::Member;
using model::MemberFlag;
using model::Shape;
using model::ShapeFlag;
using model::ShapeKind;

/// An option's value as the AWS CLI holds it before it is unpacked: the words of a list option are
/// a list, all else is a string, or a blob from fileb://. A list option that is read from a file is
/// a string or blob as well.
using RawValue = Value;

bool is_complex(const Shape& shape) {
  return shape.is_structure() || shape.kind() == ShapeKind::list || shape.kind() == ShapeKind::map;
}

bool is_json_header(const Member& member) {
  return member.has(MemberFlag::json_value) && member.location() == model::Location::header;
}

bool is_document(const Shape& shape) {
  return shape.is_structure() && shape.has(ShapeFlag::document);
}

bool is_document_container(Shape shape) {
  constexpr int k_max_levels = 64;  // lists may hold themselves
  for (int level = 0; level < k_max_levels; ++level) {
    if (shape.kind() == ShapeKind::list) {
      shape = shape.element().shape();
    } else if (shape.kind() == ShapeKind::map) {
      shape = shape.value().shape();
    } else {
      return is_document(shape);
    }
  }
  return false;
}

bool supports_shorthand(const Shape& shape) {
  if (!is_complex(shape) || is_document_container(shape)) {
    return false;
  }
  return shape.kind() != ShapeKind::list || is_complex(shape.element().shape());
}

/// The text that says whether this is JSON; null where there is none.
const std::string* leading_text(const RawValue& raw) {
  const auto* words = raw.as_list();
  return words == nullptr ? raw.as_string() : words->empty() ? nullptr : words->front().as_string();
}

bool starts_json(const RawValue& raw) {
  const auto* text = leading_text(raw);
  const auto start = text == nullptr ? std::string_view() : python_lstrip(*text).substr(0, 1);
  return start == "[" || start == "{";
}

tl::unexpected<Error> python_error(std::string message) {
  return fail(ErrorCode::general, std::move(message));
}

Result<Value> unpack_json(const RawValue& raw, std::string_view option) {
  const auto* blob = raw.as_blob();
  const auto* text = blob == nullptr ? raw.as_string() : &blob->bytes;
  if (text == nullptr) {
    return python_error("the JSON object must be str, bytes or bytearray, not list");
  }
  auto value = read_json(*text);
  if (!value) {
    return fail(parameter_error(
        option,
        concat("Invalid JSON: ", value.error().message, "\nJSON received: ", python_str(raw))));
  }
  return value;
}

Result<Value> unpack_file_name(const RawValue& raw,
                               std::string_view option,
                               const TextOptions& options) {
  const auto* text = raw.as_string();
  const std::string path =
      text == nullptr ? std::string() : expand_variables_then_user(*text, options);

  struct stat info {};

  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(parameter_error(option, "Blob values must be a path to a file."));
  }
  return Value(path);
}

bool is_true_text(const RawValue& raw) {
  if (const auto* text = raw.as_string()) {
    return !text->empty() && !equals_ignore_case(*text, "false");
  }
  if (const auto* blob = raw.as_blob()) {
    return !blob->bytes.empty();
  }
  const auto* number = raw.as_integer();
  return number == nullptr || *number != 0;
}

Result<Value> unpack_scalar(const Member& member,
                            const RawValue& raw,
                            std::string_view option,
                            const TextOptions& options) {
  switch (member.shape().kind()) {
    case ShapeKind::integer:
    case ShapeKind::long_integer:
      return python_int_of(raw);
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      return python_float_of(raw);
    case ShapeKind::boolean:
      return Value(is_true_text(raw));
    case ShapeKind::blob:
      return member.is_streaming() ? unpack_file_name(raw, option, options) : raw;
    default:
      return raw;
  }
}

Result<Value> unpack(const Member& member,
                     const RawValue& raw,
                     std::string_view option,
                     const TextOptions& options,
                     int depth);

/// What Python iterates over: the words, the characters of a text, the bytes of a blob as numbers.
List elements_of(const RawValue& raw) {
  if (const auto* words = raw.as_list()) {
    return *words;
  }
  List out;
  if (const auto* text = raw.as_string()) {
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t start = at;
      static_cast<void>(next_python_character(*text, at));
      out.emplace_back(text->substr(start, at - start));
    }
  } else if (const auto* blob = raw.as_blob()) {
    for (const char c : blob->bytes) {
      out.emplace_back(std::int64_t{static_cast<unsigned char>(c)});
    }
  }
  return out;
}

Result<Value> unpack_list(const Shape& shape,
                          const RawValue& raw,
                          std::string_view option,
                          const TextOptions& options,
                          int depth) {
  if (const auto* text = raw.as_string()) {
    const auto stripped = python_lstrip(*text);
    if (stripped.empty()) {
      return python_error("string index out of range");
    }
    if (stripped.front() == '[') {
      return unpack_json(raw, option);
    }
  } else if (const auto* words = raw.as_list(); words != nullptr && words->size() == 1) {
    const auto* word = words->front().as_string();
    if (word != nullptr && python_strip(*word).starts_with('[')) {
      return unpack_json(words->front(), option);
    }
  }
  const List elements = elements_of(raw);
  const Member member = shape.element();
  List out;
  for (const auto& element : elements) {
    auto value = unpack(member, element, option, options, depth + 1);
    if (!value) {
      // An exception of int() and the like; the AWS CLI then says no more than the first word.
      const bool is_number_error =
          value.error().code == ErrorCode::general && !is_complex(member.shape());
      return is_number_error ? fail(parameter_error(option, python_str(elements.front())))
                             : fail(std::move(value).error());
    }
    out.push_back(std::move(*value));
  }
  return Value(std::move(out));
}

Result<Value> unpack_map(const RawValue& raw, std::string_view option) {
  if (raw.is_integer()) {
    return python_error("'int' object has no attribute 'lstrip'");
  }
  const auto* text = raw.as_string();
  const auto stripped = text == nullptr ? std::string_view(" ") : python_lstrip(*text);
  if (stripped.empty()) {
    return python_error("string index out of range");
  }
  if (stripped.front() == '{') {
    return unpack_json(raw, option);
  }
  return fail(parameter_error(option, concat("Invalid JSON:\n", python_str(raw))));
}

Result<Value> unpack(const Member& member,
                     const RawValue& raw,
                     std::string_view option,
                     const TextOptions& options,
                     int depth) {
  constexpr int k_max_levels = 64;  // lists may hold themselves
  if (depth > k_max_levels) {
    return python_error("maximum recursion depth exceeded");
  }
  const Shape shape = member.shape();
  if (is_json_header(member) || is_document(shape)) {
    return unpack_json(raw, option);
  }
  if (!is_complex(shape)) {
    return unpack_scalar(member, raw, option, options);
  }
  return shape.kind() == ShapeKind::list ? unpack_list(shape, raw, option, options, depth)
                                         : unpack_map(raw, option);
}

/// Options whose lists of one-member structures are plain words: --instances i-1 i-2.
bool is_plain_list(std::string_view option, const TextOptions& options) {
  constexpr std::array<std::array<std::string_view, 3>, 8> k_cases = {{
      {"firehose", "put-record-batch", "--records"},
      {"workspaces", "reboot-workspaces", "--reboot-workspace-requests"},
      {"workspaces", "rebuild-workspaces", "--rebuild-workspace-requests"},
      {"workspaces", "terminate-workspaces", "--terminate-workspace-requests"},
      {"elb", "remove-tags", "--tags"},
      {"elb", "describe-instance-health", "--instances"},
      {"elb", "deregister-instances-from-load-balancer", "--instances"},
      {"elb", "register-instances-with-load-balancer", "--instances"},
  }};
  for (const auto& [service, operation, name] : k_cases) {
    if (service == options.service && operation == options.operation && name == option) {
      return true;
    }
  }
  return false;
}

/// The forms that are older than shorthand: words for a list of one-member structures, and the bare
/// value of a structure whose one member is a string called Value.
std::optional<Value> unpack_old_form(const Shape& shape,
                                     const RawValue& raw,
                                     std::string_view option,
                                     const TextOptions& options) {
  if (shape.kind() == ShapeKind::list) {
    const Shape element = shape.element().shape();
    if (!element.is_structure() || element.member_count() != 1 || !is_plain_list(option, options)) {
      return std::nullopt;
    }
    List out;
    for (auto& word : elements_of(raw)) {
      Map map;
      map.append(std::string(element.member(0).name()), std::move(word));
      out.emplace_back(std::move(map));
    }
    return Value(std::move(out));
  }
  const auto* text = raw.as_string();
  if (text == nullptr || !shape.is_structure() || shape.member_count() != 1 ||
      text->find('=') != std::string::npos) {
    return std::nullopt;
  }
  const Member member = shape.member(0);
  if (member.name() != "Value" || member.shape().kind() != ShapeKind::string) {
    return std::nullopt;
  }
  Map map;
  map.append("Value", raw);
  return Value(std::move(map));
}

Result<Value> unpack_shorthand(const Shape& shape,
                               const RawValue& raw,
                               std::string_view option,
                               const TextOptions& options) {
  if (auto value = unpack_old_form(shape, raw, option, options)) {
    return std::move(*value);
  }
  const auto in_context = [&](Error error) {
    return error.code == ErrorCode::usage ? fail(parameter_error(option, error.message))
                                          : fail(std::move(error));
  };
  Value out;
  if (const auto* words = raw.as_list()) {
    List parsed;
    for (const auto& word : *words) {
      auto value = parse_shorthand(*word.as_string(), options);
      if (!value) {
        return in_context(std::move(value).error());
      }
      parsed.push_back(std::move(*value));
    }
    out = std::move(parsed);
  } else if (const auto* text = raw.as_string()) {
    auto value = parse_shorthand(*text, options);
    if (!value) {
      return in_context(std::move(value).error());
    }
    out = std::move(*value);
  } else {
    const bool empty = raw.as_blob() == nullptr || raw.as_blob()->bytes.empty();
    return empty ? in_context(parse_shorthand("", options).error())
                 : python_error("'in <string>' requires string as left operand, not int");
  }
  // The one parameter of a list option's file is not put in a list: the AWS CLI then fails in
  // validation.
  if (shape.kind() == ShapeKind::list && !out.is_list()) {
    return out;
  }
  auto fitted = fit_shorthand(out, shape);
  if (!fitted) {
    return in_context(std::move(fitted).error());
  }
  return out;
}

/// The conversions of the AWS CLI's argument parser, which come before files and all else.
Result<std::optional<Value>> parse_number(ShapeKind kind,
                                          std::string_view option,
                                          const std::string& word) {
  const auto refuse = [&](std::string_view type) {
    return fail(ErrorCode::usage,
                concat("argument ", option, ": invalid ", type, " value: ", python_quoted(word)));
  };
  if (kind == ShapeKind::long_integer) {
    auto number = read_python_int(word);
    return number ? Result<std::optional<Value>>(std::move(number)) : refuse("int");
  }
  if (kind == ShapeKind::float_number || kind == ShapeKind::double_number) {
    const auto number = read_python_float(word);
    return number ? Result<std::optional<Value>>(Value(*number)) : refuse("float");
  }
  return std::optional<Value>();
}

RawValue raw_value(const Shape& shape, const std::vector<std::string>& words) {
  if (shape.kind() != ShapeKind::list) {
    return words.empty() ? RawValue("") : RawValue(words.front());
  }
  List list;
  for (const auto& word : words) {
    list.emplace_back(word);
  }
  return list;
}

}  // namespace

bool is_json_option(const Member& member, const std::vector<std::string>& words) {
  const Shape shape = member.shape();
  if (is_json_header(member) || is_document(shape)) {
    return true;
  }
  if (!is_complex(shape)) {
    return false;
  }
  const bool from_file =
      words.size() == 1 && (words[0].starts_with("file://") || words[0].starts_with("fileb://"));
  if (from_file) {
    const auto loaded = load_text(words[0], "");
    return loaded && starts_json(*loaded);
  }
  return starts_json(raw_value(shape, words));
}

Result<Value> parse_option(const Member& member,
                           std::string_view option,
                           const std::vector<std::string>& words,
                           const TextOptions& options) {
  const Shape shape = member.shape();
  if (shape.kind() == ShapeKind::boolean && words.empty()) {
    return Value(true);
  }
  if (words.size() == 1) {
    VIRGA_TRY_ASSIGN(auto number, parse_number(shape.kind(), option, words.front()));
    if (number) {
      return std::move(*number);
    }
  }
  RawValue raw = raw_value(shape, words);
  if (words.size() == 1) {
    VIRGA_TRY_ASSIGN(auto loaded, load_option_file(words.front(), option, options));
    if (loaded) {
      raw = std::move(*loaded);
    }
  }
  auto value = !starts_json(raw) && supports_shorthand(shape)
                   ? unpack_shorthand(shape, raw, option, options)
                   : unpack(member, raw, option, options, 0);
  const bool is_file_name = shape.kind() == ShapeKind::blob && member.is_streaming();
  if (value && !is_file_name) {
    VIRGA_TRY(convert_blobs(shape, *value, options));
  }
  return value;
}

}  // namespace virga::params
