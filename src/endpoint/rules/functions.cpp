// SPDX-License-Identifier: Apache-2.0
#include "endpoint/rules/functions.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "endpoint/rules/region_pattern.hpp"
#include "endpoint/rules/url.hpp"

namespace virga::endpoint {
namespace {

using Arguments = std::span<const RuleValue>;

const std::string_view* text_of(const RuleValue& value) {
  return std::get_if<std::string_view>(&value);
}

bool flag_of(const RuleValue& value) {
  const auto* flag = std::get_if<bool>(&value);
  return flag != nullptr && *flag;
}

std::int64_t number_of(const RuleValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

/// Python's name of a value's type, for botocore's messages.
std::string_view type_name(const RuleValue& value) {
  constexpr std::array<std::string_view, 7> k_names = {
      "NoneType", "bool", "int", "str", "tuple", "dict", "dict"};
  return k_names[value.index()];
}

RuleValue type_error(std::string_view what, Arguments arguments, FunctionContext& context) {
  context.error = concat(what,
                         ", not <class '",
                         type_name(arguments[0]),
                         "'> and <class '",
                         type_name(arguments[1]),
                         "'>.");
  return {};
}

/// Python's truth of a value.
bool is_truthy(const RuleValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag;
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return *number != 0;
  }
  if (const auto* text = text_of(value)) {
    return !text->empty();
  }
  if (const auto* list = std::get_if<const StringList*>(&value)) {
    return !(*list)->empty();
  }
  return is_set(value);
}

RuleValue is_set_function(Arguments arguments, FunctionContext& /*context*/) {
  return is_set(arguments[0]);
}

RuleValue not_function(Arguments arguments, FunctionContext& /*context*/) {
  return !is_truthy(arguments[0]);
}

RuleValue boolean_equals(Arguments arguments, FunctionContext& context) {
  const auto* a = std::get_if<bool>(&arguments[0]);
  const auto* b = std::get_if<bool>(&arguments[1]);
  if (a == nullptr || b == nullptr) {
    return type_error("Both arguments must be bools", arguments, context);
  }
  return *a == *b;
}

RuleValue string_equals(Arguments arguments, FunctionContext& context) {
  const auto* a = text_of(arguments[0]);
  const auto* b = text_of(arguments[1]);
  if (a == nullptr || b == nullptr) {
    return type_error("Both values must be strings", arguments, context);
  }
  return *a == *b;
}

RuleValue get_attr(Arguments arguments, FunctionContext& /*context*/) {
  const auto* path = text_of(arguments[1]);
  return path == nullptr ? RuleValue() : get_attribute(arguments[0], *path);
}

RuleValue substring(Arguments arguments, FunctionContext& context) {
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) {
    context.error = concat("Input must be a string, not <class '", type_name(arguments[0]), "'>.");
    return {};
  }
  const std::int64_t start = number_of(arguments[1]);
  const std::int64_t stop = number_of(arguments[2]);
  const auto size = static_cast<std::int64_t>(text->size());
  const bool is_ascii = std::all_of(text->begin(), text->end(), [](char c) { return c >= 0; });
  if (start < 0 || start >= stop || size < stop || !is_ascii) {
    return {};
  }
  const std::int64_t from = flag_of(arguments[3]) ? size - stop : start;
  return text->substr(static_cast<std::size_t>(from), static_cast<std::size_t>(stop - start));
}

RuleValue uri_encode(Arguments arguments, FunctionContext& context) {
  const auto* text = text_of(arguments[0]);
  return text == nullptr ? RuleValue() : RuleValue(context.arena->keep(percent_encode(*text)));
}

RuleValue parse_url_function(Arguments arguments, FunctionContext& context) {
  const auto* text = text_of(arguments[0]);
  auto url = text == nullptr ? std::nullopt : parse_url(*text);
  if (!url) {
    return {};
  }
  Arena& arena = *context.arena;
  Record record;
  record.fields = {{"scheme", arena.keep(std::move(url->scheme))},
                   {"authority", arena.keep(std::move(url->authority))},
                   {"path", arena.keep(std::move(url->path))},
                   {"normalizedPath", arena.keep(std::move(url->normalized_path))},
                   {"isIp", url->is_ip}};
  return arena.keep(std::move(record));
}

RuleValue valid_host_label(Arguments arguments, FunctionContext& /*context*/) {
  const auto* text = text_of(arguments[0]);
  return text != nullptr && is_valid_host_label(*text, flag_of(arguments[1]));
}

RuleValue virtual_hostable_bucket(Arguments arguments, FunctionContext& /*context*/) {
  const auto* text = text_of(arguments[0]);
  return text != nullptr && text->size() >= 3 && to_lower(*text) == *text &&
         !is_ipv4_address(*text) && is_valid_host_label(*text, flag_of(arguments[1]));
}

RuleValue parse_arn(Arguments arguments, FunctionContext& context) {
  constexpr std::size_t k_parts = 5;  // before the resource, which may hold colons
  const auto* text = text_of(arguments[0]);
  if (text == nullptr || !text->starts_with("arn:")) {
    return {};
  }
  std::string_view rest = *text;
  std::array<std::string_view, k_parts> parts;
  for (auto& part : parts) {
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) {
      return {};
    }
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (parts[1].empty() || parts[2].empty() || rest.empty()) {
    return {};
  }
  StringList resource;
  for (auto end = rest.find_first_of(":/"); end != std::string_view::npos;
       end = rest.find_first_of(":/")) {
    resource.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  resource.push_back(rest);
  Record record;
  record.fields = {{"partition", parts[1]},
                   {"service", parts[2]},
                   {"region", parts[3]},
                   {"accountId", parts[4]},
                   {"resourceId", context.arena->keep(std::move(resource))}};
  return context.arena->keep(std::move(record));
}

RuleValue of_document(model::Document document) {
  switch (document.kind()) {
    case model::Document::Kind::null:
      return {};
    case model::Document::Kind::boolean:
      return document.boolean();
    case model::Document::Kind::integer:
    case model::Document::Kind::number:
      return document.integer();
    case model::Document::Kind::string:
      return document.text();
    case model::Document::Kind::list:
    case model::Document::Kind::map:
      return document;
  }
  return {};
}

RuleValue partition(Arguments arguments, FunctionContext& context) {
  const auto* region = text_of(arguments[0]);
  const auto found = find_partition(context.partitions, region == nullptr ? "" : *region);
  const auto outputs = found.find("outputs");
  if (!outputs.is_map()) {
    return {};
  }
  Record record;
  record.fields.emplace_back("name", found.text("id"));
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    record.fields.emplace_back(outputs.key_at(i), of_document(outputs.at(i)));
  }
  return context.arena->keep(std::move(record));
}

RuleValue if_then_else(Arguments arguments, FunctionContext& /*context*/) {
  return flag_of(arguments[0]) ? arguments[1] : arguments[2];
}

RuleValue coalesce(Arguments arguments, FunctionContext& /*context*/) {
  const auto* found = std::find_if(arguments.data(), arguments.data() + arguments.size(), is_set);
  return found == arguments.data() + arguments.size() ? RuleValue() : *found;
}

RuleValue split_function(Arguments arguments, FunctionContext& context) {
  const auto* text = text_of(arguments[0]);
  const auto* delimiter = text_of(arguments[1]);
  if (text == nullptr || delimiter == nullptr || delimiter->empty()) {
    return {};
  }
  const std::int64_t limit = number_of(arguments[2]);  // 0: no limit
  StringList parts;
  std::string_view rest = *text;
  for (auto end = rest.find(*delimiter);
       end != std::string_view::npos &&
       (limit <= 0 || static_cast<std::int64_t>(parts.size()) + 1 < limit);
       end = rest.find(*delimiter)) {
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(end + delimiter->size());
  }
  parts.push_back(rest);
  return context.arena->keep(std::move(parts));
}

struct Function {
  std::string_view name;
  std::size_t arity;  ///< 0: any number
  RuleValue (*call)(Arguments, FunctionContext&);
};

/// Most frequent first.
constexpr std::array k_functions = {
    Function{"booleanEquals", 2, boolean_equals},
    Function{"getAttr", 2, get_attr},
    Function{"isSet", 1, is_set_function},
    Function{"stringEquals", 2, string_equals},
    Function{"aws.partition", 1, partition},
    Function{"not", 1, not_function},
    Function{"substring", 4, substring},
    Function{"parseURL", 1, parse_url_function},
    Function{"isValidHostLabel", 2, valid_host_label},
    Function{"aws.parseArn", 1, parse_arn},
    Function{"aws.isVirtualHostableS3Bucket", 2, virtual_hostable_bucket},
    Function{"uriEncode", 1, uri_encode},
    Function{"ite", 3, if_then_else},
    Function{"coalesce", 0, coalesce},
    Function{"split", 3, split_function},
};

RuleValue element(const RuleValue& value, std::int64_t index) {
  if (const auto* list = std::get_if<const StringList*>(&value)) {
    const auto size = static_cast<std::int64_t>((*list)->size());
    index += index < 0 ? size : 0;
    return index < 0 || index >= size ? RuleValue() : (**list)[static_cast<std::size_t>(index)];
  }
  if (const auto* document = std::get_if<model::Document>(&value)) {
    const auto size = static_cast<std::int64_t>(document->size());
    index += index < 0 ? size : 0;
    return document->is_list() && index >= 0 && index < size
               ? of_document(document->at(static_cast<std::uint32_t>(index)))
               : RuleValue();
  }
  return {};
}

RuleValue member(const RuleValue& value, std::string_view name) {
  if (const auto* record = std::get_if<const Record*>(&value)) {
    return (*record)->find(name);
  }
  if (const auto* document = std::get_if<model::Document>(&value)) {
    return of_document(document->find(name));
  }
  return {};
}

/// One step of a path: "name", "name[1]" or "[1]".
RuleValue follow(RuleValue value, std::string_view part) {
  const auto bracket = part.find('[');
  if (bracket != 0) {
    value = member(value, part.substr(0, bracket));
  }
  if (bracket == std::string_view::npos) {
    return value;
  }
  std::int64_t index = 0;
  const char* begin = part.data() + bracket + 1;
  const char* end = part.data() + part.size();
  const auto [stop, failure] = std::from_chars(begin, end, index);
  return failure == std::errc() && stop != end && *stop == ']' ? element(value, index)
                                                               : RuleValue();
}

}  // namespace

RuleValue call_function(std::string_view name, Arguments arguments, FunctionContext& context) {
  for (const auto& function : k_functions) {
    if (function.name == name) {
      if (function.arity != 0 && function.arity != arguments.size()) {
        context.error = concat("The function ", name, " takes ", function.arity, " arguments.");
        return {};
      }
      return function.call(arguments, context);
    }
  }
  context.error = concat("Unknown function of an endpoint rule set: ", name);
  return {};
}

RuleValue get_attribute(const RuleValue& value, std::string_view path) {
  RuleValue current = value;
  while (is_set(current)) {
    const auto dot = path.find('.');
    current = follow(current, path.substr(0, dot));
    if (dot == std::string_view::npos) {
      break;
    }
    path.remove_prefix(dot + 1);
  }
  return current;
}

model::Document find_partition(model::Document partitions, std::string_view region) {
  const auto list = partitions.find("partitions");
  for (std::uint32_t i = 0; !region.empty() && i < list.size(); ++i) {
    const auto candidate = list.at(i);
    if (region_matches(candidate.text("regionRegex"), region) ||
        !candidate.find("regions").find(region).is_null()) {
      return candidate;
    }
  }
  return list.at(0);
}

}  // namespace virga::endpoint
