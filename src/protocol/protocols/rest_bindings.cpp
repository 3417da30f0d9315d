// SPDX-License-Identifier: Apache-2.0
#include "protocol/protocols/rest_bindings.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {

using model::ShapeKind;

namespace {

/// The text of a value in a URI label or a query parameter.
std::string uri_text(const model::Member& member,
                     const Value& value,
                     Precision precision,
                     Problems& problems) {
  std::string out;
  switch (member.shape().kind()) {
    case ShapeKind::boolean:
      append_text(out, value);
      return to_lower(out);
    case ShapeKind::timestamp:
      append_timestamp(out,
                       value,
                       format_or(member.timestamp_format(), model::TimestampFormat::iso8601),
                       precision,
                       problems);
      return out;
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      append_float(out, value);
      return out;
    default:
      append_text(out, value);
      return out;
  }
}

/// The query's parameters by name. Few, so that looking up is linear.
class QueryString {
 public:
  enum class Source { member, map };

  void start(std::string_view name, Source source) {
    const auto same = [&](const Parameter& parameter) { return parameter.name == name; };
    const auto found = std::find_if(parameters_.begin(), parameters_.end(), same);
    if (found == parameters_.end()) {
      parameters_.push_back({std::string(name), {}, source});
      current_ = parameters_.size() - 1;
      return;
    }
    // What a member names wins over the same name in a map (Smithy, httpQueryParams).
    if (source == Source::map && found->source == Source::member) {
      current_ = k_none;
      return;
    }
    *found = {std::string(name), {}, source};
    current_ = static_cast<std::size_t>(found - parameters_.begin());
  }

  void add(std::string_view value) {
    if (current_ == k_none) {
      return;
    }
    auto& parameter = parameters_[current_];
    append(parameter.pairs,
           parameter.pairs.empty() ? "" : "&",
           percent_encode(parameter.name),
           "=",
           percent_encode(value));
  }

  void append_to(std::string& query) const {
    for (const auto& parameter : parameters_) {
      if (!parameter.pairs.empty()) {
        append(query, query.empty() ? "" : "&", parameter.pairs);
      }
    }
  }

 private:
  static constexpr std::size_t k_none = static_cast<std::size_t>(-1);

  struct Parameter {
    std::string name;
    std::string pairs;  // encoded
    Source source;
  };

