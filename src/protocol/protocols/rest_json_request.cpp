// SPDX-License-Identifier: Apache-2.0
#include "protocol/protocols/rest_bindings.hpp"
#include "protocol/serialize_json.hpp"

namespace virga::protocol {
namespace {

/// Whether the input can have a body at all.
bool has_body_members(const model::Shape& shape) {
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    if (shape.member(i).location() == model::Location::body) {
      return true;
    }
  }
  return false;
}

}  // namespace

Status write_rest_json_request(const RequestInput& input, http::Request& request) {
  VIRGA_TRY_ASSIGN(const RestBody body, bind_rest_members(input, request));
  if (!input.shape || body.is_raw()) {
    return {};
  }
  Problems problems;
  JsonBody writer(request.body, input.precision, problems);
  if (body.payload) {
    if (body.payload_value != nullptr) {
      writer.write(*body.payload, *body.payload_value, 1);
    } else {
      request.body = "{}";
    }
  } else if (!body.fields.empty()) {
    writer.write_fields(body.fields);
  } else if (has_body_members(*input.shape)) {
    request.body = "{}";
  }
  if (!request.body.empty() && !request.headers.contains("Content-Type")) {
    request.headers.add("Content-Type", "application/json");
  }
  return problems.status();
}

}  // namespace virga::protocol
