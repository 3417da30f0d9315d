// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>

#include "base/encoding.hpp"
#include "engine/quirks/s3.hpp"
#include "engine/quirks/xml_outline.hpp"
#include "value/timestamp.hpp"

namespace virga::engine::quirks {
namespace {

/// As Python's unquote_plus: '+' is a blank, what is no UTF-8 becomes U+FFFD.
std::string decode_key(std::string text) {
  for (auto at = text.find('+'); at != std::string::npos; at = text.find('+', at)) {
    text[at] = ' ';
  }
  return text.find('%') == std::string::npos ? text : replace_invalid_utf8(percent_decode(text));
}

void decode_member(Map& map, std::string_view name) {
  Value* member = map.find(name);
  if (std::string* text = member == nullptr ? nullptr : member->as_string()) {
    *text = decode_key(std::move(*text));
  }
}

struct ListedKey {
  std::string_view list;
  std::string_view key;
};

/// Undoes the encoding that ask_for_encoded_keys asked for; a user who asked for it gets it
/// (botocore _decode_list_object).
void decode_listing(Map& output,
                    const QuirkContext& context,
                    std::initializer_list<std::string_view> members,
                    std::initializer_list<ListedKey> lists) {
  const Value* encoding = output.find("EncodingType");
  const std::string* name = encoding == nullptr ? nullptr : encoding->as_string();
  if (!context.encoding_type_added || name == nullptr || *name != "url") {
    return;
  }
  for (const std::string_view member : members) {
    decode_member(output, member);
  }
  for (const ListedKey& listed : lists) {
    Value* value = output.find(listed.list);
    List* list = value == nullptr ? nullptr : value->as_list();
    if (list == nullptr) {
      continue;
    }
    for (Value& item : *list) {
      if (Map* map = item.as_map()) {
        decode_member(*map, listed.key);
      }
    }
  }
}

bool has_xml_body(const model::Operation& operation) {
  const auto output = operation.output();
  if (!output || operation.event_stream_output()) {
    return false;
  }
  const std::string_view payload = output->payload();
  const auto member = payload.empty() ? std::nullopt : output->find_member(payload);
  if (!member) {
    return true;
  }
  const model::ShapeKind kind = member->shape().kind();
  return kind != model::ShapeKind::blob && kind != model::ShapeKind::string;
}

/// False if the root element is surely not <Error>, by a look at the document's beginning.
bool may_be_error(std::string_view body) {
  for (;;) {
    const std::size_t at = body.find('<');
    if (at == std::string_view::npos) {
      return true;
    }
    body.remove_prefix(at);
    if (!body.starts_with("<?")) {
      return body.starts_with("<Error") || body.starts_with("<!");
    }
    body.remove_prefix(std::min(body.find("?>"), body.size()));
  }
}

}  // namespace

// S3 sends the head of long operations before it knows how they end, so a 200 may hold an error; a
// body that breaks off counts as one too (botocore _handle_200_error). Whether the body is well
// formed is for the parser to say, which reads all of it anyway: see turn_broken_body_into_500.
void turn_hidden_error_into_500(const model::Operation& operation, http::Response& response) {
  if (response.status != 200 || response.body.empty() || !has_xml_body(operation) ||
      !may_be_error(response.body)) {
    return;
  }
  const XmlOutline outline = outline_xml(response.body);
  if (!outline.well_formed || (outline.root == "Error" && !outline.has_namespace)) {
    response.status = 500;
  }
}

bool turn_broken_body_into_500(const model::Operation& operation, http::Response& response) {
  if (response.status != 200 || response.body.empty() || !has_xml_body(operation) ||
      outline_xml(response.body).well_formed) {
    return false;
  }
  response.status = 500;
  return true;
}

// The answer is one element with text, which no model can say (parse_get_bucket_location).
Status read_bucket_location(const model::Operation&,
                            const http::Response& response,
                            Map& output,
                            const QuirkContext&) {
  const XmlOutline outline = outline_xml(response.body);
  if (!outline.well_formed) {  // empty: anything else that is no XML became a 500 before
    return fail(ErrorCode::response, "no element found: line 1, column 0");
  }
  output.set("LocationConstraint", outline.root_text.empty() ? Value() : Value(outline.root_text));
  return {};
}

// Any text may have been stored as an object's Expires: the text is kept beside the time, and the
// time left out where it is none (handle_expires_header).
Status keep_expires_text(const model::Operation& operation,
                         const http::Response& response,
                         Map& output,
                         const QuirkContext&) {
  const std::string* text = response.headers.find("Expires");
  if (text == nullptr || text->empty()) {
    return {};
  }
  const auto shape = operation.output();
  const auto member = shape ? shape->find_member("Expires") : std::nullopt;
  if (!member || member->shape().name() != "Expires" || member->location_name() != "Expires") {
    return {};
  }
  if (!parse_timestamp(std::string_view(*text))) {
    output.erase("Expires");
  }
  output.set("ExpiresString", *text);
  return {};
}

Status decode_objects(const model::Operation&,
                      const http::Response&,
                      Map& output,
                      const QuirkContext& context) {
  decode_listing(output,
                 context,
                 {"Delimiter", "Marker", "NextMarker"},
                 {{"Contents", "Key"}, {"CommonPrefixes", "Prefix"}});
  return {};
}

Status decode_objects_v2(const model::Operation&,
                         const http::Response&,
                         Map& output,
                         const QuirkContext& context) {
  decode_listing(output,
                 context,
                 {"Delimiter", "Prefix", "StartAfter"},
                 {{"Contents", "Key"}, {"CommonPrefixes", "Prefix"}});
  return {};
}

Status decode_versions(const model::Operation&,
                       const http::Response&,
                       Map& output,
                       const QuirkContext& context) {
  decode_listing(output,
                 context,
                 {"KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"},
                 {{"Versions", "Key"}, {"DeleteMarkers", "Key"}, {"CommonPrefixes", "Prefix"}});
  return {};
}

}  // namespace virga::engine::quirks