  std::vector<Parameter> parameters_;
  std::size_t current_ = k_none;
};

void add_to_query(QueryString& query, const Field& field, Precision precision, Problems& problems) {
  if (const auto* map = field.value->as_map()) {
    for (const auto& [name, item] : *map) {
      query.start(name, QueryString::Source::map);
      const auto add = [&query](const Value& value) {
        std::string text;
        append_text(text, value);
        query.add(text);
      };
      if (const auto* list = item.as_list()) {
        std::for_each(list->begin(), list->end(), add);
      } else {
        add(item);
      }
    }
    return;
  }
  query.start(field.member.wire_name(), QueryString::Source::member);
  if (field.member.shape().kind() == ShapeKind::list) {
    if (const auto* list = list_of(field.member.shape(), *field.value, problems)) {
      const auto element = field.member.shape().element();
      for (const auto& item : *list) {
        query.add(uri_text(element, item, precision, problems));
      }
    }
    return;
  }
  query.add(uri_text(field.member, *field.value, precision, problems));
}

/// Texts of a list in one header: those with a comma or a quote are quoted.
void append_list_item(std::string& out, std::string_view text) {
  if (text.find_first_of("\",") == std::string_view::npos) {
    out += text;
  } else {
    append(out, '"', replace_all(text, "\"", "\\\""), '"');
  }
}

void append_header_text(std::string& out,
                        const model::Member& member,
                        const Value& value,
                        Precision precision,
                        Problems& problems) {
  const auto shape = member.shape();
  switch (shape.kind()) {
    case ShapeKind::timestamp:
      return append_timestamp(out,
                              value,
                              format_or(member.timestamp_format(), model::TimestampFormat::rfc822),
                              precision,
                              problems,
                              Seconds::whole);
    case ShapeKind::boolean: {
      std::string text;
      append_text(text, value);
      out += to_lower(text);
      return;
    }
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      return append_float(out, value);
    case ShapeKind::blob:
      return append_base64(out, bytes_of(value, problems));
    case ShapeKind::string:
      if (member.has(model::MemberFlag::json_value)) {
        return append_base64(out, to_json(value, {.indent = 0, .ascii = true, .compact = true}));
      }
      return append_text(out, value);
    default:
      return append_text(out, value);
  }
}

std::string header_list(const model::Member& member,
                        const List& list,
                        Precision precision,
                        Problems& problems) {
  const auto element = member.shape().element();
  const bool is_text = element.shape().kind() == ShapeKind::string;
  std::string out;
  bool first = true;
  for (const auto& item : list) {
    if (item.is_null()) {
      continue;
    }
    if (!first) {
      out += ',';
    }
    first = false;
    if (is_text) {
      std::string text;
      append_text(text, item);
      append_list_item(out, text);
    } else {
      append_header_text(out, element, item, precision, problems);
    }
  }
  return out;
}

/// Headers with line breaks would become headers of their own.
void set_header(http::Headers& headers,
                std::string_view name,
                std::string value,
                Problems& problems) {
  constexpr std::string_view k_line_breaks("\r\n\0", 3);
  if (name.find_first_of(k_line_breaks) != std::string_view::npos) {
    problems.note(concat("Invalid header name ", to_json(Value(name))), ErrorCode::general);
  } else if (value.find_first_of(k_line_breaks) != std::string::npos) {
    problems.note(concat("Invalid header value ", to_json(Value(value))), ErrorCode::general);
  } else {
    headers.set(name, std::move(value));
  }
}

void add_header(http::Headers& headers,
                const Field& field,
                Precision precision,
                Problems& problems) {
  std::string text;
  if (field.member.shape().kind() == ShapeKind::list) {
    const auto* list = list_of(field.member.shape(), *field.value, problems);
    if (list == nullptr || list->empty()) {
      return;
    }
    text = header_list(field.member, *list, precision, problems);
  } else {
    append_header_text(text, field.member, *field.value, precision, problems);
  }
  set_header(headers, field.member.wire_name(), std::move(text), problems);
}

/// A map whose keys, behind a prefix, are names of headers.
void add_headers(http::Headers& headers, const Field& field, Problems& problems) {
  const auto* map = map_of(field.member.shape(), *field.value, problems);
  if (map == nullptr) {
    return;
  }
  for (const auto& [key, item] : *map) {
    std::string text;
    append_text(text, item);
    set_header(headers, concat(field.member.location_name(), key), std::move(text), problems);
  }
}

/// The value of the label with that name on the wire.
const Field* find_label(const RequestInput& input, std::string_view name) {
  for (const auto& field : input.fields) {
    if (field.member.location() == model::Location::uri && field.member.wire_name() == name) {
      return &field;
    }
  }
  return nullptr;
}

/// Fills {Label} and {Label+} of the URI.
std::string fill_uri(const RequestInput& input, Problems& problems) {
  std::string_view uri = input.operation.uri();
  std::string out;
  for (auto open = uri.find('{'); open != std::string_view::npos; open = uri.find('{')) {
    const auto close = uri.find('}', open);
    if (close == std::string_view::npos) {
      break;
    }
    out += uri.substr(0, open);
    auto name = uri.substr(open + 1, close - open - 1);
    const bool greedy = name.ends_with('+');
    if (greedy) {
      name.remove_suffix(1);
    }
    uri.remove_prefix(close + 1);
    const auto* field = find_label(input, name);
    if (field == nullptr) {
      problems.note(concat(
          "Parameter validation failed:\nMissing required parameter in input: \"", name, "\""));
      continue;
    }
    const std::string text = uri_text(field->member, *field->value, input.precision, problems);
    if (text.empty()) {
      problems.note(concat("Parameter validation failed:\nInvalid length for parameter ",
                           field->member.name(),
                           ", value: 0, valid min length: 1"));
    }
    out += percent_encode(text, greedy ? "/" : "");
  }
  out += uri;
  return out;
}

}  // namespace

bool RestBody::is_raw() const {
  return payload && (payload->shape().kind() == ShapeKind::blob ||
                     payload->shape().kind() == ShapeKind::string);
}

Result<RestBody> bind_rest_members(const RequestInput& input, http::Request& request) {
  Problems problems;
  request.method = method_of(input);
  std::string uri = input.shape ? fill_uri(input, problems) : std::string(input.operation.uri());
  const auto question = uri.find('?');
  if (question != std::string::npos) {
    request.query = uri.substr(question + 1);
    uri.resize(question);
  }
  request.path = uri.starts_with('/') ? std::move(uri) : "/" + uri;
  RestBody body;
  if (input.shape && !input.shape->payload().empty()) {
    body.payload = input.shape->find_member(input.shape->payload());
    body.payload_value = input.find(input.shape->payload());
  }
  QueryString query;
  for (const auto& field : input.fields) {
    switch (field.member.location()) {
      case model::Location::uri:
        break;
      case model::Location::query_string:
        add_to_query(query, field, input.precision, problems);
        break;
      case model::Location::header:
        add_header(request.headers, field, input.precision, problems);
        break;
      case model::Location::headers:
        add_headers(request.headers, field, problems);
        break;
      default:
        body.fields.push_back(field);
        break;
    }
  }
  query.append_to(request.query);
  if (body.is_raw() && body.payload_value != nullptr) {
    request.body = bytes_of(*body.payload_value, problems);
  }
  VIRGA_TRY(problems.status());
  return body;
}

}  // namespace virga::protocol
