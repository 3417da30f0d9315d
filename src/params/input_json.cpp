// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "params/paramfile.hpp"
#include "params/params.hpp"
#include "params/python_repr.hpp"
#include "params/yaml.hpp"
#include "value/json_read.hpp"

namespace virga::params {
namespace {

using model::Shape;
using model::ShapeKind;

Status convert_blob(Value& value, const TextOptions& options) {
  auto* text = value.as_string();
  if (text == nullptr) {
    return {};
  }
  if (!options.blobs_are_base64) {
    value = Blob{std::move(*text)};
    return {};
  }
  if (std::any_of(text->begin(), text->end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80;
      })) {
    return fail(ErrorCode::general, "string argument should contain only ASCII characters");
  }
  auto bytes = base64_decode(*text);
  if (!bytes) {
    return fail(ErrorCode::general, concat("Invalid base64: \"", *text, "\""));
  }
  value = Blob{std::move(*bytes)};
  return {};
}

Status convert_structure(const Shape& shape, Map& map, const TextOptions& options) {
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    if (auto* value = map.find(member.name())) {
      VIRGA_TRY(convert_blobs(member.shape(), *value, options));
    }
  }
  return {};
}

/// A document that is no object, in the words of either version.
Error not_an_object(std::string_view option, const Value& value, const TextOptions& options) {
  const std::string type = python_type(value);
  if (!options.v1) {
    return parameter_error(option, concat("Invalid type: expecting map, received ", type));
  }
  const auto quote = type.find('\'');
  const auto name = type.substr(quote + 1, type.rfind('\'') - quote - 1);
  return {ErrorCode::general,
          concat("'", name, "' object has no attribute 'keys'"),
          std::nullopt,
          NetworkFailure::none};
}

}  // namespace

Status convert_blobs(const Shape& shape, Value& value, const TextOptions& options) {
  switch (shape.kind()) {
    case ShapeKind::structure:
      return value.is_map() ? convert_structure(shape, *value.as_map(), options) : Status();
    case ShapeKind::list:
      if (auto* list = value.as_list()) {
        const Shape element = shape.element().shape();
        for (auto& item : *list) {
          VIRGA_TRY(convert_blobs(element, item, options));
        }
      }
      return {};
    case ShapeKind::map:
      if (auto* map = value.as_map()) {
        const Shape member = shape.value().shape();
        for (auto& entry : map->entries()) {
          VIRGA_TRY(convert_blobs(member, entry.second, options));
        }
      }
      return {};
    case ShapeKind::blob:
      return convert_blob(value, options);
    default:
      return {};
  }
}

Result<Value> parse_input_yaml(const Shape& shape,
                               std::string_view text,
                               const TextOptions& options) {
  auto value = read_yaml(text);
  if (!value) {
    return fail(parameter_error("cli-input-yaml",
                                concat("Invalid YAML received: ", value.error().message)));
  }
  if (!value->is_map()) {
    return fail(not_an_object("--cli-input-yaml", *value, options));
  }
  VIRGA_TRY(convert_blobs(shape, *value, options));
  return value;
}

Result<Value> parse_input_json(const Shape& shape,
                               std::string_view text,
                               const TextOptions& options) {
  VIRGA_TRY_ASSIGN(auto loaded, load_paramfile(text, options));
  const Value source = loaded ? std::move(*loaded) : Value(text);
  const auto* blob = source.as_blob();
  auto value = read_json(blob == nullptr ? *source.as_string() : blob->bytes);
  if (!value) {
    const std::string problem =
        options.v1
            ? concat(
                  "Invalid JSON: ", value.error().message, "\nJSON received: ", python_str(source))
            : std::string("Invalid JSON received.");
    return fail(parameter_error("cli-input-json", problem));
  }
  if (!value->is_map()) {
    return fail(not_an_object("--cli-input-json", *value, options));
  }
  VIRGA_TRY(convert_blobs(shape, *value, options));
  return value;
}

}  // namespace virga::params
