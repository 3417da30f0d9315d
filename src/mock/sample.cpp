// SPDX-License-Identifier: Apache-2.0
#include "mock/sample.hpp"

#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "model/names.hpp"

namespace virga::mock {
namespace {

constexpr int k_max_depth = 6;
constexpr std::string_view k_account = "123456789012";

/// The member names that would say that there is another page.
class PageTokens {
 public:
  explicit PageTokens(const model::Document& paginator) {
    for (const auto* key : {"output_token", "more_results"}) {
      const auto tokens = paginator.find(key);
      if (tokens.is_string()) {
        add(tokens.text());
      }
      for (std::uint32_t i = 0; i < tokens.size(); ++i) {
        add(tokens.at(i).text());
      }
    }
  }

  [[nodiscard]] bool contains(std::string_view member) const {
    for (const auto& name : names_) {
      if (name == member) {
        return true;
      }
    }
    return false;
  }

 private:
  /// The last plain name: "DistributionList.NextMarker" ends pagination where NextMarker is absent.
  void add(std::string_view path) {
    const auto first = trim(path.substr(0, path.find("||")));
    const auto dot = first.rfind('.');
    if (first.find('[') == std::string_view::npos) {
      names_.emplace_back(dot == std::string_view::npos ? first : first.substr(dot + 1));
    }
  }

  std::vector<std::string> names_;
};

class Sampler {
 public:
  explicit Sampler(const model::Operation& operation)
      : service_(operation.service().name()),
        tokens_(operation.with_derived_paginator().paginator()) {}

  Value structure(const model::Shape& shape, int depth) {
    Map map;
    const auto count = shape.member_count();
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto member = shape.member(i);
      const bool is_too_deep = depth >= k_max_depth && !is_scalar(member.shape());
      if (tokens_.contains(member.name()) || is_too_deep ||
          member.shape().has(model::ShapeFlag::event_stream)) {
        continue;
      }
      map.append(std::string(member.name()), value(member, member.name(), depth + 1));
      if (shape.has(model::ShapeFlag::union_type)) {
        break;  // a union has one member
      }
    }
    return map;
  }

 private:
  static bool is_scalar(const model::Shape& shape) {
    return shape.kind() != model::ShapeKind::structure && shape.kind() != model::ShapeKind::list &&
           shape.kind() != model::ShapeKind::map;
  }

  Value value(const model::Member& member, std::string_view name, int depth) {
    const auto shape = member.shape();
    switch (shape.kind()) {
      case model::ShapeKind::structure:
        return shape.has(model::ShapeFlag::document) ? Value(Map()) : structure(shape, depth);
      case model::ShapeKind::list: {
        List list;
        if (depth < k_max_depth || is_scalar(shape.element().shape())) {
          list.push_back(value(shape.element(), name, depth + 1));
        }
        return list;
      }
      case model::ShapeKind::map: {
        Map map;
        if (depth < k_max_depth || is_scalar(shape.value().shape())) {
          const auto keys = shape.key().shape().enum_values();
          const std::string key(keys.size() > 0 ? keys.at(0).text() : std::string_view("key"));
          map.append(key, value(shape.value(), name, depth + 1));
        }
        return map;
      }
      case model::ShapeKind::blob:
        return Blob{"example"};
      case model::ShapeKind::boolean:
        return true;
      case model::ShapeKind::integer:
      case model::ShapeKind::long_integer:
        return member.location() == model::Location::status_code ? 200 : 1;
      case model::ShapeKind::float_number:
      case model::ShapeKind::double_number:
        return 1.5;
      case model::ShapeKind::timestamp:
        return Timestamp{"2024-01-01T00:00:00Z"};
      case model::ShapeKind::string:
        return member.has(model::MemberFlag::json_value) ? Value("{}") : Value(text(shape, name));
    }
    return {};
  }

  std::string text(const model::Shape& shape, std::string_view name) {
    const auto values = shape.enum_values();
    if (values.size() > 0) {
      return std::string(values.at(0).text());
    }
    const std::string plain = model::member_cli_name(name);
    if (plain == "arn" || plain.ends_with("-arn") || plain.ends_with("-arns")) {
      return concat("arn:aws:", service_, ":us-east-1:", k_account, ":example");
    }
    if (plain == "account" || plain.ends_with("account-id") || plain == "owner-id") {
      return std::string(k_account);
    }
    return concat(plain, "-example");
  }

  std::string_view service_;
  PageTokens tokens_;
};

}  // namespace

Value sample_output(const model::Operation& operation) {
  const auto output = operation.output();
  return output ? Sampler(operation).structure(*output, 0) : Value(Map());
}

}  // namespace virga::mock
