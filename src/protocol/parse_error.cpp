// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_error.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "protocol/cbor_read.hpp"
#include "protocol/parse_body.hpp"
#include "protocol/parse_rest.hpp"
#include "protocol/parse_scalar.hpp"
#include "protocol/parse_xml.hpp"
#include "protocol/xml.hpp"
#include "value/binary.hpp"
#include "value/json_read.hpp"

namespace virga::protocol {
namespace {

constexpr std::string_view k_query_error_header = "x-amzn-query-error";

/// "com.amazon.coral.service#NotFound:http://..." → "NotFound"
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  const auto hash = code.rfind('#');
  return std::string(hash == std::string_view::npos ? code : code.substr(hash + 1));
}

/// Whether the answer came from something in between rather than from the service.
bool is_generic(const http::Response& response) {
  if (response.status < 500) {
    return false;
  }
  const auto body = trim(response.body);
  return body.empty() || body.starts_with("<html>");
}

ServiceErrorDetail from_status(const http::Response& response) {
  ServiceErrorDetail detail;
  detail.code = concat(response.status);
  detail.message = reason_phrase(response.status);
  return detail;
}

std::optional<std::string> error_type_header(const http::Response& response) {
  const auto header = joined_header(response.headers, "x-amzn-errortype");
  return header ? std::optional(bare_code(*header)) : std::nullopt;
}

/// The first of these members, whatever its kind; nothing if the document has none of them.
std::optional<Value> first_of(const Value& body, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (const auto* value = body.find(name)) {
      return *value;
    }
  }
  return std::nullopt;
}

std::string code_of(const Value& value) {
  const auto* text = value.as_string();
  return text == nullptr ? python_text(value) : bare_code(*text);
}

/// The old code of a service that once spoke query:
/// "AWS.SimpleQueueService.NonExistentQueue;Sender".
void apply_query_error(const http::Response& response, std::string& code) {
  const auto header = joined_header(response.headers, k_query_error_header);
  if (!header) {
    return;
  }
  const auto parts = split(*header, ';');
  if (parts.size() == 2 && !parts[0].empty()) {
    code = parts[0];
  }
}

/// Of a JSON or CBOR document. For rest-json the header counts most; the others look elsewhere only
/// where the document names no type.
ServiceErrorDetail from_document(const Value& body,
                                 std::string_view protocol,
                                 const http::Response& response,
                                 const ParseOptions& options) {
  ServiceErrorDetail detail;
  const auto message = first_of(body, {"message", "Message"});
  detail.message = message ? python_text(*message) : std::string();
  const auto header = error_type_header(response);
  const auto type = first_of(body, {"__type"});
  const auto code = first_of(body, {"code", "Code"});
  const bool is_rest = protocol == "rest-json";
  if (type && !type->is_null()) {
    detail.code = code_of(*type);
  } else if (!type || protocol == "smithy-rpc-v2-cbor") {
    detail.code = concat(response.status);
  }
  if (header && (is_rest || !type)) {
    detail.code = *header;
  } else if (code && !code->is_null() && (is_rest || !type)) {
    detail.code = code_of(*code);
  }
  if (!is_rest && options.query_compatible_errors) {
    apply_query_error(response, detail.code);
  }
  return detail;
}

Result<ServiceErrorDetail> from_json(std::string_view protocol,
                                     const http::Response& response,
                                     const ParseOptions& options) {
  Value body = Map();
  if (!response.body.empty()) {
    auto parsed = read_json(response.body);
    if (parsed) {
      body = std::move(*parsed);
    } else if (!is_utf8(response.body)) {
      return from_status(response);
    } else {
      Map map;
      map.append("message", response.body);
      body = std::move(map);
    }
  }
  return from_document(body, protocol, response, options);
}

Result<ServiceErrorDetail> from_cbor(const http::Response& response, const ParseOptions& options) {
  Value body = Map();
  if (!response.body.empty()) {
    if (auto parsed = read_cbor(response.body)) {
      body = std::move(*parsed);
    } else {
      return from_status(response);
    }
  }
  return from_document(body, "smithy-rpc-v2-cbor", response, options);
}

/// The text of <Code> or <Message>: empty ones print as Python's None; `absent` is for those not
/// there.
std::string error_text(pugi::xml_node error, std::string_view name, std::string_view absent) {
  const auto node = error ? find_child(error, name) : pugi::xml_node();
  if (!node) {
    return std::string(absent);
  }
  std::string scratch;
  const auto text = element_text(node, scratch);
  return text.empty() ? "None" : std::string(text);
}

std::string child_text(pugi::xml_node element, std::string_view name) {
  std::string scratch;
  const auto node = element ? find_child(element, name) : pugi::xml_node();
  return node ? std::string(element_text(node, scratch)) : std::string();
}

