// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <utility>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"

// What the AWS CLI changes in ec2's parameters just before they are checked
// (before-parameter-build). Source:
// awscli/customizations/ec2/{addcount,runinstances,bundleinstance,protocolarg}.py.
namespace virga::cli::customizations {
namespace {

struct Move {
  std::string_view from;
  std::string_view to;
};

// Options of the instance that the service wants in the network interface when there is one.
constexpr std::array<Move, 5> k_moves = {{
    {"SubnetId", "SubnetId"},
    {"SecurityGroupIds", "Groups"},
    {"Ipv6AddressCount", "Ipv6AddressCount"},
    {"Ipv6Addresses", "Ipv6Addresses"},
    {"EnablePrimaryIpv6", "PrimaryIpv6"},
}};

void fill_interface(Map& params, Map& interface) {
  for (const auto& [from, to] : k_moves) {
    if (auto* value = params.find(from)) {
      interface.set(to, std::move(*value));
      params.erase(from);
    }
  }
  if (auto* address = params.find("PrivateIpAddress")) {
    Map primary;
    primary.append("PrivateIpAddress", std::move(*address));
    primary.append("Primary", true);
    interface.set("PrivateIpAddresses", List{Value(std::move(primary))});
    params.erase("PrivateIpAddress");
  }
}

/// 2024-05-01T12:00:00.000000Z
std::string iso_microseconds(TimePoint time) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): durations and calendar
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  const auto pad = [](std::int64_t number, std::size_t width) {
    auto digits = std::to_string(number);
    return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
  };
  return concat(pad(int{date.year()}, 4),
                "-",
                pad(unsigned{date.month()}, 2),
                "-",
                pad(unsigned{date.day()}, 2),
                "T",
                pad(clock.hours().count(), 2),
                ":",
                pad(clock.minutes().count(), 2),
                ":",
                pad(clock.seconds().count(), 2),
                ".",
                pad(clock.subseconds().count(), 6),
                "Z");
}

/// RFC 2104.
std::string hmac_sha1(std::string_view key, std::string_view message) {
  constexpr std::size_t k_block_bytes = 64;
  std::string padded = key.size() > k_block_bytes ? sha1(key) : std::string(key);
  padded.resize(k_block_bytes, '\0');
  std::string inner;
  std::string outer;
  for (const char c : padded) {
    inner += static_cast<char>(c ^ 0x36);
    outer += static_cast<char>(c ^ 0x5c);
  }
  return sha1(outer + sha1(inner.append(message)));
}

void sign_policy(Map& storage) {
  const auto* policy = storage.find("UploadPolicy");
  const auto* secret = storage.find("_SAK");
  if (policy == nullptr || secret == nullptr || policy->as_string() == nullptr ||
      secret->as_string() == nullptr) {
    return;
  }
  const auto encoded = base64_encode(*policy->as_string());
  auto signature = base64_encode(hmac_sha1(*secret->as_string(), encoded));
  storage.set("UploadPolicySignature", std::move(signature));
  storage.erase("_SAK");
}

}  // namespace

Status finish_run_instances(Invocation& call, const World&) {
  auto& params = call.params;
  for (const auto* name : {"MaxCount", "MinCount"}) {
    if (!params.contains(name)) {
      params.append(name, 1);
    }
  }
  auto* interfaces = params.find("NetworkInterfaces");
  auto* list = interfaces == nullptr ? nullptr : interfaces->as_list();
  auto* interface = list == nullptr || list->empty() ? nullptr : list->front().as_map();
  if (interface == nullptr) {
    return {};
  }
  for (const auto* name :
       {"PrivateIpAddresses", "SecondaryPrivateIpAddressCount", "AssociatePublicIpAddress"}) {
    if (interface->contains(name)) {
      // The parameters are moved around: `interface` may not be reached through them meanwhile.
      auto filled = std::move(*interface);
      fill_interface(params, filled);
      first_element(params, "NetworkInterfaces") = std::move(filled);
      break;
    }
  }
  return {};
}

Status finish_bundle_instance(Invocation& call, const World& world) {
  auto* storage = call.params.find("Storage");
  auto* s3 =
      storage == nullptr || storage->as_map() == nullptr ? nullptr : storage->as_map()->find("S3");
  if (s3 == nullptr || s3->as_map() == nullptr) {
    return fail(ErrorCode::validation, storage == nullptr ? "'Storage'" : "'S3'");
  }
  auto& map = *s3->as_map();
  if (!map.contains("UploadPolicy")) {
    map.append("UploadPolicy",
               concat("{\"expiration\": \"",
                      iso_microseconds(world.clock.now() + std::chrono::hours(24)),
                      "\",\"conditions\": [{\"bucket\": \"",
                      s3->text("Bucket"),
                      "\"},{\"acl\": \"ec2-bundle-read\"},[\"starts-with\", \"$key\", \"",
                      s3->text("Prefix"),
                      "\"]]}"));
  }
  if (!map.contains("UploadPolicySignature")) {
    sign_policy(map);
  }
  return {};
}

Status name_protocols(Invocation& call, const World&) {
  constexpr std::array<Move, 4> k_numbers = {
      {{"tcp", "6"}, {"udp", "17"}, {"icmp", "1"}, {"all", "-1"}}};
  if (auto* protocol = call.params.find("Protocol")) {
    for (const auto& [name, number] : k_numbers) {
      if (protocol->as_string() != nullptr && *protocol->as_string() == name) {
        *protocol = Value(number);
        break;
      }
    }
  }
  return {};
}

}  // namespace virga::cli::customizations
