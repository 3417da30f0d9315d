// SPDX-License-Identifier: Apache-2.0
#include "engine/cacheable.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/strings.hpp"
#include "cache/invalidation.hpp"

namespace virga::engine {
namespace {

using model::Member;
using model::Shape;
using model::ShapeFlag;
using model::ShapeKind;

constexpr std::string_view k_sensitive_output =
    "the model calls a member of the answer sensitive, or its name says so";
constexpr std::string_view k_sensitive_input =
    "the model calls a member of the request sensitive, and an entry shows its request";

/// Ends of names of texts that give access. Without case.
constexpr std::array<std::string_view, 22> k_secret_ends = {
    "password",     "secretaccesskey", "clientsecret", "secrettoken", "sessiontoken",
    "accesstoken",  "authtoken",       "privatekey",   "userdata",    "userdataoverride",
    "passphrase",   "sharedsecret",    "downloadurl",  "uploadurl",   "embedurl",
    "presignedurl", "presigneds3url",  "signedurl",    "plaintext",   "authorizationtoken",
    "billingtoken", "presignedlogurl"};

/// Names of lists and maps in which secrets are commonly put.
constexpr std::array<std::string_view, 2> k_secret_blocks = {"environment", "environmentvariables"};

/// A structure of more shapes than any model has is a damaged one.
constexpr std::size_t k_most_shapes = 20000;

bool is_secret_by_name(const Member& member) {
  const std::string name = to_lower(member.name());
  switch (member.shape().kind()) {
    case ShapeKind::string:
    case ShapeKind::blob:
      return std::any_of(k_secret_ends.begin(), k_secret_ends.end(), [&](std::string_view end) {
        return name.ends_with(end);
      });
    case ShapeKind::list:
    case ShapeKind::map:
      return std::find(k_secret_blocks.begin(), k_secret_blocks.end(), name) !=
             k_secret_blocks.end();
    default:
      return false;
  }
}

enum class ByName { yes, no };

/// The first sensitive member in or below the shape. Iterative: shapes may nest deeply.
std::optional<std::string_view> sensitive_member(const Shape& root, ByName by_name) {
  if (root.has(ShapeFlag::sensitive)) {
    return root.name();
  }
  std::unordered_set<std::uint32_t> seen{root.index()};
  std::vector<Shape> waiting{root};
  std::optional<std::string_view> found;
  const auto look_at = [&](const Member& member, std::string_view name) {
    const Shape shape = member.shape();
    if (shape.has(ShapeFlag::sensitive) || (by_name == ByName::yes && is_secret_by_name(member))) {
      found = name;
    } else if (seen.insert(shape.index()).second) {
      waiting.push_back(shape);
    }
  };
  while (!waiting.empty() && !found && seen.size() < k_most_shapes) {
    const Shape shape = waiting.back();
    waiting.pop_back();
    if (shape.is_structure()) {
      for (std::uint32_t i = 0; i < shape.member_count() && !found; ++i) {
        look_at(shape.member(i), shape.member(i).name());
      }
    } else if (shape.kind() == ShapeKind::list) {
      look_at(shape.element(), shape.name());
    } else if (shape.kind() == ShapeKind::map) {
      look_at(shape.key(), shape.name());
      if (!found) {
        look_at(shape.value(), shape.name());
      }
    }
  }
  return seen.size() < k_most_shapes ? found : root.name();
}

/// The member that makes an operation a write: AWS remembers calls by such tokens.
std::optional<std::string_view> idempotency_token(const Shape& input) {
  for (std::uint32_t i = 0; i < input.member_count(); ++i) {
    if (input.member(i).has(model::MemberFlag::idempotency_token)) {
      return input.member(i).name();
    }
  }
  return std::nullopt;
}

bool is_unsigned(const model::Operation& operation) {
  const auto is_bearer = [](std::string_view scheme) {
    return scheme == "none" || scheme == "bearer";
  };
  if (is_bearer(operation.auth_type()) ||
      is_bearer(operation.service().metadata("signatureVersion"))) {
    return true;
  }
  const auto auth = operation.trait("auth");
  return auth.size() == 1 && !auth.at(0).text().starts_with("aws.auth#sigv4");
}

bool is_raw_body(const Shape& output) {
  const auto payload = output.payload();
  const auto member = payload.empty() ? std::nullopt : output.find_member(payload);
  return member && member->shape().kind() == ShapeKind::blob;
}

}  // namespace

bool is_read(const model::Operation& operation) {
  const auto service = operation.service().name();
  return !cache::is_write(service, operation.name()) &&
         cache::TtlRules().find(service, operation.name()).scope != cache::TtlScope::effect;
}

std::optional<KeepObstacle> effect_obstacle(const model::Operation& operation) {
  const auto method = operation.method();
  if (method != "GET" && method != "HEAD" && method != "POST") {
    return KeepObstacle{"its HTTP method is that of a write", {}};
  }
  const auto input = operation.input();
  if (input) {
    if (const auto token = idempotency_token(*input)) {
      return KeepObstacle{"a call with an idempotency token is a write", *token};
    }
  }
  const auto output = operation.output();
  if (operation.streaming_output() || operation.event_stream_output() ||
      operation.event_stream_input() || (output && is_raw_body(*output))) {
    return KeepObstacle{"the answer is a stream of bytes or events", {}};
  }
  if (is_unsigned(operation)) {
    return KeepObstacle{"no signature says who asks", {}};
  }
  return std::nullopt;
}

std::optional<KeepObstacle> secret_obstacle(const model::Operation& operation) {
  if (const auto output = operation.output()) {
    if (const auto member = sensitive_member(*output, ByName::yes)) {
      return KeepObstacle{k_sensitive_output, *member};
    }
  }
  if (const auto input = operation.input()) {
    if (const auto member = sensitive_member(*input, ByName::no)) {
      return KeepObstacle{k_sensitive_input, *member};
    }
  }
  return std::nullopt;
}

namespace {

cache::TtlRule not_kept(cache::TtlScope scope, const KeepObstacle& obstacle) {
  return {std::chrono::seconds(0), scope, obstacle.reason, obstacle.member, false};
}

}  // namespace

cache::TtlRule rule_before_secrets(const cache::TtlRules& rules,
                                   const model::Operation& operation) {
  const cache::TtlRule rule = rules.find(operation.service().name(), operation.name());
  // Names decide most.
  if (!rule.is_read()) {
    return rule;
  }
  if (const auto obstacle = effect_obstacle(operation)) {
    return not_kept(cache::TtlScope::effect, *obstacle);
  }
  return rule;
}

cache::TtlRule ttl_rule(const cache::TtlRules& rules, const model::Operation& operation) {
  const cache::TtlRule rule = rule_before_secrets(rules, operation);
  if (!rule.is_read()) {
    return rule;
  }
  if (const auto obstacle = secret_obstacle(operation)) {
    return not_kept(cache::TtlScope::secret, *obstacle);
  }
  return rule;
}

}  // namespace virga::engine
