// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include <sys/stat.h>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"
#include "params/python_numbers.hpp"

// Source: awscli/customizations/ec2/ and toplevelbool.py.
namespace virga::cli::customizations {
namespace {

tl::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::validation, std::move(message));
}

std::optional<Value> integer(std::string_view text) { return params::read_python_int(text); }

Status apply_count(const Argument&, const std::vector<std::string>& words, ApplyContext& context) {
  const auto parts = split(words.front(), ':');
  const auto least = integer(parts.front());
  const auto most = integer(parts.back());
  if (!least || !most || parts.size() > 2) {
    return invalid("count parameter should be of form min[:max] (e.g. 1 or 1:10)");
  }
  context.call.params.set("MinCount", *least);
  context.call.params.set("MaxCount", *most);
  return {};
}

/// The network interface that the simple options describe.
Map& simple_interface(Map& params) {
  const bool is_new = params.find("NetworkInterfaces") == nullptr;
  auto& interface = first_element(params, "NetworkInterfaces");
  if (is_new) {
    interface.set("DeviceIndex", 0);
  }
  return interface;
}

Status apply_secondary_addresses(const Argument&,
                                 const std::vector<std::string>& words,
                                 ApplyContext& context) {
  if (words.empty()) {
    return {};
  }
  List addresses;
  for (const auto& word : words) {
    Map address;
    address.append("PrivateIpAddress", word);
    address.append("Primary", false);
    addresses.emplace_back(std::move(address));
  }
  auto& interface = simple_interface(context.call.params);
  if (!interface.contains("PrivateIpAddresses")) {
    interface.append("PrivateIpAddresses", std::move(addresses));
  }
  return {};
}

Status apply_secondary_count(const Argument&,
                             const std::vector<std::string>& words,
                             ApplyContext& context) {
  const auto count = integer(words.front());
  if (count && *count != Value(0)) {
    simple_interface(context.call.params).set("SecondaryPrivateIpAddressCount", *count);
  }
  return {};
}

Status apply_public_address(const Argument& argument,
                            const std::vector<std::string>&,
                            ApplyContext& context) {
  simple_interface(context.call.params).set("AssociatePublicIpAddress", argument.detail == "true");
  return {};
}

Map& permission(Map& params) { return first_element(params, "IpPermissions"); }

Status apply_protocol(const Argument& argument,
                      const std::vector<std::string>& words,
                      ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto text, context.text_of(argument, words.front()));
  if (text.empty()) {
    return {};
  }
  const bool is_name = text == "tcp" || text == "udp" || text == "icmp" || text == "all";
  const auto number = integer(text);
  const auto* small = number ? number->as_integer() : nullptr;
  if (!is_name && (small == nullptr || *small < -1 || *small > 255)) {
    return invalid(
        "protocol parameter should be one of: tcp|udp|icmp|all or any valid protocol number.");
  }
  permission(context.call.params)
      .set("IpProtocol", text == "all" ? Value("-1") : Value(std::move(text)));
  return {};
}

Status apply_port(const Argument& argument,
                  const std::vector<std::string>& words,
                  ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto text, context.text_of(argument, words.front()));
  if (text.empty()) {
    return {};
  }
  std::string_view from = text;
  std::string_view to = text;
  if (text == "-1" || text == "all") {
    from = to = "-1";
  } else if (const auto dash = text.find('-'); dash != std::string::npos) {
    from = std::string_view(text).substr(0, dash);
    to = std::string_view(text).substr(dash + 1);
  }
  const auto first = integer(from);
  const auto last = integer(to);
  if (!first || !last) {
    return invalid("port parameter should be of the form <from[-to]> (e.g. 22 or 22-25)");
  }
  permission(context.call.params).set("FromPort", *first);
  permission(context.call.params).set("ToPort", *last);
  return {};
}

Status apply_cidr(const Argument& argument,
                  const std::vector<std::string>& words,
                  ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto text, context.text_of(argument, words.front()));
  if (!text.empty()) {
    Map range;
    range.append("CidrIp", std::move(text));
    permission(context.call.params).set("IpRanges", List{Value(std::move(range))});
  }
  return {};
}

Status apply_group(const Argument& argument,
                   const std::vector<std::string>& words,
                   ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto text, context.text_of(argument, words.front()));
  if (!text.empty()) {
    const bool is_id = argument.name == "source-group" && text.starts_with("sg-");
    const auto key = argument.name == "group-owner" ? "UserId" : is_id ? "GroupId" : "GroupName";
    first_element(permission(context.call.params), "UserIdGroupPairs").set(key, std::move(text));
  }
  return {};
}

Status apply_bundle(const Argument& argument,
                    const std::vector<std::string>& words,
                    ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto text, context.text_of(argument, words.front()));
  if (!text.empty()) {
    map_parameter(map_parameter(context.call.params, "Storage"), "S3")
        .set(argument.target, std::move(text));
  }
  return {};
}

Status apply_launch_key(const Argument& argument,
                        const std::vector<std::string>& words,
                        ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto text, context.text_of(argument, words.front()));
  if (text.empty()) {
    return {};
  }
  auto path = config::expand_path(text, context.world.environment);
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return invalid(
        "priv-launch-key should be a path to the local SSH private key file used to launch the "
        "instance.");
  }
  context.call.post_actions.push_back({PostAction::Kind::decrypt_password, std::move(path)});
  return {};
}

