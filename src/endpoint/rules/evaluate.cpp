// SPDX-License-Identifier: Apache-2.0
#include "endpoint/rules/evaluate.hpp"

#include <array>
#include <span>
#include <string>

#include "base/strings.hpp"
#include "endpoint/rules/functions.hpp"

namespace virga::endpoint {
namespace {

using model::Document;

// The deepest rule set of today has 10 levels and S3's longest evaluation some hundred conditions;
// a damaged pack can have cycles.
constexpr int k_max_depth = 64;
constexpr int k_max_steps = 100'000;
constexpr std::size_t k_max_arguments = 8;

enum class Outcome { no_match, match, failure };

class Evaluation {
 public:
  Evaluation(Document partitions, RuleParameters scope, Arena& arena) : scope_(std::move(scope)) {
    context_.partitions = partitions;
    context_.arena = &arena;
  }

  Outcome run(Document rules, int depth);

  Endpoint& endpoint() { return endpoint_; }

  std::string& error() { return context_.error; }

 private:
  [[nodiscard]] bool failed() const { return !context_.error.empty(); }

  void fail(std::string message) {
    if (!failed()) {
      context_.error =
          message.empty() ? "An endpoint rule failed without a message." : std::move(message);
    }
  }

  /// False, with an error, where the rule set is too much of something.
  bool spend(int depth) {
    if (++steps_ > k_max_steps || depth > k_max_depth) {
      fail("The endpoint rule set of the service is damaged: it does not come to an end.");
    }
    return !failed();
  }

  Outcome rule(Document rule, int depth);
  bool condition(Document condition, int depth);
  RuleValue call(Document function, int depth);
  RuleValue resolve(Document expression, int depth);
  void assign(std::string_view name, const RuleValue& value);
  [[nodiscard]] RuleValue variable(std::string_view name) const;
  std::string_view text(std::string_view pattern);
  void append_reference(std::string& out, std::string_view reference);
  void build(Document endpoint, int depth);
  void build_auth_scheme(Document scheme);
  Value property(Document property, int depth);

