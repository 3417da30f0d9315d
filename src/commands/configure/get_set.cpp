// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "commands/configure/configure.hpp"

namespace virga::commands {
namespace {

using config::Setting;

constexpr std::string_view k_plugins = "plugins";  // a section of its own, of no profile

std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> out;
  for (const auto part : split(name, '.')) {
    out.emplace_back(part);
  }
  return out;
}

/// A name of too few or too many parts.
tl::unexpected<Error> bad_name(const std::string& name) {
  return fail(ErrorCode::usage, concat("\"", name, "\" does not name a value of a configuration."));
}

/// What a name such as "profile.dev.s3.addressing_style" means.
struct Place {
  std::string profile;
  std::string key;
  std::string subkey;
};

Result<Place> place_of(const std::string& name,
                       std::string profile,
                       const std::vector<std::string>& parts,
                       std::size_t first) {
  if (parts.size() <= first || parts.size() > first + 2) {
    return bad_name(name);
  }
  return Place{std::move(profile), parts[first], parts.size() > first + 1 ? parts[first + 1] : ""};
}

const config::ConfigValue* value_of(const std::optional<config::Profile>& profile,
                                    std::string_view key) {
  return profile ? profile->find(key) : nullptr;
}

/// Prints the value; "no", without a word, if there is none.
Status print(const std::string* text, output::Writer& out) {
  if (text == nullptr) {
    return fail(ErrorCode::negative, "");
  }
  return out.write(*text + "\n");
}

Status print_plain(const std::string& name, Context& context) {
  VIRGA_TRY_ASSIGN(const config::Profile profile, context.settings.profile());
  const auto* value = profile.find(name);
  if (value != nullptr && value->block) {
    VIRGA_TRY(context.err.write(
        concat("varname (", name, ") must reference a value, not a section or sub-section.")));
    return fail(ErrorCode::negative, "");
  }
  return print(value == nullptr ? nullptr : &value->text, context.out);
}

/// The profile of a dotted name: named outright, by its first part, or the chosen one.
Result<Place> place_to_get(const std::string& name, const Context& context) {
  const auto parts = parts_of(name);
  if (parts.front() == "profile") {
    return parts.size() < 3 ? Result<Place>(bad_name(name)) : place_of(name, parts[1], parts, 2);
  }
  VIRGA_TRY_ASSIGN(const config::Profiles* profiles, context.settings.profiles());
  if (parts.front() == "default" || profiles->find(parts.front())) {
    return place_of(name, parts.front(), parts, 1);
  }
  return place_of(name, context.settings.profile_name(), parts, 0);
}

Result<Place> place_to_set(const std::string& name, const Context& context) {
  const auto parts = parts_of(name);
  if (parts.size() == 1) {
    return Place{context.settings.profile_name(), name, ""};
  }
  if (parts.front() == "default") {
    return place_of(name, "default", parts, 1);
  }
  if (parts.front() == "profile") {
    return parts.size() < 3 ? Result<Place>(bad_name(name)) : place_of(name, parts[1], parts, 2);
  }
  return place_of(name, context.settings.profile_name(), parts, 0);
}

}  // namespace

Status configure_get(const std::vector<std::string>& words, Context& context) {
  cli::ParserArgument name_argument{"varname"};
  name_argument.positional = name_argument.required = true;
  VIRGA_TRY_ASSIGN(const auto arguments, read_arguments(words, {&name_argument, 1}, context));
  const std::string& name = arguments.find("varname")->second;
  if (name.find('.') == std::string::npos) {
    return print_plain(name, context);
  }
  VIRGA_TRY_ASSIGN(const config::Profiles* profiles, context.settings.profiles());
  const auto parts = parts_of(name);
  if (parts.size() == 2 && parts.front() == k_plugins) {
    const auto* section = profiles->section(k_plugins);
    return print(section == nullptr ? nullptr : section->text(parts[1]), context.out);
  }
  VIRGA_TRY_ASSIGN(const Place place, place_to_get(name, context));
  const auto profile = profiles->find(place.profile);
  const auto* value = value_of(profile, place.key);
  if (!place.subkey.empty()) {
    return print(profile ? profile->text(place.key, place.subkey) : nullptr, context.out);
  }
  if (value != nullptr && value->block) {
    VIRGA_TRY(context.err.write(
        concat("varname (", name, ") must reference a value, not a section or sub-section.")));
    return fail(ErrorCode::negative, "");
  }
  return print(value == nullptr ? nullptr : &value->text, context.out);
}

Status configure_set(const std::vector<std::string>& words, Context& context) {
  cli::ParserArgument known[2] = {{"varname"}, {"value"}};
  for (auto& argument : known) {
    argument.positional = argument.required = true;
  }
  VIRGA_TRY_ASSIGN(const auto arguments, read_arguments(words, known, context, "value"));
  const std::string& name = arguments.find("varname")->second;
  const std::string& value = arguments.find("value")->second;
  const auto& settings = context.settings;
  const auto parts = parts_of(name);
  if (parts.size() == 2 && parts.front() == k_plugins) {
    return write_edits(context,
                       settings.path_of(Setting::config_file),
                       {{{"", std::string(k_plugins)}, parts[1], "", value}});
  }
  VIRGA_TRY_ASSIGN(Place place, place_to_set(name, context));
  const bool secret = place.key == "aws_access_key_id" || place.key == "aws_secret_access_key" ||
                      place.key == "aws_session_token" || place.key == "aws_security_token";
  config::ConfigEdit edit{
      secret ? config::SectionName{"", place.profile} : config::section_of_profile(place.profile),
      std::move(place.key),
      std::move(place.subkey),
      value};
  return write_edits(context,
                     settings.path_of(secret ? Setting::credentials_file : Setting::config_file),
                     {std::move(edit)});
}

Status configure_list_profiles(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY(read_arguments(words, {}, context));
  VIRGA_TRY_ASSIGN(const config::Profiles* profiles, context.settings.profiles());
  std::string out;
  for (const auto& name : profiles->names()) {
    append(out, name, '\n');
  }
  return context.out.write(out);
}

}  // namespace virga::commands
