// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/strings.hpp"
#include "protocol/protocols/rest_bindings.hpp"

namespace virga::protocol {

using model::Member;
using model::ShapeKind;

namespace {

/// As Python's ElementTree escapes: line ends stay in text and become references in attributes.
enum class Place { text, attribute };

/// The reference for a character, or empty if it stays as it is.
constexpr std::string_view reference(char c, Place place) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return place == Place::attribute ? "&quot;" : "";
    case '\r':
      return place == Place::attribute ? "&#13;" : "";
    case '\n':
      return place == Place::attribute ? "&#10;" : "";
    case '\t':
      return place == Place::attribute ? "&#09;" : "";
    default:
      return "";
  }
}

void append_escaped(std::string& out, std::string_view text, Place place) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escape = reference(text[i], place);
    if (!escape.empty()) {
      out.append(text, plain, i - plain);
      out += escape;
      plain = i + 1;
    }
  }
  out.append(text, plain);
}

void append_namespace(std::string& out, std::string_view uri, std::string_view prefix) {
  if (uri.empty()) {
    return;
  }
  append(out, " xmlns", prefix.empty() ? "" : ":", prefix, "=\"");
  append_escaped(out, uri, Place::attribute);
  out += '"';
}

/// What members add to the tag of the structure around them.
struct Attributes {
  std::string text;
  bool has_namespace;
};

class XmlBody {
 public:
  XmlBody(std::string& out, Precision precision, Problems& problems)
      : out_(out), precision_(precision), problems_(problems) {}

  /// The document of the members of an input.
  void write_fields(const model::Operation& operation,
                    const model::Shape& shape,
                    const std::vector<Field>& fields);
  void write(const Member& member, const Value& value, std::string_view name, int depth);

 private:
  /// `<name`; attributes may follow.
  void open(std::string_view name) { append(out_, '<', name); }

  /// Ends an element that open() began: as `<name />` if nothing was written since, which `start`
  /// tells.
  void close(std::string_view name, std::size_t start);

  void write_namespace(const Member& member) {
    append_namespace(out_, member.xml_uri(), member.xml_prefix());
  }

  /// A member of a structure: an element, or an attribute of the structure's own.
  void write_member(const Member& member, const Value& value, Attributes& attributes, int depth);
  void write_structure(const Member& member, const Value& value, std::string_view name, int depth);
  void write_list(const Member& member, const Value& value, std::string_view name, int depth);
  void write_map(const Member& member, const Value& value, std::string_view name, int depth);
  void write_entry(const model::Shape& map,
                   const Map::Entry& entry,
                   std::string_view name,
                   int depth);
  void write_scalar(const Member& member, const Value& value, std::string_view name);
  void write_scalar_text(const Member& member, const Value& value);

  std::string& out_;
  std::string scratch_;
  Precision precision_;
  Problems& problems_;
};

void XmlBody::close(std::string_view name, std::size_t start) {
  if (out_.size() == start) {
    out_.back() = ' ';  // the '>' of the start tag
    out_ += "/>";
  } else {
    append(out_, "</", name, '>');
  }
}

void XmlBody::write_member(const Member& member,
                           const Value& value,
                           Attributes& attributes,
                           int depth) {
  if (member.has(model::MemberFlag::xml_attribute)) {
    append(attributes.text, ' ', member.wire_name(), "=\"");
    scratch_.clear();
    append_text(scratch_, value);
    append_escaped(attributes.text, scratch_, Place::attribute);
    attributes.text += '"';
    return;
  }
  // A flattened list has no element of its own: its namespace goes to the structure's.
  if (!attributes.has_namespace && member.shape().kind() == ShapeKind::list &&
      member.is_flattened() && !member.xml_uri().empty()) {
    append_namespace(attributes.text, member.xml_uri(), member.xml_prefix());
    attributes.has_namespace = true;
  }
  write(member, value, member.wire_name(), depth);
}

void XmlBody::write_fields(const model::Operation& operation,
                           const model::Shape& shape,
                           const std::vector<Field>& fields) {
  std::string_view name = operation.input_location_name();
  if (name.empty()) {
    name = shape.location_name().empty() ? shape.name() : shape.location_name();
  }
  open(name);
  const bool own = !operation.input_xml_uri().empty();
  const auto uri = own ? operation.input_xml_uri() : shape.xml_uri();
  append_namespace(out_, uri, own ? "" : shape.xml_prefix());
  const auto tag_end = out_.size();
  out_ += '>';
  const auto start = out_.size();
  Attributes attributes{{}, !uri.empty()};
  for (const auto& field : fields) {
    write_member(field.member, *field.value, attributes, 1);
  }
  close(name, start);
  out_.insert(tag_end, attributes.text);
}