/// <ErrorResponse><Error><Code/>... and ec2's <Response><Errors><Error><Code/>...
Result<ServiceErrorDetail> from_query(const http::Response& response) {
  XmlDocument document;
  VIRGA_TRY(document.load(response.body));
  const auto root = document.root();
  const auto errors = find_child(root, "Errors");
  auto error = errors ? find_child(errors, "Error") : pugi::xml_node();
  if (!error) {
    error = find_child(root, "Error");
  }
  ServiceErrorDetail detail;
  detail.code = error_text(error, "Code", "Unknown");
  detail.message = error_text(error, "Message", "Unknown");
  detail.request_id = child_text(root, "RequestId");
  if (detail.request_id.empty()) {
    detail.request_id = child_text(root, "RequestID");
  }
  return detail;
}

/// S3 has <Error> at the top and without a namespace, other services have it inside of
/// <ErrorResponse>.
Result<ServiceErrorDetail> from_rest_xml(const http::Response& response) {
  XmlDocument document;
  if (response.body.empty() || !document.load(response.body)) {
    return from_status(response);
  }
  const auto root = document.root();
  ServiceErrorDetail detail;
  const bool is_s3 = std::string_view(root.name()) == "Error" && !root.attribute("xmlns");
  const auto error = is_s3 ? root : find_child(root, "Error");
  const std::string_view absent = is_s3 ? "Unknown" : "";
  // S3 names the request in its headers too, and those count.
  detail.request_id = is_s3 ? request_id_header(response.headers) : std::string();
  if (detail.request_id.empty()) {
    detail.request_id = child_text(root, "RequestId");
  }
  detail.code = error_text(error, "Code", absent);
  detail.message = error_text(error, "Message", absent);
  return detail;
}

Result<ServiceErrorDetail> read_error(const model::Operation& operation,
                                      const http::Response& response,
                                      const ParseOptions& options) {
  const auto protocol = operation.service().protocol();
  const bool is_json = protocol == "json" || protocol == "rest-json";
  if (is_generic(response)) {
    auto detail = from_status(response);
    if (is_json) {
      detail.code = error_type_header(response).value_or(detail.code);
    }
    return detail;
  }
  if (is_json) {
    return from_json(protocol, response, options);
  }
  if (protocol == "smithy-rpc-v2-cbor") {
    return from_cbor(response, options);
  }
  return protocol == "rest-xml" ? from_rest_xml(response) : from_query(response);
}

struct Reason {
  int status;
  std::string_view phrase;
};

/// Python's http.client.responses from 300 on.
constexpr auto k_reasons = std::to_array<Reason>({
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a Teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
});

/// The members as ServiceErrorDetail keeps them. An answer whose code and message could be read is
/// an error whatever the rest of it is: members that cannot be read are left out.
std::string packed_members(const model::Operation& operation,
                           const http::Response& response,
                           std::string_view code) {
  std::string out;
  const auto members = is_generic(response) ? Result<Value>(Value(Map()))
                                            : parse_error_members(operation, response, code);
  if (!members || !members->is_map() || members->as_map()->empty() ||
      !append_binary(out, *members)) {
    return {};
  }
  return out;
}

bool has_code(const model::Shape& shape, std::string_view code) {
  const auto given = shape.error_code();
  return (given.empty() ? shape.name() : given) == code;
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::find_if(k_reasons.begin(), k_reasons.end(), [&](const Reason& reason) {
    return reason.status == status;
  });
  return found == k_reasons.end() ? std::string_view() : found->phrase;
}

Error parse_error(const model::Operation& operation,
                  const http::Response& response,
                  const ParseOptions& options) {
  auto detail = read_error(operation, response, options);
  if (!detail) {
    return std::move(detail).error();
  }
  detail->status = response.status;
  if (detail->request_id.empty()) {
    detail->request_id = request_id_header(response.headers);
  }
  detail->members = packed_members(operation, response, detail->code);
  Error error;
  error.code = ErrorCode::service;
  error.service = std::move(*detail);
  return error;
}

std::optional<model::Shape> find_error_shape(const model::Operation& operation,
                                             std::string_view code) {
  for (const auto& shape : operation.errors()) {
    if (has_code(shape, code)) {
      return shape;
    }
  }
  auto shape = operation.service().find_shape(code);
  return shape && shape->has(model::ShapeFlag::exception) ? shape : std::nullopt;
}

Result<Value> parse_error_members(const model::Operation& operation,
                                  const http::Response& response,
                                  std::string_view code) {
  const auto shape = find_error_shape(operation, code);
  if (!shape) {
    return Value(Map());
  }
  return parse_shape(operation.service().protocol(), *shape, response);
}

}  // namespace virga::protocol