Status apply_boolean_structure(const Argument& argument,
                               const std::vector<std::string>& words,
                               ApplyContext& context) {
  if (!words.empty()) {
    return apply_member(argument, words, context);
  }
  Map value;
  value.append("Value", argument.detail == "true");
  context.call.params.set(argument.target, std::move(value));
  return {};
}

/// {Value: boolean}
bool is_boolean_structure(const model::Shape& shape) {
  return shape.is_structure() && shape.member_count() == 1 && shape.member(0).name() == "Value" &&
         shape.member(0).shape().kind() == model::ShapeKind::boolean;
}

}  // namespace

void add_count(ArgumentTable& table, const model::Operation&) {
  table.set(option("count", apply_count));
  table.erase("min-count");
  table.erase("max-count");
}

void add_network_options(ArgumentTable& table, const model::Operation&) {
  table.set(option("secondary-private-ip-addresses", apply_secondary_addresses)).arity =
      Arity::any_number;
  table.set(option("secondary-private-ip-address-count", apply_secondary_count)).type =
      TextType::integer;
  table.set(option("associate-public-ip-address", apply_public_address, {}, "true")).arity =
      Arity::flag;
  auto& no = table.set(option("no-associate-public-ip-address", apply_public_address, {}, "false"));
  no.arity = Arity::flag;
}

void simplify_security_group(ArgumentTable& table, const model::Operation&) {
  table.set(option("protocol", apply_protocol));
  table.set(option("port", apply_port));
  table.set(option("cidr", apply_cidr));
  table.set(option("source-group", apply_group));
  table.set(option("group-owner", apply_group));
  for (const auto* name : {"ip-protocol",
                           "from-port",
                           "to-port",
                           "cidr-ip",
                           "source-security-group-name",
                           "source-security-group-owner-id"}) {
    table.hide(name);
  }
}

void add_bundle_options(ArgumentTable& table, const model::Operation&) {
  table.set_required("storage", false);
  table.set(option("bucket", apply_bundle, "Bucket"));
  table.set(option("prefix", apply_bundle, "Prefix"));
  table.set(option("owner-akid", apply_bundle, "AWSAccessKeyId"));
  table.set(option("owner-sak", apply_bundle, "_SAK"));
  table.set(option("policy", apply_bundle, "UploadPolicy"));
}

void add_launch_key(ArgumentTable& table, const model::Operation&) {
  table.set(option("priv-launch-key", apply_launch_key));
}

void pull_up_booleans(ArgumentTable& table, const model::Operation&) {
  const auto arguments = table.arguments();
  for (const auto& argument : arguments) {
    if (!argument.member || !is_boolean_structure(argument.member->shape())) {
      continue;
    }
    auto yes = argument;
    yes.arity = Arity::at_most_one;
    yes.required = false;
    yes.apply = apply_boolean_structure;
    yes.detail = "true";
    auto no =
        option(concat("no-", argument.name), apply_boolean_structure, argument.target, "false");
    no.arity = Arity::flag;
    table.set(std::move(yes));
    table.set(std::move(no));
  }
}

Status check_network_options(const ArgumentTable&, const GivenArguments& given, Invocation&) {
  if (!given.is_set("network-interfaces")) {
    return {};
  }
  for (const auto* name : {"secondary-private-ip-addresses",
                           "secondary-private-ip-address-count",
                           "associate-public-ip-address"}) {
    if (given.is_set(name)) {
      return invalid(
          "Mixing the --network-interfaces option with the simple, scalar options is not "
          "supported.");
    }
  }
  return {};
}

Status check_security_group(const ArgumentTable&, const GivenArguments& given, Invocation&) {
  if (!given.is_set("ip-permissions")) {
    return {};
  }
  for (const auto* name : {"protocol", "port", "cidr", "source-group", "group-owner"}) {
    if (given.is_set(name)) {
      return invalid(concat("The --",
                            replace_all(name, "-", "_"),
                            " option is not compatible with the --ip-permissions option "));
    }
  }
  return {};
}

Status check_bundle_options(const ArgumentTable&, const GivenArguments& given, Invocation&) {
  if (!given.is_set("storage")) {
    return {};
  }
  for (const auto* name : {"bucket", "prefix", "owner-akid", "owner-sak", "policy"}) {
    if (given.is_set(name)) {
      return invalid(
          "Mixing the --storage option with the simple, scalar options is not recommended.");
    }
  }
  return {};
}

Status check_boolean_pairs(const ArgumentTable& table, const GivenArguments& given, Invocation&) {
  for (const auto& [dest, words] : given.all()) {
    const auto* argument = table.find(dest);
    if (argument == nullptr || argument->apply != apply_boolean_structure ||
        argument->arity == Arity::flag) {
      continue;
    }
    const auto negative = concat("no-", dest);
    if (given.find(negative) != nullptr) {
      return invalid(concat(
          "Cannot specify both the \"--", dest, "\" option and the \"--", negative, "\" option."));
    }
  }
  return {};
}

}  // namespace virga::cli::customizations