void XmlBody::write(const Member& member, const Value& value, std::string_view name, int depth) {
  if (problems_.too_deep(depth)) {
    return;
  }
  switch (member.shape().kind()) {
    case ShapeKind::structure:
      return write_structure(member, value, name, depth);
    case ShapeKind::list:
      return write_list(member, value, name, depth);
    case ShapeKind::map:
      return write_map(member, value, name, depth);
    default:
      return write_scalar(member, value, name);
  }
}

void XmlBody::write_structure(const Member& member,
                              const Value& value,
                              std::string_view name,
                              int depth) {
  open(name);
  write_namespace(member);
  const auto tag_end = out_.size();
  out_ += '>';
  const auto start = out_.size();
  Attributes attributes{{}, !member.xml_uri().empty()};
  for_each_member(member.shape(), value, problems_, [&](const Member& inner, const Value& item) {
    write_member(inner, item, attributes, depth + 1);
  });
  close(name, start);
  if (!attributes.text.empty()) {  // known only now, as members come in any order
    out_.insert(tag_end, attributes.text);
  }
}

void XmlBody::write_list(const Member& member,
                         const Value& value,
                         std::string_view name,
                         int depth) {
  const auto* list = list_of(member.shape(), value, problems_);
  if (list == nullptr) {
    return;
  }
  const auto element = member.shape().element();
  if (member.is_flattened()) {
    for (const auto& item : *list) {
      write(element, item, name, depth + 1);
    }
    return;
  }
  open(name);
  write_namespace(member);
  out_ += '>';
  const auto start = out_.size();
  const auto given = element.location_name();
  const std::string_view element_name = given.empty() ? "member" : given;
  for (const auto& item : *list) {
    write(element, item, element_name, depth + 1);
  }
  close(name, start);
}

void XmlBody::write_map(const Member& member,
                        const Value& value,
                        std::string_view name,
                        int depth) {
  const auto* map = map_of(member.shape(), value, problems_);
  if (map == nullptr) {
    return;
  }
  if (member.is_flattened()) {
    for (const auto& entry : *map) {
      write_entry(member.shape(), entry, name, depth);
    }
    return;
  }
  open(name);
  write_namespace(member);
  out_ += '>';
  const auto start = out_.size();
  for (const auto& entry : *map) {
    write_entry(member.shape(), entry, "entry", depth);
  }
  close(name, start);
}

void XmlBody::write_entry(const model::Shape& map,
                          const Map::Entry& entry,
                          std::string_view name,
                          int depth) {
  const auto key = map.key();
  const auto value = map.value();
  const auto key_name = key.location_name().empty() ? std::string_view("key") : key.location_name();
  const auto value_name =
      value.location_name().empty() ? std::string_view("value") : value.location_name();
  append(out_, '<', name, "><", key_name);
  write_namespace(key);
  out_ += '>';
  const auto start = out_.size();
  append_escaped(out_, entry.first, Place::text);
  close(key_name, start);
  write(value, entry.second, value_name, depth + 1);
  append(out_, "</", name, '>');
}

void XmlBody::write_scalar(const Member& member, const Value& value, std::string_view name) {
  open(name);
  write_namespace(member);
  out_ += '>';
  const auto start = out_.size();
  write_scalar_text(member, value);
  close(name, start);
}

void XmlBody::write_scalar_text(const Member& member, const Value& value) {
  switch (member.shape().kind()) {
    case ShapeKind::boolean:
      out_ += is_true(value) ? "true" : "false";
      return;
    case ShapeKind::blob:
      append_base64(out_, bytes_of(value, problems_));
      return;
    case ShapeKind::timestamp:
      append_timestamp(out_,
                       value,
                       format_or(member.timestamp_format(), model::TimestampFormat::iso8601),
                       precision_,
                       problems_);
      return;
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      append_float(out_, value);
      return;
    default:
      if (const auto* text = value.as_string()) {
        append_escaped(out_, *text, Place::text);
      } else {
        scratch_.clear();
        append_text(scratch_, value);
        append_escaped(out_, scratch_, Place::text);
      }
      return;
  }
}

}  // namespace

Status write_rest_xml_request(const RequestInput& input, http::Request& request) {
  VIRGA_TRY_ASSIGN(const RestBody body, bind_rest_members(input, request));
  if (!input.shape || body.is_raw()) {
    return {};
  }
  Problems problems;
  XmlBody writer(request.body, input.precision, problems);
  if (body.payload) {
    if (body.payload_value != nullptr) {
      const auto given = body.payload->location_name();
      writer.write(*body.payload,
                   *body.payload_value,
                   given.empty() ? body.payload->shape().name() : given,
                   1);
    }
  } else if (!body.fields.empty()) {
    writer.write_fields(input.operation, *input.shape, body.fields);
  }
  return problems.status();
}

}  // namespace virga::protocol
