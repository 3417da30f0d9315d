// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/strings.hpp"
#include "params/params.hpp"
#include "params/python_repr.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::params {
namespace {

using model::Member;
using model::MemberFlag;
using model::Shape;
using model::ShapeFlag;
using model::ShapeKind;

constexpr std::string_view k_number_types =
    "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>";

bool is_python_int(const Value& value) {
  return value.is_integer() || value.is_bool() || value.kind() == Value::Kind::big_integer;
}

bool is_python_str(const Value& value) {
  const auto* time = value.as_timestamp();
  return value.is_string() || (time != nullptr && !time->is_number);
}

double number_of(const Value& value) {
  if (const auto* integer = value.as_integer()) {
    return static_cast<double>(*integer);
  }
  if (const auto* number = value.as_number()) {
    return *number;
  }
  if (const auto* flag = value.as_bool()) {
    return *flag ? 1.0 : 0.0;
  }
  const auto* big = value.as_big_integer();
  return big != nullptr && big->digits.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
}

bool is_timestamp(const Value& value) {
  if (const auto* text = value.as_string()) {
    return parse_timestamp(*text).has_value();
  }
  if (const auto* time = value.as_timestamp()) {
    return parse_timestamp(*time).has_value();
  }
  return value.is_bool() || value.is_integer()
             ? parse_timestamp(python_float(number_of(value))).has_value()
         : value.is_number() ? parse_timestamp(python_float(*value.as_number())).has_value()
                             : false;
}

/// The first bytes in a value, which is what json.dumps cannot write.
bool holds_blob(const Value& value) {
  if (const auto* list = value.as_list()) {
    return std::any_of(list->begin(), list->end(), holds_blob);
  }
  if (const auto* map = value.as_map()) {
    return std::any_of(
        map->begin(), map->end(), [](const auto& entry) { return holds_blob(entry.second); });
  }
  return value.is_blob();
}

std::string member_names(const Shape& shape) {
  std::string out;
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    append(out, i == 0 ? "" : ", ", shape.member(i).name());
  }
  return out;
}

/// Walks input and shape together; a name is the path of members (".Tags[0].Key") that leads to a
/// value.
class Validator {
 public:
  explicit Validator(const std::vector<std::string>& json_members) : json_members_(json_members) {}

  void check_structure(const Value& value, const Shape& shape, const std::string& name) {
    if (!value.is_map()) {
      report_type(name, value, "<class 'dict'>");
      return;
    }
    const Map& map = *value.as_map();
    if (shape.has(ShapeFlag::union_type)) {
      check_union(map, shape, name);
    }
    check_required(map, shape, name);
    for (const auto& [key, member] : map) {
      if (!shape.find_member(key)) {
        report(concat("Unknown parameter in ",
                      shown(name),
                      ": \"",
                      key,
                      "\", must be one of: ",
                      member_names(shape)));
      }
    }
    for (const auto& [key, member_value] : map) {
      if (const auto member = shape.find_member(key)) {
        if (name.empty()) {
          style_ = std::find(json_members_.begin(), json_members_.end(), key) == json_members_.end()
                       ? DictStyle::plain
                       : DictStyle::ordered;
        }
        check(member_value, *member, concat(name, ".", key));
      }
    }
  }

  std::vector<std::string> take_problems() { return std::move(problems_); }

 private:
  void report(std::string problem) { problems_.push_back(std::move(problem)); }

  static std::string shown(const std::string& name) {
    return name.empty() ? "input" : name.starts_with('.') ? name.substr(1) : name;
  }

  void report_type(const std::string& name,
                   const Value& value,
                   std::string_view valid,
                   std::string_view what = "") {
    report(concat("Invalid type for ",
                  what,
                  "parameter ",
                  shown(name),
                  ", value: ",
                  python_str(value, style_),
                  ", type: ",
                  python_type(value, style_),
                  ", valid types: ",
                  valid));
  }

  void check(const Value& value, const Member& member, const std::string& name) {
    const Shape shape = member.shape();
    if (member.has(MemberFlag::json_value) && member.location() == model::Location::header) {
      if (holds_blob(value)) {
        report(concat("Invalid parameter ",
                      shown(name),
                      " must be json serializable: Object of type bytes is not JSON serializable"));
      }
      return;
    }
    switch (shape.kind()) {
      case ShapeKind::structure:
        shape.has(ShapeFlag::document) ? check_document(value, name)
                                       : check_structure(value, shape, name);
        return;
      case ShapeKind::list:
        return check_list(value, member, name);
      case ShapeKind::map:
        return check_map(value, shape, name);
      default:
        return check_scalar(value, member, name);
    }
  }

