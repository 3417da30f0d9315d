// SPDX-License-Identifier: Apache-2.0
#include "endpoint/regions.hpp"

#include <array>
#include <optional>

#include "base/strings.hpp"
#include "endpoint/endpoint.hpp"
#include "endpoint/rules/region_pattern.hpp"

namespace virga::endpoint {
namespace {

using model::Document;

bool has_tag(Document tags, std::string_view tag) {
  for (std::uint32_t i = 0; i < tags.size(); ++i) {
    if (tags.at(i).text() == tag) {
      return true;
    }
  }
  return false;
}

/// The variant of an entry for exactly the wanted tags; null if there is none.
Document variant_of(Document entry, const RegionQuery& query) {
  const auto variants = entry.find("variants");
  for (std::uint32_t i = 0; i < variants.size(); ++i) {
    const auto tags = variants.at(i).find("tags");
    if (has_tag(tags, "fips") == query.use_fips &&
        has_tag(tags, "dualstack") == query.use_dual_stack) {
      return variants.at(i);
    }
  }
  return {};
}

/// The sources of an endpoint's properties, most specific first.
class Layers {
 public:
  void add(Document layer) {
    if (!layer.is_null() && count_ < layers_.size()) {
      layers_[count_++] = layer;
    }
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }

  [[nodiscard]] Document find(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (const auto value = layers_[i].find(name); !value.is_null()) {
        return value;
      }
    }
    return {};
  }

 private:
  std::array<Document, 6> layers_;
  std::size_t count_ = 0;
};

std::string expand(std::string_view pattern,
                   const RegionQuery& query,
                   std::string_view name,
                   std::string_view suffix) {
  std::string text = replace_all(pattern, "{service}", query.endpoint_prefix);
  text = replace_all(text, "{region}", name);
  return replace_all(text, "{dnsSuffix}", suffix);
}

Error variant_error(const RegionQuery& query) {
  std::string tags = query.use_dual_stack ? "'dualstack'" : "";
  if (query.use_fips) {
    append(tags, tags.empty() ? "" : ", ", "'fips'");
  }
  return {
      ErrorCode::general,
      concat("Unable to construct a modeled endpoint with the following variant(s) [", tags, "]: "),
      std::nullopt,
      NetworkFailure::none};
}

Result<RegionalEndpoint> build(Document partition,
                               Document service,
                               std::string_view name,
                               const RegionQuery& query) {
  const auto entry = service.find("endpoints").find(name);
  const auto service_defaults = service.find("defaults");
  const auto partition_defaults = partition.find("defaults");
  Layers layers;
  if (query.use_fips || query.use_dual_stack) {
    layers.add(variant_of(entry, query));
    layers.add(variant_of(service_defaults, query));
    layers.add(variant_of(partition_defaults, query));
    if (layers.empty()) {
      return fail(variant_error(query));
    }
  }
  layers.add(entry);
  // A suffix is a matter of the variant or the entry; the defaults' is the partition's.
  auto suffix = layers.find("dnsSuffix");
  suffix = suffix.is_null() ? partition.find("dnsSuffix") : suffix;
  layers.add(service_defaults);
  layers.add(partition_defaults);

  RegionalEndpoint result;
  result.partition = partition.text("partition");
  result.name = name;
  result.hostname = expand(layers.find("hostname").text(), query, name, suffix.text());
  result.ssl_common_name = expand(layers.find("sslCommonName").text(), query, name, suffix.text());
  const auto scope = layers.find("credentialScope");
  result.credential_region = scope.text("region");
  result.credential_service = scope.text("service");
  result.signature_versions = layers.find("signatureVersions");
  result.https = has_tag(layers.find("protocols"), "https");
  return result;
}

bool matches(Document partition, std::string_view region) {
  return !partition.find("regions").find(region).is_null() ||
         region_matches(partition.text("regionRegex"), region);
}

/// The endpoint in this partition; none if the region is not one of its regions.
Result<std::optional<RegionalEndpoint>> in_partition(Document partition,
                                                     const RegionQuery& query,
                                                     bool any_region) {
  const auto service = partition.find("services").find(query.endpoint_prefix);
  const auto own_endpoint = service.text("partitionEndpoint");
  std::string_view name = query.region;
  if (name.empty()) {
    if (own_endpoint.empty()) {
      return fail(no_region_error());
    }
    name = own_endpoint;
  }
  if (service.find("endpoints").find(name).is_null()) {
    if (!any_region && !matches(partition, name)) {
      return std::optional<RegionalEndpoint>();
    }
    const auto regionalized = service.find("isRegionalized");
    if (!own_endpoint.empty() && !regionalized.is_null() && !regionalized.boolean()) {
      name = own_endpoint;
    }
  }
  VIRGA_TRY_ASSIGN(RegionalEndpoint found, build(partition, service, name, query));
  return std::optional(std::move(found));
}

}  // namespace

Result<RegionalEndpoint> find_regional_endpoint(Document endpoints, const RegionQuery& asked) {
  RegionQuery query = asked;
  if (query.endpoint_prefix == "s3" && query.use_dual_stack && query.region.empty()) {
    query.region = "us-east-1";
  }
  const auto partitions = endpoints.find("partitions");
  Document fallback;
  for (std::uint32_t i = 0; i < partitions.size(); ++i) {
    const auto partition = partitions.at(i);
    const auto name = partition.text("partition");
    fallback = name == "aws" ? partition : fallback;
    if (query.use_dual_stack && (name == "aws-iso" || name == "aws-iso-b")) {
      continue;
    }
    VIRGA_TRY_ASSIGN(auto found, in_partition(partition, query, false));
    if (found) {
      return std::move(*found);
    }
  }
  if (fallback.is_null()) {
    return fail(ErrorCode::general,
                concat("Unable to construct an endpoint for ",
                       query.endpoint_prefix,
                       " in region ",
                       query.region));
  }
  VIRGA_TRY_ASSIGN(auto found, in_partition(fallback, query, true));
  return std::move(found).value_or(RegionalEndpoint());
}

bool lists_region(Document endpoints,
                  std::string_view partition,
                  std::string_view endpoint_prefix,
                  std::string_view region) {
  const auto partitions = endpoints.find("partitions");
  for (std::uint32_t i = 0; i < partitions.size(); ++i) {
    const auto candidate = partitions.at(i);
    if (candidate.text("partition") == partition) {
      const auto service = candidate.find("services").find(endpoint_prefix);
      return !service.find("endpoints").find(region).is_null() &&
             !candidate.find("regions").find(region).is_null();
    }
  }
  return false;
}

}  // namespace virga::endpoint
