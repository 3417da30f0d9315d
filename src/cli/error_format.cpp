// SPDX-License-Identifier: Apache-2.0
#include "cli/error_format.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/strings.hpp"
#include "cli/usage.hpp"
#include "output/python_scalar.hpp"
#include "value/binary.hpp"

namespace virga::cli {
namespace {

struct Name {
  std::string_view start;  ///< of the message
  std::string_view code;
};

/// Errors that have a name of their own in the AWS CLI; their texts are the AWS CLI's.
constexpr std::array<Name, 6> k_names = {{
    {"You must specify a region.", "NoRegion"},
    {"Unable to locate credentials.", "NoCredentials"},
    {"Partial credentials found", "PartialCredentials"},
    {"The config profile (", "ProfileNotFound"},
    {"Unable to redirect output to pager.", "Pager"},
    {"Waiter ", "Waiter"},
}};

/// botocore's exceptions, without "Error".
std::string_view network_name(NetworkFailure failure) {
  switch (failure) {
    case NetworkFailure::connect:
      return "EndpointConnection";
    case NetworkFailure::connect_timeout:
      return "ConnectTimeout";
    case NetworkFailure::read_timeout:
      return "ReadTimeout";
    case NetworkFailure::closed:
      return "ConnectionClosed";
    case NetworkFailure::tls:
      return "SSL";
    case NetworkFailure::proxy:
      return "ProxyConnection";
    case NetworkFailure::streaming:
      return "ResponseStreaming";
    default:
      return "HTTPClient";
  }
}

std::string_view name_of(const Error& error) {
  const auto* const named = std::find_if(k_names.begin(), k_names.end(), [&](const Name& name) {
    return error.message.starts_with(name.start);
  });
  if (named != k_names.end()) {
    return named->code;
  }
  switch (error.code) {
    case ErrorCode::usage:
    case ErrorCode::validation:
      return "ParamValidation";
    case ErrorCode::configuration:
      return "Configuration";
    case ErrorCode::models:
      return "Models";
    case ErrorCode::network:
      return network_name(error.network);
    case ErrorCode::response:
      return "ResponseParser";
    case ErrorCode::io:
      return "IO";
    default:
      return "General";
  }
}

bool is_said_already(std::string_view member) {
  return equals_ignore_case(member, "code") || equals_ignore_case(member, "message");
}

/// Whether a value reads well on its line.
bool is_short(const Value& value) {
  constexpr std::size_t k_most = 5;
  if (const auto* list = value.as_list()) {
    return list->size() <= k_most && std::all_of(list->begin(), list->end(), output::is_scalar);
  }
  const auto* map = value.as_map();
  return map == nullptr ||
         (map->size() <= k_most && std::all_of(map->begin(), map->end(), [](const auto& entry) {
            return output::is_scalar(entry.second);
          }));
}

void append_short(std::string& out, const Value& value) {
  const auto scalar = [&](const Value& plain) {
    output::append_python_str(out, plain, TimestampStyle::iso8601);
  };
  std::string_view gap;
  if (const auto* list = value.as_list()) {
    out += '[';
    for (const auto& element : *list) {
      out += std::exchange(gap, ", ");
      scalar(element);
    }
    out += ']';
  } else if (const auto* map = value.as_map()) {
    out += '{';
    for (const auto& [key, member] : *map) {
      append(out, std::exchange(gap, ", "), key, ": ");
      scalar(member);
    }
    out += '}';
  } else {
    scalar(value);
  }
}

std::string legacy_text(const Error& error, config::Compat compat) {
  const bool plain =
      is_usage_text(error.message) || error.message.ends_with("by running \"aws configure\".");
  const bool blank_line = compat == config::Compat::v2 || !plain;
  return concat(blank_line ? "\n" : "", error.message, "\n");
}

std::string enhanced_text(const Error& error, const Map& record) {
  std::string out = "\naws: [ERROR]: ";
  if (error.service) {
    out += trim(error.message);
  } else {
    append(out, "An error occurred (", name_of(error), "): ", trim(error.message));
  }
  out += '\n';
  bool first = true;
  for (const auto& [name, value] : record) {
    if (is_said_already(name)) {
      continue;
    }
    append(out, std::exchange(first, false) ? "\nAdditional error details:\n" : "", name, ": ");
    if (is_short(value)) {
      append_short(out, value);
    } else {
      out += "<complex value>, --cli-error-format json recommended for full details";
    }
    out += '\n';
  }
  return out;
}

}  // namespace

Map error_record(const Error& error) {
  Map out;
  if (!error.service) {
    out.append("Code", name_of(error));
    out.append("Message", reason_in(error.message));
    return out;
  }
  out.append("Code", error.service->code);
  out.append("Message", error.service->message);
  const auto members = error.service->members.empty() ? Result<Value>(Value(Map()))
                                                      : read_binary(error.service->members);
  if (members && members->is_map()) {
    for (const auto& [name, value] : *members->as_map()) {
      if (!is_said_already(name)) {
        out.append(name, value);
      }
    }
  }
  return out;
}

bool prints_records(const ErrorStyle& style) {
  return style.format != "legacy" && style.format != "enhanced";
}

Status print_error(const Error& error,
                   const ErrorStyle& style,
                   output::Writer& out,
                   const Map& place) {
  const bool is_interrupted = error.code == ErrorCode::interrupted;
  if (is_interrupted || style.format == "legacy" ||
      (style.format == "enhanced" && is_usage_text(error.message))) {
    return out.write(legacy_text(error, style.compat));
  }
  Map record = error_record(error);
  if (style.format == "enhanced") {
    return out.write(enhanced_text(error, record));
  }
  Map whole = place;
  for (auto& [name, value] : record) {
    whole.set(name, std::move(value));
  }
  output::FormatOptions options;
  options.title = "error";
  options.color = style.color;
  VIRGA_TRY_ASSIGN(const auto formatter, output::make_formatter(style.format, options));
  return formatter->print(Value(std::move(whole)), out);
}

ErrorStyle error_style(const config::Settings& settings, const std::string& color) {
  ErrorStyle style;
  style.compat = settings.compat();
  if (const auto format = settings.text(config::Setting::cli_error_format); format && *format) {
    style.format = **format;
  }
  if (color == "on" || (color != "off" && isatty(STDERR_FILENO) == 1)) {
    style.color = output::Color::on_with_resets;
  }
  return style;
}

}  // namespace virga::cli