  void check_scalar(const Value& value, const Member& member, const std::string& name) {
    switch (member.shape().kind()) {
      case ShapeKind::string:
        if (!is_python_str(value)) {
          return report_type(name, value, "<class 'str'>");
        }
        return check_length(python_length(python_str(value)), member, name);
      case ShapeKind::blob:
        if (!is_python_str(value) && !value.is_blob()) {
          report_type(name, value, "<class 'bytes'>, <class 'bytearray'>, file-like object");
        }
        return;
      case ShapeKind::boolean:
        if (!value.is_bool()) {
          report_type(name, value, "<class 'bool'>");
        }
        return;
      case ShapeKind::integer:
      case ShapeKind::long_integer:
        return is_python_int(value) ? check_range(value, member, name)
                                    : report_type(name, value, "<class 'int'>");
      case ShapeKind::float_number:
      case ShapeKind::double_number:
        return is_python_int(value) || value.is_number() ? check_range(value, member, name)
                                                         : report_type(name, value, k_number_types);
      case ShapeKind::timestamp:
        if (!is_timestamp(value)) {
          report_type(name, value, "<class 'datetime.datetime'>, timestamp-string");
        }
        return;
      default:
        return;
    }
  }

  void check_list(const Value& value, const Member& member, const std::string& name) {
    const auto* list = value.as_list();
    if (list == nullptr) {
      return report_type(name, value, "<class 'list'>, <class 'tuple'>");
    }
    check_length(list->size(), member, name);
    const Member element = member.shape().element();
    for (std::size_t i = 0; i < list->size(); ++i) {
      check((*list)[i], element, concat(name, "[", i, "]"));
    }
  }

  void check_map(const Value& value, const Shape& shape, const std::string& name) {
    const auto* map = value.as_map();
    if (map == nullptr) {
      return report_type(name, value, "<class 'dict'>");
    }
    const Member key_member = shape.key();
    const Member value_member = shape.value();
    for (const auto& [key, member] : *map) {
      check(Value(key), key_member, concat(name, " (key: ", key, ")"));
      check(member, value_member, concat(name, ".", key));
    }
  }

  /// The path starts anew at each key: botocore names the value by its last key only.
  void check_document(const Value& value, const std::string& name) {
    if (const auto* map = value.as_map()) {
      for (const auto& [key, member] : *map) {
        check_document(member, key);
      }
    } else if (const auto* list = value.as_list()) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        check_document((*list)[i], concat(name, "[", i, "]"));
      }
    } else if (value.is_blob()) {
      report_type(name,
                  value,
                  "<class 'str'>, <class 'int'>, <class 'bool'>, <class 'float'>, <class 'list'>, "
                  "<class 'dict'>",
                  "document ");
    }
  }

  void check_union(const Map& map, const Shape& shape, const std::string& name) {
    if (map.empty()) {
      // "unionstructure" is how botocore writes it.
      report(concat("Must set one of the following keys for tagged unionstructure ",
                    shown(name),
                    ": ",
                    member_names(shape),
                    "."));
    } else if (map.size() > 1) {
      report(concat("Invalid number of parameters set for tagged union structure ",
                    shown(name),
                    ". Can only set one of the following keys: ",
                    member_names(shape),
                    "."));
    }
  }

  void check_required(const Map& map, const Shape& shape, const std::string& name) {
    const auto check_one = [&](std::string_view member) {
      if (!map.contains(member)) {
        report(concat("Missing required parameter in ", shown(name), ": \"", member, "\""));
      }
    };
    const auto order = shape.required_order();
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      check_one(order.at(i).text());
    }
    for (std::uint32_t i = 0; order.is_null() && i < shape.member_count(); ++i) {
      if (shape.member(i).has(MemberFlag::required)) {
        check_one(shape.member(i).name());
      }
    }
  }

  /// The smallest value that is allowed, and how it is written; a member of the host name has at
  /// least one character.
  static std::optional<double> least(const Member& member) {
    const auto min = member.shape().min();
    return !min && member.has(MemberFlag::host_label) ? std::optional(1.0) : min;
  }

  static std::string least_text(double min, const Shape& shape) {
    const bool fits = std::fabs(min) < 9.2e18;
    return shape.has(ShapeFlag::min_is_float) || !fits ? python_float(min)
                                                       : concat(static_cast<std::int64_t>(min));
  }

  void check_length(std::size_t length, const Member& member, const std::string& name) {
    const auto min = least(member);
    if (min && static_cast<double>(length) < *min) {
      report(concat("Invalid length for parameter ",
                    shown(name),
                    ", value: ",
                    length,
                    ", valid min length: ",
                    least_text(*min, member.shape())));
    }
  }

  void check_range(const Value& value, const Member& member, const std::string& name) {
    const auto min = least(member);
    if (min && number_of(value) < *min) {
      report(concat("Invalid value for parameter ",
                    shown(name),
                    ", value: ",
                    python_str(value),
                    ", valid min value: ",
                    least_text(*min, member.shape())));
    }
  }

  const std::vector<std::string>& json_members_;  // owner: the caller of validate
  DictStyle style_ = DictStyle::plain;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> validate(const Shape& shape,
                                  const Value& input,
                                  const std::vector<std::string>& json_members) {
  Validator validator(json_members);
  validator.check_structure(input, shape, "");
  return validator.take_problems();
}

}  // namespace virga::params
