// SPDX-License-Identifier: Apache-2.0
#include "commands/places.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fnmatch.h>

#include "base/strings.hpp"
#include "cli/session_parts.hpp"

namespace virga::commands {
namespace {

using Names = std::vector<std::string>;

/// Where those are asked who have not configured a region.
constexpr std::string_view k_default_region = "us-east-1";

bool is_pattern(std::string_view word) {
  return word == "all" || word.find_first_of("*?[") != std::string_view::npos;
}

bool needs_all(const std::optional<std::string>& words) {
  if (!words) {
    return false;
  }
  const auto parts = split(*words, ',');
  return std::any_of(parts.begin(), parts.end(), [](auto part) { return is_pattern(trim(part)); });
}

/// The words with patterns replaced by what of `all` they match; each name once, in this order.
Result<Names> expand(std::string_view option, const std::string& words, const Names& all) {
  Names out;
  std::set<std::string, std::less<>> seen;
  const auto add = [&](const std::string& name) {
    if (seen.insert(name).second) {
      out.push_back(name);
    }
  };
  for (const auto part : split(words, ',')) {
    const std::string word(trim(part));
    if (word.empty()) {
      return fail(ErrorCode::usage,
                  concat("Bad value for --", option, " \"", words, "\": a name is missing."));
    }
    if (!is_pattern(word)) {
      add(word);
      continue;
    }
    bool matched = false;
    for (const auto& name : all) {
      if (word == "all" || fnmatch(word.c_str(), name.c_str(), 0) == 0) {
        add(name);
        matched = true;
      }
    }
    if (!matched) {
      return fail(ErrorCode::usage, concat("--", option, ": nothing matches \"", word, "\"."));
    }
  }
  return out;
}

/// The partition of endpoints.json that has the region; the first one ("aws") for any other.
model::Document partition_of(const model::Catalog& catalog, std::string_view region) {
  const auto partitions = catalog.endpoints().find("partitions");
  for (std::uint32_t i = 0; i < partitions.size(); ++i) {
    if (!partitions.at(i).find("regions").find(region).is_null()) {
      return partitions.at(i);
    }
  }
  return partitions.at(0);
}

Names keys_of(const model::Document& map) {
  Names out;
  for (std::uint32_t i = 0; i < map.size(); ++i) {
    out.emplace_back(map.key_at(i));
  }
  return out;
}

/// The regions that EC2 lists as enabled; none if it does not answer.
std::optional<Names> ask_enabled_regions(const model::Catalog& catalog, PooledSession& session) {
  const auto ec2 = catalog.find_service("ec2");
  const auto operation = ec2 ? ec2->find_operation("DescribeRegions") : std::nullopt;
  if (!operation) {
    return std::nullopt;
  }
  const auto page = session.session->call(engine::Call{*operation});
  const auto* regions = page ? page->output.find("Regions") : nullptr;
  if (regions == nullptr || !regions->is_list()) {
    return std::nullopt;
  }
  Names out;
  for (const auto& region : *regions->as_list()) {
    out.emplace_back(region.text("RegionName"));
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// What "all" stands for.
Names all_regions(const model::Service& service,
                  const model::Catalog& catalog,
                  const std::string& region,
                  PooledSession& session) {
  const auto partition = partition_of(catalog, region);
  const auto listed = partition.find("services").find(service.metadata("endpointPrefix"));
  const auto regionalized = listed.find("isRegionalized");
  if (!regionalized.is_null() && !regionalized.boolean()) {
    // Without a configured one, the region that such a service's calls are signed for.
    const auto endpoint = listed.find("endpoints").find(listed.text("partitionEndpoint"));
    const auto scope = endpoint.find("credentialScope").text("region");
    return {!region.empty() ? region : std::string(scope.empty() ? k_default_region : scope)};
  }
  Names known = keys_of(partition.find("regions"));
  const auto endpoints = listed.find("endpoints");
  if (endpoints.size() > 0) {
    std::erase_if(known, [&](const auto& name) { return endpoints.find(name).is_null(); });
  }
  const auto enabled = ask_enabled_regions(catalog, session);
  if (!enabled) {
    return known;
  }
  if (endpoints.size() == 0) {
    return *enabled;  // a service that is younger than the list
  }
  Names out;
  std::set_intersection(
      known.begin(), known.end(), enabled->begin(), enabled->end(), std::back_inserter(out));
  return out.empty() ? *enabled : out;
}

}  // namespace

Result<std::vector<Place>> find_places(const cli::YieldingOptions& wanted,
                                       const model::Service& service,
                                       const model::Catalog& catalog,
                                       SessionPool& sessions,
                                       Context& context) {
  std::vector<std::optional<std::string>> profiles = {std::nullopt};
  if (wanted.profiles) {
    VIRGA_TRY_ASSIGN(const auto* const known, context.settings.profiles());
    VIRGA_TRY_ASSIGN(const auto names, expand("profiles", *wanted.profiles, known->names()));
    profiles.assign(names.begin(), names.end());
  }
  std::vector<Place> out;
  for (const auto& profile : profiles) {
    cli::GlobalOptions globals = context.globals;
    if (profile) {
      globals.profile = profile;
    }
    config::Settings settings = context.settings;
    cli::apply_globals(globals, settings);
    auto region = settings.text(config::Setting::region);
    if (!wanted.regions || !region) {  // a profile that fails does so in its place
      out.push_back({std::move(globals), region ? region->value_or("") : "", profile});
      continue;
    }
    Names all;
    if (needs_all(wanted.regions)) {
      cli::GlobalOptions asks = globals;
      if (!*region) {
        asks.region.emplace(k_default_region);
      }
      auto session = sessions.get(asks);
      if (!session) {
        out.push_back({std::move(globals), "", profile});
        continue;
      }
      all = all_regions(service, catalog, region->value_or(""), **session);
    }
    VIRGA_TRY_ASSIGN(const auto names, expand("regions", *wanted.regions, all));
    for (const auto& name : names) {
      globals.region = name;
      out.push_back({globals, name, profile});
    }
  }
  return out;
}

}  // namespace virga::commands
