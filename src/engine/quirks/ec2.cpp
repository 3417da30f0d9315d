// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/quirks/table.hpp"
#include "value/timestamp.hpp"

namespace virga::engine::quirks {
namespace {

// Older models call the filters "Filter" (botocore _add_parameter_aliases).
Status accept_filters(const model::Operation& operation, Map& params, QuirkContext&) {
  return rename_alias(operation, params, "Filters", "Filter");
}

// One instance unless said otherwise (awscli/customizations/ec2/addcount.py).
Status default_count(const model::Operation&, Map& params, QuirkContext&) {
  for (const char* name : {"MaxCount", "MinCount"}) {
    if (!params.contains(name)) {
      params.append(name, 1);
    }
  }
  return {};
}

/// Moves a member of the request into its first network interface.
void move_member(Map& params, std::string_view from, Map& interface, std::string_view to) {
  if (Value* value = params.find(from)) {
    interface.set(to, std::move(*value));
    params.erase(from);
  }
}

// With an address in the network interface, EC2 wants the subnet, groups and addresses there and
// not beside it (awscli/customizations/ec2/runinstances.py).
Status move_into_interface(const model::Operation&, Map& params, QuirkContext&) {
  Value* member = params.find("NetworkInterfaces");
  List* interfaces = member == nullptr ? nullptr : member->as_list();
  if (interfaces == nullptr || interfaces->empty() || !interfaces->front().is_map()) {
    return {};
  }
  // The interface is taken out while members move: moving one changes the map that holds it.
  Map interface = std::move(*interfaces->front().as_map());
  if (interface.contains("PrivateIpAddresses") ||
      interface.contains("SecondaryPrivateIpAddressCount") ||
      interface.contains("AssociatePublicIpAddress")) {
    move_member(params, "SubnetId", interface, "SubnetId");
    move_member(params, "SecurityGroupIds", interface, "Groups");
    if (Value* address = params.find("PrivateIpAddress")) {
      Map primary;
      primary.append("PrivateIpAddress", std::move(*address));
      primary.append("Primary", true);
      interface.set("PrivateIpAddresses", List{Value(std::move(primary))});
      params.erase("PrivateIpAddress");
    }
    move_member(params, "Ipv6AddressCount", interface, "Ipv6AddressCount");
    move_member(params, "Ipv6Addresses", interface, "Ipv6Addresses");
    move_member(params, "EnablePrimaryIpv6", interface, "PrimaryIpv6");
  }
  params.find("NetworkInterfaces")->as_list()->front() = Value(std::move(interface));
  return {};
}

// The service knows protocols by number only (awscli/customizations/ec2/protocolarg.py).
Status number_protocol(const model::Operation&, Map& params, QuirkContext&) {
  Value* member = params.find("Protocol");
  const std::string* name = member == nullptr ? nullptr : member->as_string();
  if (name == nullptr) {
    return {};
  }

  struct Protocol {
    std::string_view name;
    std::string_view number;
  };

  for (const Protocol& protocol : {Protocol{"tcp", "6"},
                                   Protocol{"udp", "17"},
                                   Protocol{"icmp", "1"},
                                   Protocol{"all", "-1"}}) {
    if (*name == protocol.name) {
      *member = Value(protocol.number);
      break;
    }
  }
  return {};
}

/// A policy that lets EC2 write the bundle during the next 24 hours.
std::string bundle_policy(std::string_view bucket, std::string_view prefix, TimePoint now) {
  const auto at = now + std::chrono::hours(24);
  const Moment moment{at.time_since_epoch().count(), 0};
  std::string expires = format_iso8601({moment.seconds() * 1'000'000, 0});
  expires.pop_back();  // the Z comes after the microseconds
  std::string fraction = concat(moment.fraction());
  fraction.insert(0, 6 - fraction.size(), '0');
  return concat(R"({"expiration": ")",
                expires,
                ".",
                fraction,
                R"(Z","conditions": [{"bucket": ")",
                bucket,
                R"("},{"acl": "ec2-bundle-read"},["starts-with", "$key", ")",
                prefix,
                R"("]]})");
}

/// RFC 2104 with SHA-1.
std::string hmac_sha1(std::string key, std::string_view message) {
  constexpr std::size_t k_block = 64;
  if (key.size() > k_block) {
    key = sha1(key);
  }
  key.resize(k_block, '\0');
  const auto masked = [&](unsigned mask) {
    std::string out = key;
    for (char& c : out) {
      c = static_cast<char>(static_cast<unsigned char>(c) ^ mask);
    }
    return out;
  };
  return sha1(masked(0x5C) + sha1(masked(0x36) + std::string(message)));
}

// What the user did not say of the bundle's place is made up here: the policy, and its signature by
// the secret key that --owner-sak gave as _SAK (awscli/customizations/ec2/bundleinstance.py).
Status complete_bundle(const model::Operation&, Map& params, QuirkContext& context) {
  Value* storage = params.find("Storage");
  Map* outer = storage == nullptr ? nullptr : storage->as_map();
  Value* place = outer == nullptr ? nullptr : outer->find("S3");
  Map* s3 = place == nullptr ? nullptr : place->as_map();
  if (s3 == nullptr) {
    return {};
  }
  const Value& view = *place;
  if (!s3->contains("UploadPolicy")) {
    const TimePoint now = context.clock == nullptr ? SystemClock().now() : context.clock->now();
    std::string policy = bundle_policy(view.text("Bucket"), view.text("Prefix"), now);
    s3->append("UploadPolicy", Blob{std::move(policy)});
  }
  const std::string* policy = bytes_of(s3->find("UploadPolicy"));
  const std::string secret(view.text("_SAK"));
  if (!s3->contains("UploadPolicySignature") && policy != nullptr && !policy->empty() &&
      !secret.empty()) {
    std::string signature = base64_encode(hmac_sha1(secret, base64_encode(*policy)));
    s3->append("UploadPolicySignature", std::move(signature));
    s3->erase("_SAK");
  }
  return {};
}

constexpr std::array<Row<InputQuirk>, 7> k_input{{
    {k_any, accept_filters},
    {"RunInstances", encode_user_data},
    {"RunInstances", default_count},
    {"RunInstances", move_into_interface},
    {"CreateNetworkAclEntry", number_protocol},
    {"ReplaceNetworkAclEntry", number_protocol},
    {"BundleInstance", complete_bundle},
}};
constexpr std::array<Row<RequestQuirk>, 1> k_request{{{"CopySnapshot", presign_ec2_copy}}};
constexpr std::array<Row<OutputQuirk>, 1> k_output{{{"GetConsoleOutput", decode_console_output}}};

}  // namespace

constinit const ServiceQuirks k_ec2{k_input, k_request, {}, k_output};

}  // namespace virga::engine::quirks
