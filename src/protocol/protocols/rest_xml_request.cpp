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

void append_escaped(std::string& out, std::string_view text, Place place) {
  const std::string_view special = place == Place::text ? "&<>" : "&<>\"\r\n\t";
  while (!text.empty()) {
    const auto at = text.find_first_of(special);
    out += text.substr(0, at);
    if (at == std::string_view::npos) {
      return;
    }
    switch (text[at]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += "&#09;";
        break;
    }
    text.remove_prefix(at + 1);
  }
}

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

  void write_namespace(std::string_view uri, std::string_view prefix);

  void write_namespace(const Member& member) {
    write_namespace(member.xml_uri(), member.xml_prefix());
  }

  /// What of a member stands in the tag around it: attributes, and namespaces of flattened lists.
  void write_in_tag(const Member& member, const Value& value, bool has_namespace);
  void write_in_element(const Member& member, const Value& value, int depth);
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

void XmlBody::write_namespace(std::string_view uri, std::string_view prefix) {
  if (uri.empty()) {
    return;
  }
  append(out_, " xmlns", prefix.empty() ? "" : ":", prefix, "=\"");
  append_escaped(out_, uri, Place::attribute);
  out_ += '"';
}

void XmlBody::write_in_tag(const Member& member, const Value& value, bool has_namespace) {
  if (member.has(model::MemberFlag::xml_attribute)) {
    append(out_, ' ', member.wire_name(), "=\"");
    scratch_.clear();
    append_text(scratch_, value);
    append_escaped(out_, scratch_, Place::attribute);
    out_ += '"';
  } else if (!has_namespace && member.shape().kind() == ShapeKind::list && member.is_flattened()) {
    write_namespace(member);
  }
}

void XmlBody::write_in_element(const Member& member, const Value& value, int depth) {
  if (!member.has(model::MemberFlag::xml_attribute)) {
    write(member, value, member.wire_name(), depth);
  }
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
  write_namespace(own ? operation.input_xml_uri() : shape.xml_uri(), own ? "" : shape.xml_prefix());
  for (const auto& field : fields) {
    write_in_tag(field.member, *field.value, own || !shape.xml_uri().empty());
  }
  out_ += '>';
  const auto start = out_.size();
  for (const auto& field : fields) {
    write_in_element(field.member, *field.value, 1);
  }
  close(name, start);
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
  for_each_member(member.shape(), value, problems_, [&](const Member& inner, const Value& item) {
    write_in_tag(inner, item, !member.xml_uri().empty());
  });
  out_ += '>';
  const auto start = out_.size();
  for_each_member(member.shape(), value, problems_, [&](const Member& inner, const Value& item) {
    write_in_element(inner, item, depth + 1);
  });
  close(name, start);
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
