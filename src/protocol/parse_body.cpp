// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_body.hpp"

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "protocol/cbor_read.hpp"
#include "protocol/parse_rest.hpp"
#include "protocol/parse_tree.hpp"
#include "protocol/parse_xml.hpp"
#include "protocol/xml.hpp"
#include "value/json_read.hpp"

namespace virga::protocol {
namespace {

using model::ShapeKind;

bool is_xml_protocol(std::string_view protocol) {
  return protocol == "rest-xml" || protocol == "query" || protocol == "ec2";
}

bool is_rest(std::string_view protocol) {
  return protocol == "rest-xml" || protocol == "rest-json";
}

/// Whether the body can hold anything of the shape. Where it cannot, what it holds is nobody's
/// business: some services answer "OK" in plain text. Places that only requests have count as the
/// body.
bool has_body_members(const model::Shape& shape) {
  using model::Location;
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto location = shape.member(i).location();
    if (location != Location::header && location != Location::headers &&
        location != Location::status_code) {
      return true;
    }
  }
  return false;
}

std::string response_excerpt(std::string_view body) {
  constexpr std::size_t k_longest = 400;
  return body.size() <= k_longest ? std::string(body) : concat(body.substr(0, k_longest), "...");
}

Result<Value> read_tree(std::string_view protocol, std::string_view body) {
  if (protocol == "smithy-rpc-v2-cbor") {
    return body.empty() ? Value(Map()) : read_cbor(body);
  }
  if (body.empty()) {
    return Value(Map());
  }
  if (!is_utf8(body)) {
    return fail(ErrorCode::response,
                "Unable to parse response, invalid JSON received: it is not UTF-8.");
  }
  auto document = read_json(body);
  if (!document) {
    return fail(ErrorCode::response,
                concat("Unable to parse response (",
                       document.error().message,
                       "), invalid JSON received. Further retries may succeed:\n",
                       response_excerpt(body)));
  }
  return document;
}

TreeRules tree_rules(std::string_view protocol) {
  if (protocol == "smithy-rpc-v2-cbor") {
    return TreeRules::cbor;
  }
  return protocol == "rest-json" ? TreeRules::rest_json : TreeRules::json;
}

Result<Value> parse_tree(std::string_view protocol,
                         const model::Shape& shape,
                         std::string_view body) {
  VIRGA_TRY_ASSIGN(Value value, read_tree(protocol, body));
  TreeShaper shaper(tree_rules(protocol));
  VIRGA_TRY(shaper.shape(shape, value));
  if (value.is_null() && shape.kind() == ShapeKind::structure &&
      !shape.has(model::ShapeFlag::document)) {
    value = Map();
  }
  return value;
}

/// An element that holds nothing, for bodies that are absent.
Result<Value> parse_absent_xml(const model::Member& member) {
  pugi::xml_document empty;
  auto element = empty.append_child("empty");
  return XmlShaper().shape(member, element);
}

Result<Value> parse_payload(std::string_view protocol,
                            const model::Member& member,
                            std::string_view body) {
  const auto kind = member.shape().kind();
  if (kind == ShapeKind::blob || kind == ShapeKind::string) {
    return is_utf8(body) ? Value(body) : Value(Blob{std::string(body)});
  }
  return parse_document(protocol, member, body);
}

/// Of query and ec2. The answer must be XML even where nothing of it is wanted; a wrapper that is
/// missing is reported as botocore does, by its name in quotes.
Result<Value> parse_query_output(const model::Operation& operation,
                                 std::string_view body,
                                 std::string& request_id) {
  const auto shape = operation.output();
  if (body.empty() && (!shape || shape->member_count() == 0)) {
    return Value(Map());
  }
  XmlDocument document;
  VIRGA_TRY(document.load(body));
  auto start = document.root();
  std::string scratch;
  auto id = find_child(find_child(start, "ResponseMetadata"), "RequestId");
  id = id ? id : find_child(start, "requestId");
  if (id) {
    request_id = element_text(id, scratch);
  }
  if (!shape) {
    return Value(Map());
  }
  const auto wrapper = operation.result_wrapper();
  if (!wrapper.empty()) {
    start = find_child(start, wrapper);
    if (!start) {
      return fail(ErrorCode::response, concat("'", wrapper, "'"));
    }
  }
  return XmlShaper().shape(*shape, start);
}

/// The members in the body join those of headers and status; of the same name, the body's counts.
void merge(Map& out, Value body) {
  Map* const members = body.as_map();
  if (members == nullptr) {
    return;
  }
  if (out.empty()) {
    out = std::move(*members);
    return;
  }
  out.entries().reserve(out.size() + members->size());
  for (auto& [name, value] : members->entries()) {
    out.set(name, std::move(value));
  }
}

}  // namespace

std::string request_id_header(const http::Headers& headers) {
  const auto* const id = headers.find("x-amzn-requestid");
  return id != nullptr ? *id : std::string(headers.get("x-amz-request-id"));
}

Result<Value> parse_document(std::string_view protocol,
                             const model::Shape& shape,
                             std::string_view body) {
  if (!is_xml_protocol(protocol)) {
    return parse_tree(protocol, shape, body);
  }
  if (body.empty()) {
    return Value(Map());
  }
  XmlDocument document;
  VIRGA_TRY(document.load(body));
  return XmlShaper().shape(shape, document.root());
}

Result<Value> parse_document(std::string_view protocol,
                             const model::Member& member,
                             std::string_view body) {
  if (!is_xml_protocol(protocol)) {
    return parse_tree(protocol, member.shape(), body);
  }
  if (body.empty()) {
    return parse_absent_xml(member);
  }
  XmlDocument document;
  VIRGA_TRY(document.load(body));
  return XmlShaper().shape(member, document.root());
}

Result<Value> parse_output(const model::Operation& operation,
                           const http::Response& response,
                           std::string& request_id) {
  const auto protocol = operation.service().protocol();
  if (protocol == "query" || protocol == "ec2") {
    return parse_query_output(operation, response.body, request_id);
  }
  const auto shape = operation.output();
  const bool is_stream_of_events = shape && !is_rest(protocol) && operation.event_stream_output();
  return shape && !is_stream_of_events ? parse_shape(protocol, *shape, response) : Value(Map());
}

Result<Value> parse_shape(std::string_view protocol,
                          const model::Shape& shape,
                          const http::Response& response) {
  Map out;
  if (is_rest(protocol)) {
    const auto rules = protocol == "rest-xml" ? TextRules::xml : TextRules::json;
    VIRGA_TRY(append_located_members(shape, response, rules, out));
  }
  const auto payload = shape.payload().empty() ? std::nullopt : shape.find_member(shape.payload());
  if (payload && is_rest(protocol)) {
    const bool is_blob = payload->shape().kind() == ShapeKind::blob;
    const bool is_union = payload->shape().has(model::ShapeFlag::union_type);
    // A stream of events or bytes went elsewhere; of an absent union there is no member to show.
    const bool is_absent = payload->shape().has(model::ShapeFlag::event_stream) ||
                           ((is_blob || is_union) && response.body.empty());
    if (!is_absent) {
      VIRGA_TRY_ASSIGN(Value value, parse_payload(protocol, *payload, response.body));
      out.set(payload->name(), std::move(value));
    }
  } else if (has_body_members(shape)) {
    VIRGA_TRY_ASSIGN(Value body, parse_document(protocol, shape, response.body));
    merge(out, std::move(body));
  }
  return Value(std::move(out));
}

}  // namespace virga::protocol
