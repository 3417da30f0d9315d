// SPDX-License-Identifier: Apache-2.0
#include "endpoint/parameters.hpp"

#include <algorithm>
#include <vector>

#include "endpoint/context_path.hpp"

namespace virga::endpoint {
namespace {

using model::Document;

RuleValue from_value(const Value& value, Arena& arena) {
  if (const auto* text = value.as_string()) {
    return std::string_view(*text);
  }
  if (const auto* flag = value.as_bool()) {
    return *flag;
  }
  if (const auto* number = value.as_integer()) {
    return *number;
  }
  if (const auto* list = value.as_list()) {
    StringList texts;
    for (const auto& item : *list) {
      if (const auto* text = item.as_string()) {
        texts.emplace_back(*text);
      }
    }
    return arena.keep(std::move(texts));
  }
  return {};
}

RuleValue from_document(Document document, Arena& arena) {
  switch (document.kind()) {
    case Document::Kind::boolean:
      return document.boolean();
    case Document::Kind::string:
      return document.text();
    case Document::Kind::list: {
      StringList texts;
      for (std::uint32_t i = 0; i < document.size(); ++i) {
        texts.push_back(document.at(i).text());
      }
      return arena.keep(std::move(texts));
    }
    default:
      return {};
  }
}

RuleValue from_path(std::string_view path, const Value& input, Arena& arena) {
  auto found = search_path(path, input);
  if (!found) {
    return {};
  }
  if (found->is_list) {
    return arena.keep(std::move(found->texts));
  }
  if (found->flag) {
    return *found->flag;
  }
  return found->texts.empty() ? RuleValue() : RuleValue(found->texts.front());
}

RuleValue optional_flag(const std::optional<bool>& flag) {
  return flag ? RuleValue(*flag) : RuleValue();
}

RuleValue text_or_unset(std::string_view text) {
  return text.empty() ? RuleValue() : RuleValue(text);
}

/// Settings that go by the name of a client context parameter (S3 and S3 Control have them).
RuleValue client_context(const model::Service& service,
                         std::string_view name,
                         const EndpointParams& params) {
  if (service.client_context_params().find(name).is_null()) {
    return {};
  }
  if (name == "UseArnRegion") {
    return optional_flag(params.s3_use_arn_region);
  }
  if (name == "DisableS3ExpressSessionAuth") {
    return optional_flag(params.s3_disable_express_session_auth);
  }
  return {};
}

RuleValue builtin(std::string_view name, const EndpointParams& params, const Builtins& builtins) {
  if (name == "AWS::Region") {
    return text_or_unset(builtins.region);
  }
  if (name == "AWS::UseFIPS") {
    return builtins.use_fips;
  }
  if (name == "AWS::UseDualStack") {
    return builtins.use_dual_stack;
  }
  if (name == "SDK::Endpoint") {
    return params.endpoint_url ? RuleValue(std::string_view(*params.endpoint_url)) : RuleValue();
  }
  if (name == "AWS::S3::Accelerate") {
    return params.s3_accelerate;
  }
  if (name == "AWS::S3::ForcePathStyle") {
    return builtins.s3_force_path_style;
  }
  if (name == "AWS::S3::UseArnRegion") {
    return params.s3_use_arn_region.value_or(true);
  }
  if (name == "AWS::S3Control::UseArnRegion") {
    return params.s3_use_arn_region.value_or(false);
  }
  if (name == "AWS::S3::UseGlobalEndpoint") {
    return builtins.s3_use_global_endpoint;
  }
  if (name == "AWS::S3::DisableMultiRegionAccessPoints") {
    return params.s3_disable_mrap;
  }
  if (name == "AWS::S3::DisableS3ExpressSessionAuth") {
    return optional_flag(params.s3_disable_express_session_auth);
  }
  if (name == "AWS::STS::UseGlobalEndpoint") {
    return builtins.sts_use_global_endpoint;
  }
  if (name == "AWS::Auth::AccountId") {
    return params.account_id && params.sign ? text_or_unset(*params.account_id) : RuleValue();
  }
  if (name == "AWS::Auth::AccountIdEndpointMode") {
    return params.sign ? text_or_unset(params.account_id_endpoint_mode)
                       : RuleValue(std::string_view("disabled"));
  }
  return {};
}

/// The input's members that are bound to rule set parameters.
std::vector<std::pair<std::string_view, RuleValue>> bound_members(const model::Operation& operation,
                                                                  const Value& input,
                                                                  Arena& arena) {
  std::vector<std::pair<std::string_view, RuleValue>> bound;
  const auto shape = operation.input();
  for (std::uint32_t i = 0; shape && i < shape->member_count(); ++i) {
    const auto member = shape->member(i);
    if (const auto name = member.context_param(); !name.empty()) {
      if (const auto* value = input.find(member.name())) {
        bound.emplace_back(name, from_value(*value, arena));
      }
    }
  }
  return bound;
}

}  // namespace

RuleParameters rule_parameters(const model::Operation& operation,
                               const Value& input,
                               const EndpointParams& params,
                               const Builtins& builtins,
                               Arena& arena) {
  const auto service = operation.service();
  const auto specifications = service.endpoint_rules().find("parameters");
  const auto fixed = operation.trait("staticContextParams");
  const auto paths = operation.trait("operationContextParams");
  const auto bound = bound_members(operation, input, arena);

  RuleParameters result;
  result.reserve(specifications.size());
  for (std::uint32_t i = 0; i < specifications.size(); ++i) {
    const auto name = specifications.key_at(i);
    RuleValue value = from_document(fixed.find(name).find("value"), arena);
    if (!is_set(value)) {
      const auto member = std::find_if(
          bound.begin(), bound.end(), [name](const auto& entry) { return entry.first == name; });
      value = member == bound.end() ? RuleValue() : member->second;
    }
    if (const auto path = paths.find(name).text("path"); !is_set(value) && !path.empty()) {
      value = from_path(path, input, arena);
    }
    if (!is_set(value)) {
      value = client_context(service, name, params);
    }
    if (!is_set(value)) {
      value = builtin(specifications.at(i).text("builtIn"), params, builtins);
    }
    if (is_set(value)) {
      result.emplace_back(name, value);
    }
  }
  return result;
}

bool is_arn(std::string_view text) {
  return text.starts_with("arn:") && std::count(text.begin(), text.end(), ':') >= 5;
}

}  // namespace virga::endpoint
