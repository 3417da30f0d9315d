// SPDX-License-Identifier: Apache-2.0
// Outputs that hold a document inside of a text: policies, templates, console output.
#include <array>

#include "base/encoding.hpp"
#include "engine/quirks/table.hpp"
#include "value/json_read.hpp"

namespace virga::engine::quirks {
namespace {

constexpr int k_max_depth = 64;

/// A policy is URL-encoded JSON; what is neither stays as it came.
void decode_policy(Value& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) {
    return;
  }
  auto policy = read_json(replace_invalid_utf8(percent_decode(*text)));
  if (policy) {
    value = std::move(*policy);
  }
}

/// IAM uses one shape for the policies of its answers. Maps hold none.
void decode_policies_in(Value& value, const model::Shape& shape, int depth) {
  if (depth > k_max_depth) {
    return;
  }
  if (List* list = shape.kind() == model::ShapeKind::list ? value.as_list() : nullptr) {
    for (Value& item : *list) {
      decode_policies_in(item, shape.element().shape(), depth + 1);
    }
  }
  Map* map = shape.is_structure() ? value.as_map() : nullptr;
  if (map == nullptr) {
    return;
  }
  for (auto& [name, member_value] : *map) {
    const auto member = shape.find_member(name);
    if (!member) {
      continue;
    }
    const model::Shape member_shape = member->shape();
    if (member_shape.kind() == model::ShapeKind::string) {
      if (member_shape.name() == "policyDocumentType") {
        decode_policy(member_value);
      }
    } else {
      decode_policies_in(member_value, member_shape, depth + 1);
    }
  }
}

// botocore json_decode_policies.
Status decode_policies(const model::Operation& operation,
                       const http::Response&,
                       Map& output,
                       const QuirkContext&) {
  const auto shape = operation.output();
  if (!shape) {
    return {};
  }
  for (auto& [name, value] : output) {
    const auto member = shape->find_member(name);
    if (!member) {
      continue;
    }
    if (member->shape().name() == "policyDocumentType") {
      decode_policy(value);
    } else {
      decode_policies_in(value, member->shape(), 1);
    }
  }
  return {};
}

// A template in JSON is shown as JSON, one in YAML stays text (botocore json_decode_template_body).
Status decode_template(const model::Operation&,
                       const http::Response&,
                       Map& output,
                       const QuirkContext&) {
  Value* body = output.find("TemplateBody");
  const std::string* text = body == nullptr ? nullptr : body->as_string();
  if (text == nullptr) {
    return {};
  }
  auto json = read_json(*text);
  if (json) {
    *body = std::move(*json);
  }
  return {};
}

constexpr std::array<Row<OutputQuirk>, 1> k_iam_output{{{k_any, decode_policies}}};
constexpr std::array<Row<OutputQuirk>, 1> k_cloudformation_output{
    {{"GetTemplate", decode_template}}};

}  // namespace

// The console's bytes come as base64 and need not be UTF-8 (botocore decode_console_output).
Status decode_console_output(const model::Operation&,
                             const http::Response&,
                             Map& output,
                             const QuirkContext&) {
  Value* member = output.find("Output");
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  if (text == nullptr) {
    return {};
  }
  if (auto bytes = base64_decode(*text)) {
    *member = Value(replace_invalid_utf8(std::move(*bytes)));
  }
  return {};
}

constinit const ServiceQuirks k_iam{{}, {}, {}, k_iam_output};
constinit const ServiceQuirks k_cloudformation{{}, {}, {}, k_cloudformation_output};

}  // namespace virga::engine::quirks
