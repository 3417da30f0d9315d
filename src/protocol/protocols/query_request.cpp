// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/strings.hpp"
#include "protocol/protocols/requests.hpp"

namespace virga::protocol {

using model::ShapeKind;

namespace {

enum class Dialect { query, ec2 };

constexpr std::array<bool, 256> unreserved_characters() {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = is_ascii_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
  }
  return table;
}

constexpr auto k_unreserved = unreserved_characters();

/// Percent-encodes as HTML forms do: a blank becomes '+'.
void append_form(std::string& out, std::string_view text) {
  constexpr std::string_view k_hex = "0123456789ABCDEF";
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (k_unreserved[byte]) {
      continue;
    }
    out.append(text, plain, i - plain);
    plain = i + 1;
    if (c == ' ') {
      out += '+';
    } else {
      const std::array<char, 3> escape{'%', k_hex[byte >> 4U], k_hex[byte & 15U]};
      out.append(escape.data(), escape.size());
    }
  }
  out.append(text, plain);
}

std::string capitalised(std::string_view name) {
  std::string out(name);
  if (!out.empty()) {
    out.front() = ascii_upper(out.front());
  }
  return out;
}

/// Writes members as form fields whose names are the paths to them: `Tags.member.1.Key=a`.
class FormBody {
 public:
  FormBody(std::string& out, Dialect dialect, Precision precision, Problems& problems)
      : out_(out), dialect_(dialect), precision_(precision), problems_(problems) {}

  /// A member of a structure, below the current path.
  void write_member(const model::Member& member, const Value& value, int depth);

 private:
  /// Adds one name to the path, and takes it away at the end.
  class Step {
   public:
    Step(std::string& path, std::string_view name) : path_(path), size_(path.size()) {
      if (!path_.empty()) {
        path_ += '.';
      }
      append_form(path_, name);
    }

    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    ~Step() { path_.resize(size_); }

   private:
    std::string& path_;
    std::size_t size_;
  };

  void write(const model::Member& member, const Value& value, int depth);
  void write_list(const model::Member& member, const Value& value, int depth);
  void write_elements(const model::Member& element, const List& list, int depth);
  void write_map(const model::Member& member, const Value& value, int depth);
  void write_entries(const model::Shape& shape, const Map& map, int depth);
  void write_scalar(const model::Member& member, const Value& value);
  void write_text(std::string_view text);
  [[nodiscard]] std::string name_of(const model::Member& member, std::string_view otherwise) const;

  std::string& out_;
  std::string path_;     // of the value being written, encoded
  std::string scratch_;  // the text of a scalar
  Dialect dialect_;
  Precision precision_;
  Problems& problems_;
};

std::string FormBody::name_of(const model::Member& member, std::string_view otherwise) const {
  const auto given = member.location_name();
  if (dialect_ == Dialect::query) {
    return std::string(given.empty() ? otherwise : given);
  }
  if (!member.query_name().empty()) {
    return std::string(member.query_name());
  }
  return given.empty() ? std::string(otherwise) : capitalised(given);
}

void FormBody::write_member(const model::Member& member, const Value& value, int depth) {
  const bool ec2 = dialect_ == Dialect::ec2;
  const std::string name = name_of(member, {});
  const Step step(path_,
                  !name.empty() ? name
                  : ec2         ? capitalised(member.name())
                                : std::string(member.name()));
  write(member, value, depth);
}

void FormBody::write(const model::Member& member, const Value& value, int depth) {
  if (problems_.too_deep(depth)) {
    return;
  }
  switch (member.shape().kind()) {
    case ShapeKind::structure:
      for_each_member(
          member.shape(), value, problems_, [&](const model::Member& inner, const Value& item) {
            write_member(inner, item, depth + 1);
          });
      return;
    case ShapeKind::list:
      return write_list(member, value, depth);
    case ShapeKind::map:
      return write_map(member, value, depth);
    default:
      return write_scalar(member, value);
  }
}

void FormBody::write_list(const model::Member& member, const Value& value, int depth) {
  const auto* list = list_of(member.shape(), value, problems_);
  if (list == nullptr) {
    return;
  }
  const auto element = member.shape().element();
  if (dialect_ == Dialect::ec2) {
    write_elements(element, *list, depth);
    return;
  }
  if (list->empty()) {
    write_text({});
    return;
  }
  const auto name = element.location_name();
  if (!member.is_flattened()) {
    const Step step(path_, name.empty() ? "member" : name);
    write_elements(element, *list, depth);
  } else if (name.empty()) {
    write_elements(element, *list, depth);
  } else {
    // The elements' name stands in the place of the list's own.
    const auto dot = path_.rfind('.');
    const std::string own = path_.substr(dot == std::string::npos ? 0 : dot);
    path_.resize(dot == std::string::npos ? 0 : dot);
    {
      const Step step(path_, name);
      write_elements(element, *list, depth);
    }
    path_ += own;
  }
}

void FormBody::write_elements(const model::Member& element, const List& list, int depth) {
  std::int64_t position = 0;
  for (const auto& item : list) {
    const Step step(path_, concat(++position));
    write(element, item, depth + 1);
  }
}

void FormBody::write_map(const model::Member& member, const Value& value, int depth) {
  const auto* map = map_of(member.shape(), value, problems_);
  if (map == nullptr) {
    return;
  }
  if (member.is_flattened()) {
    write_entries(member.shape(), *map, depth);
  } else {
    const Step step(path_, "entry");
    write_entries(member.shape(), *map, depth);
  }
}

void FormBody::write_entries(const model::Shape& shape, const Map& map, int depth) {
  const auto key_member = shape.key();
  const auto value_member = shape.value();
  const std::string key_name = name_of(key_member, "key");
  const std::string value_name = name_of(value_member, "value");
  std::int64_t position = 0;
  for (const auto& [key, item] : map) {
    const Step entry(path_, concat(++position));
    {
      const Step step(path_, key_name);
      write_text(key);
    }
    const Step step(path_, value_name);
    write(value_member, item, depth + 1);
  }
}

void FormBody::write_scalar(const model::Member& member, const Value& value) {
  scratch_.clear();
  switch (member.shape().kind()) {
    case ShapeKind::blob:
      append_base64(scratch_, bytes_of(value, problems_));
      break;
    case ShapeKind::timestamp:
      append_timestamp(scratch_,
                       value,
                       format_or(member.timestamp_format(), model::TimestampFormat::iso8601),
                       precision_,
                       problems_);
      break;
    case ShapeKind::boolean:
      scratch_ = is_true(value) ? "true" : "false";
      break;
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      append_float(scratch_, value);
      break;
    default:
      if (const auto* text = value.as_string()) {
        write_text(*text);
        return;
      }
      append_text(scratch_, value);
      break;
  }
  write_text(scratch_);
}

void FormBody::write_text(std::string_view text) {
  append(out_, '&', path_, '=');
  append_form(out_, text);
}

Status write_form(const RequestInput& input, http::Request& request, Dialect dialect) {
  request.method = method_of(input);
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = "Action=";
  append_form(request.body, input.operation.name());
  request.body += "&Version=";
  append_form(request.body, input.operation.service().metadata("apiVersion"));
  Problems problems;
  FormBody body(request.body, dialect, input.precision, problems);
  for (const auto& field : input.fields) {
    body.write_member(field.member, *field.value, 1);
  }
  return problems.status();
}

}  // namespace

Status write_query_request(const RequestInput& input, http::Request& request) {
  return write_form(input, request, Dialect::query);
}

Status write_ec2_request(const RequestInput& input, http::Request& request) {
  return write_form(input, request, Dialect::ec2);
}

}  // namespace virga::protocol