  RuleParameters scope_;
  FunctionContext context_;
  Endpoint endpoint_;
  int steps_ = 0;
};

Outcome Evaluation::run(Document rules, int depth) {
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    // What a rule assigns is not seen by its neighbours.
    const std::size_t mark = scope_.size();
    const Outcome outcome = rule(rules.at(i), depth);
    if (outcome != Outcome::no_match) {
      return outcome;
    }
    scope_.resize(mark);
  }
  return Outcome::no_match;
}

Outcome Evaluation::rule(Document rule, int depth) {
  if (!spend(depth)) {
    return Outcome::failure;
  }
  const auto conditions = rule.find("conditions");
  for (std::uint32_t i = 0; i < conditions.size(); ++i) {
    const bool holds = condition(conditions.at(i), depth);
    if (failed()) {
      return Outcome::failure;
    }
    if (!holds) {
      return Outcome::no_match;
    }
  }
  const auto type = rule.text("type");
  if (type == "tree") {
    return run(rule.find("rules"), depth + 1);
  }
  if (type == "endpoint") {
    build(rule.find("endpoint"), depth);
    return failed() ? Outcome::failure : Outcome::match;
  }
  if (type == "error") {
    const RuleValue message = resolve(rule.find("error"), depth);
    const auto* words = std::get_if<std::string_view>(&message);
    fail(words == nullptr ? "" : std::string(*words));
    return Outcome::failure;
  }
  fail(concat("Unknown rule type: ", type, ". A rule must be of type tree, endpoint or error."));
  return Outcome::failure;
}

bool Evaluation::condition(Document condition, int depth) {
  const RuleValue result = call(condition, depth);
  const auto* flag = std::get_if<bool>(&result);
  return is_set(result) && (flag == nullptr || *flag);
}

RuleValue Evaluation::call(Document function, int depth) {
  if (!spend(depth)) {
    return {};
  }
  const auto expressions = function.find("argv");
  const std::uint32_t count = expressions.size();
  std::array<RuleValue, k_max_arguments> arguments;
  if (count > arguments.size()) {
    fail("A function of the endpoint rule set has too many arguments.");
    return {};
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    arguments[i] = resolve(expressions.at(i), depth + 1);
  }
  if (failed()) {
    return {};
  }
  RuleValue result =
      call_function(function.text("fn"), std::span(arguments.data(), count), context_);
  if (const auto name = function.text("assign"); !name.empty() && !failed()) {
    assign(name, result);
  }
  return result;
}

void Evaluation::assign(std::string_view name, const RuleValue& value) {
  for (const auto& entry : scope_) {
    if (entry.first == name) {
      fail(concat(
          "Assignment ", name, " already exists in scoped variables and cannot be overwritten"));
      return;
    }
  }
  scope_.emplace_back(name, value);
}

RuleValue Evaluation::variable(std::string_view name) const {
  for (const auto& [key, value] : scope_) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

RuleValue Evaluation::resolve(Document expression, int depth) {
  switch (expression.kind()) {
    case Document::Kind::null:
      return {};
    case Document::Kind::boolean:
      return expression.boolean();
    case Document::Kind::integer:
    case Document::Kind::number:
      return expression.integer();
    case Document::Kind::string:
      return text(expression.text());
    case Document::Kind::list:
      return expression;
    case Document::Kind::map:
      break;
  }
  if (const auto name = expression.find("ref"); name.is_string()) {
    return variable(name.text());
  }
  return expression.find("fn").is_string() ? call(expression, depth + 1) : RuleValue(expression);
}

/// Fills in {Name} and {name#attribute}; "{{" and "}}" are braces.
std::string_view Evaluation::text(std::string_view pattern) {
  auto brace = pattern.find_first_of("{}");
  if (brace == std::string_view::npos) {
    return pattern;
  }
  std::string out;
  while (brace != std::string_view::npos && !failed()) {
    out.append(pattern.substr(0, brace));
    const char c = pattern[brace];
    pattern.remove_prefix(brace + 1);
    if (pattern.starts_with(c)) {
      out.push_back(c);
      pattern.remove_prefix(1);
    } else if (const auto end = pattern.find('}'); c == '{' && end != std::string_view::npos) {
      append_reference(out, pattern.substr(0, end));
      pattern.remove_prefix(end + 1);
    } else {
      out.push_back(c);
    }
    brace = pattern.find_first_of("{}");
  }
  out.append(pattern);
  if (out.size() > k_max_rule_text) {
    fail("A text of the endpoint rule set is too long.");
  }
  return context_.arena->keep(std::move(out));
}

void Evaluation::append_reference(std::string& out, std::string_view reference) {
  const auto hash = reference.find('#');
  RuleValue value = variable(reference.substr(0, hash));
  if (hash != std::string_view::npos) {
    value = get_attribute(value, reference.substr(hash + 1));
  }
  if (const auto* words = std::get_if<std::string_view>(&value)) {
    out.append(*words);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out.append(*flag ? "True" : "False");
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    append(out, *number);
  } else {
    fail(concat("The endpoint rule set refers to {", reference, "}, which has no value."));
  }
}

void Evaluation::build(Document endpoint, int depth) {
  const RuleValue url = resolve(endpoint.find("url"), depth);
  if (const auto* words = std::get_if<std::string_view>(&url)) {
    endpoint_.url = *words;
  } else {
    fail("The endpoint rule set gives no URL.");
  }
  const auto headers = endpoint.find("headers");
  for (std::uint32_t i = 0; i < headers.size(); ++i) {
    auto& header = endpoint_.headers.emplace_back(headers.key_at(i), std::vector<std::string>());
    const auto values = headers.at(i);
    for (std::uint32_t k = 0; k < values.size() && spend(depth); ++k) {
      const RuleValue value = resolve(values.at(k), depth);
      if (const auto* words = std::get_if<std::string_view>(&value)) {
        header.second.emplace_back(*words);
      }
    }
  }
  const auto properties = endpoint.find("properties");
  for (std::uint32_t i = 0; i < properties.size() && spend(depth); ++i) {
    const auto name = properties.key_at(i);
    const auto value = properties.at(i);
    if (name != "authSchemes") {
      endpoint_.properties.set(name, property(value, depth + 1));
      continue;
    }
    for (std::uint32_t k = 0; k < value.size() && spend(depth); ++k) {
      build_auth_scheme(value.at(k));
    }
  }
}

void Evaluation::build_auth_scheme(Document scheme) {
  AuthScheme result;
  result.name = text(scheme.text("name"));
  result.signing_name = text(scheme.text("signingName"));
  result.signing_region = text(scheme.text("signingRegion"));
  result.disable_double_encoding = scheme.find("disableDoubleEncoding").boolean();
  const auto regions = scheme.find("signingRegionSet");
  for (std::uint32_t i = 0; i < regions.size() && spend(0); ++i) {
    result.signing_region_set.emplace_back(text(regions.at(i).text()));
  }
  endpoint_.auth_schemes.push_back(std::move(result));
}

Value Evaluation::property(Document property, int depth) {
  if (!spend(depth)) {
    return {};
  }
  if (property.is_string()) {
    return text(property.text());
  }
  if (property.is_list()) {
    List list;
    for (std::uint32_t i = 0; i < property.size() && !failed(); ++i) {
      list.push_back(this->property(property.at(i), depth + 1));
    }
    return list;
  }
  if (property.is_map()) {
    Map map;
    for (std::uint32_t i = 0; i < property.size() && !failed(); ++i) {
      map.set(property.key_at(i), this->property(property.at(i), depth + 1));
    }
    return map;
  }
  return property.to_value();
}

const RuleValue* find(const RuleParameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name && is_set(value)) {
      return &value;
    }
  }
  return nullptr;
}

