// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"

// Source: awscli/customizations/cloudfront.py.
namespace virga::cli::customizations {
namespace {

Map map_of(std::initializer_list<std::pair<std::string_view, Value>> entries) {
  Map map;
  for (const auto& [key, value] : entries) {
    map.append(std::string(key), value);
  }
  return map;
}

/// cli-1700000000-123456
std::string unique_string(std::string_view prefix, const World& world) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(world.clock.now().time_since_epoch())
          .count();
  const auto number = 1 + static_cast<std::int64_t>(world.random.uniform() * 1000000.0);
  return concat(prefix, "-", std::int64_t{seconds}, "-", number);
}

Status apply_paths(const Argument&, const std::vector<std::string>& words, ApplyContext& context) {
  List items(words.begin(), words.end());
  const auto quantity = static_cast<std::int64_t>(items.size());
  context.call.params.set(
      "InvalidationBatch",
      map_of({{"CallerReference", unique_string("cli", context.world)},
              {"Paths", map_of({{"Quantity", quantity}, {"Items", std::move(items)}})}}));
  return {};
}

/// The configuration, filled with the least that the service takes.
Map& distribution_config(ApplyContext& context) {
  auto& params = context.call.params;
  if (auto* existing = params.find("DistributionConfig");
      existing != nullptr && existing->as_map() != nullptr) {
    return *existing->as_map();
  }
  const auto cookies = map_of({{"Forward", "none"}});
  auto behavior =
      map_of({{"TargetOriginId", "placeholder"},
              {"ForwardedValues", map_of({{"QueryString", false}, {"Cookies", cookies}})},
              {"TrustedSigners", map_of({{"Enabled", false}, {"Quantity", 0}})},
              {"ViewerProtocolPolicy", "allow-all"},
              {"MinTTL", 0}});
  return *params
              .set("DistributionConfig",
                   map_of({{"CallerReference", unique_string("cli", context.world)},
                           {"Origins", map_of({{"Quantity", 0}, {"Items", List()}})},
                           {"DefaultCacheBehavior", std::move(behavior)},
                           {"Enabled", true},
                           {"Comment", ""}}))
              .as_map();
}

Status apply_origin(const Argument& argument,
                    const std::vector<std::string>& words,
                    ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto domain, context.text_of(argument, words.front()));
  auto& config = distribution_config(context);
  const auto id = unique_string(domain, context.world);
  auto origin = map_of({{"Id", id}, {"DomainName", domain}, {"OriginPath", ""}});
  if (domain.ends_with(".s3.amazonaws.com")) {
    origin.append("S3OriginConfig", map_of({{"OriginAccessIdentity", ""}}));
  } else {
    origin.append(
        "CustomOriginConfig",
        map_of({{"HTTPPort", 80}, {"HTTPSPort", 443}, {"OriginProtocolPolicy", "http-only"}}));
  }
  config.set("Origins", map_of({{"Quantity", 1}, {"Items", List{Value(std::move(origin))}}}));
  map_parameter(config, "DefaultCacheBehavior").set("TargetOriginId", id);
  return {};
}

Status apply_root_object(const Argument& argument,
                         const std::vector<std::string>& words,
                         ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto object, context.text_of(argument, words.front()));
  distribution_config(context).set("DefaultRootObject", std::move(object));
  return {};
}

Status apply_new_root_object(const Argument& argument,
                             const std::vector<std::string>& words,
                             ApplyContext& context) {
  VIRGA_TRY_ASSIGN(context.call.new_root_object, context.text_of(argument, words.front()));
  return {};
}

}  // namespace

void add_paths(ArgumentTable& table, const model::Operation&) {
  table.set_required("invalidation-batch", false);
  table.set(option("paths", apply_paths)).arity = Arity::at_least_one;
}

void add_distribution_options(ArgumentTable& table, const model::Operation&) {
  table.set_required("distribution-config", false);
  table.set(option("origin-domain-name", apply_origin));
  table.set(option("default-root-object", apply_root_object));
}

void add_root_object(ArgumentTable& table, const model::Operation&) {
  table.set_required("distribution-config", false);
  table.set(option("default-root-object", apply_new_root_object));
}

Status check_paths(const ArgumentTable&, const GivenArguments& given, Invocation&) {
  return exclusive(given, {{"invalidation-batch"}, {"paths"}});
}

Status check_distribution(const ArgumentTable& table, const GivenArguments& given, Invocation&) {
  if (table.find("origin-domain-name") == nullptr) {
    return exclusive(given, {{"default-root-object"}, {"distribution-config"}});
  }
  return exclusive(given, {{"default-root-object", "origin-domain-name"}, {"distribution-config"}});
}

}  // namespace virga::cli::customizations