/// botocore's name of a parameter's type if the value is of another one.
std::string_view expected_type(std::string_view type, const RuleValue& value) {
  const std::string lower = to_lower(type);
  if (lower == "string") {
    return std::holds_alternative<std::string_view>(value) ? "" : "<class 'str'>";
  }
  if (lower == "boolean") {
    return std::holds_alternative<bool>(value) ? "" : "<class 'bool'>";
  }
  return std::holds_alternative<const StringList*>(value) ? "" : "<class 'tuple'>";
}

/// The defaults of a list parameter are read in place.
RuleValue default_of(Document specification, Arena& arena) {
  const auto value = specification.find("default");
  switch (value.kind()) {
    case Document::Kind::boolean:
      return value.boolean();
    case Document::Kind::string:
      return value.text();
    case Document::Kind::list: {
      StringList list;
      for (std::uint32_t i = 0; i < value.size(); ++i) {
        list.push_back(value.at(i).text());
      }
      return arena.keep(std::move(list));
    }
    default:
      return {};
  }
}

Result<RuleParameters> initial_scope(Document specifications,
                                     const RuleParameters& parameters,
                                     Arena& arena) {
  RuleParameters scope;
  scope.reserve(specifications.size() + 16U);
  for (std::uint32_t i = 0; i < specifications.size(); ++i) {
    const auto name = specifications.key_at(i);
    const auto specification = specifications.at(i);
    const RuleValue* given = find(parameters, name);
    if (given == nullptr) {
      const RuleValue value = default_of(specification, arena);
      if (is_set(value)) {
        scope.emplace_back(name, value);
      } else if (specification.find("required").boolean()) {
        return fail(ErrorCode::general, concat("Cannot find value for required parameter ", name));
      }
      continue;
    }
    if (const auto type = expected_type(specification.text("type"), *given); !type.empty()) {
      return fail(ErrorCode::general,
                  concat("Value (", name, ") is the wrong type. Must be ", type, "."));
    }
    scope.emplace_back(name, *given);
  }
  return scope;
}

std::string no_endpoint_message(const RuleParameters& parameters) {
  std::string message = "No endpoint found for parameters:";
  for (const auto& [name, value] : parameters) {
    append(message, '\n', name, ": ");
    if (const auto* words = std::get_if<std::string_view>(&value)) {
      message.append(*words);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      message.append(*flag ? "True" : "False");
    }
  }
  return message;
}

}  // namespace

Result<Endpoint> evaluate_rules(Document rule_set,
                                Document partitions,
                                const RuleParameters& parameters,
                                Arena& arena) {
  VIRGA_TRY_ASSIGN(RuleParameters scope,
                   initial_scope(rule_set.find("parameters"), parameters, arena));
  Evaluation evaluation(partitions, std::move(scope), arena);
  switch (evaluation.run(rule_set.find("rules"), 0)) {
    case Outcome::match:
      return std::move(evaluation.endpoint());
    case Outcome::failure:
      return fail(ErrorCode::general, std::move(evaluation.error()));
    case Outcome::no_match:
      break;
  }
  return fail(ErrorCode::general, no_endpoint_message(parameters));
}

}  // namespace virga::endpoint
