// SPDX-License-Identifier: Apache-2.0
#include "config/setting_check.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/strings.hpp"

namespace virga::config {
namespace {

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> choices) {
  return std::find(choices.begin(), choices.end(), value) != choices.end();
}

/// Python's repr() of text, near enough for messages: ASCII as it is, quotes and backslashes
/// escaped.
std::string quoted(const std::string& text) {
  const bool has_single = text.find('\'') != std::string::npos;
  const bool has_double = text.find('"') != std::string::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == quote || c == '\\') {
        out.push_back('\\');
      }
      out.push_back(c);
    }
  }
  out.push_back(quote);
  return out;
}

Result<std::string> invalid(std::string message) {
  return fail(ErrorCode::general, std::move(message));
}

Result<std::string> check_checksum_mode(std::string_view key, const std::string& value) {
  std::string mode = to_lower(value);
  if (!is_one_of(mode, {"when_supported", "when_required"})) {
    return invalid(concat("Unsupported configuration value for ",
                          key,
                          ". Expected one of ('when_supported', 'when_required') but got ",
                          mode,
                          "."));
  }
  return mode;
}

Result<std::string> check_compression_size(std::string value) {
  const auto size = read_python_int(value);
  const auto start =
      concat("Invalid value \"", value, "\" for request_min_compression_size_bytes. ");
  if (!size) {
    return invalid(concat(start, "Value must be an integer. Received <class 'str'> instead."));
  }
  if (*size < 1 || *size > 1048576) {
    return invalid(concat(start, "Value must be between 1 and 1048576."));
  }
  return value;
}

Result<std::string> check_max_attempts(std::string value, Compat compat) {
  VIRGA_TRY_ASSIGN(const auto attempts, read_python_int(value));
  if (attempts < 1) {
    return invalid(concat("Value provided to \"max_attempts\": ",
                          attempts,
                          " must be an integer greater than or equal to ",
                          compat == Compat::v1 ? "1." : "one."));
  }
  return value;
}

Result<std::string> check_timestamp_format(std::string value, Compat compat) {
  if (is_one_of(value, {"wire", "iso8601"}) || (compat == Compat::v1 && value == "none")) {
    return value;
  }
  if (compat == Compat::v1) {
    return invalid(concat("Unknown cli_timestamp_format value: ",
                          value,
                          ", valid values are \"none\", \"wire\" or \"iso8601\""));
  }
  return fail(ErrorCode::configuration,
              concat("Unknown cli_timestamp_format value: ",
                     value,
                     ", valid values are \"wire\" or \"iso8601\""));
}

/// In any case, as in the AWS CLI.
Result<std::string> check_error_format(const std::string& value) {
  if (value.empty()) {
    return "legacy";
  }
  std::string format = to_lower(value);
  if (std::find(k_error_formats.begin(), k_error_formats.end(), format) == k_error_formats.end()) {
    std::string known;
    for (const auto name : k_error_formats) {
      append(known, known.empty() ? "" : ", ", name);
    }
    return fail(ErrorCode::configuration,
                concat("Unknown cli_error_format value: ", value, ", valid values are ", known));
  }
  return format;
}

Result<std::string> check_account_id_mode(const std::string& value) {
  std::string mode = to_lower(value);
  if (!is_one_of(mode, {"preferred", "disabled", "required"})) {
    return invalid(concat("The configured value '",
                          mode,
                          "' for 'account_id_endpoint_mode' is invalid. Valid values are: "
                          "('preferred', 'disabled', 'required')."));
  }
  return mode;
}

/// "httpBearerAuth, sigv4" without blanks and empty parts.
std::string compact_list(const std::string& value) {
  std::string out;
  for (const auto part : split(value, ',')) {
    if (trim(part).empty()) {
      continue;
    }
    if (!out.empty()) {
      out.push_back(',');
    }
    std::copy_if(part.begin(), part.end(), std::back_inserter(out), [](char c) {
      return c != ' ' && c != '\t';
    });
  }
  return out;
}

}  // namespace

Result<std::int64_t> read_python_int(const std::string& text) {
  std::string digits;
  bool after_digit = false;
  bool good = true;
  for (const char c : trim(text)) {
    if (c == '_') {
      good = good && after_digit;
      after_digit = false;
    } else if (is_ascii_digit(c) || ((c == '-' || c == '+') && digits.empty() && good)) {
      digits.push_back(c);
      after_digit = is_ascii_digit(c);
    } else {
      good = false;
    }
  }
  const auto number =
      parse_int(digits.starts_with('+') ? std::string_view(digits).substr(1) : digits);
  if (!good || !after_digit || !number) {
    return fail(ErrorCode::general,
                concat("invalid literal for int() with base 10: ", quoted(text)));
  }
  return *number;
}

Result<std::string> check_setting(Setting setting, std::string value, Compat compat) {
  switch (setting) {
    case Setting::retry_mode:
      return is_one_of(value, {"legacy", "standard", "adaptive"})
                 ? Result<std::string>(std::move(value))
                 : invalid(concat("Invalid value provided to \"mode\": \"",
                                  value,
                                  "\" must be one of: ('legacy', 'standard', 'adaptive')"));
    case Setting::max_attempts:
      return check_max_attempts(std::move(value), compat);
    case Setting::request_checksum_calculation:
      return check_checksum_mode("request_checksum_calculation", value);
    case Setting::response_checksum_validation:
      return check_checksum_mode("response_checksum_validation", value);
    case Setting::request_min_compression_size_bytes:
      return check_compression_size(std::move(value));
    case Setting::cli_error_format:
      return check_error_format(value);
    case Setting::account_id_endpoint_mode:
      return check_account_id_mode(value);
    case Setting::auth_scheme_preference:
      return compact_list(value);
    case Setting::sts_regional_endpoints:
      if (value.empty()) {
        return "regional";
      }
      return is_one_of(value, {"legacy", "regional"})
                 ? Result<std::string>(std::move(value))
                 : invalid(concat("STS regional endpoints option ",
                                  value,
                                  " is invalid. Valid options are: \"legacy\", \"regional\""));
    case Setting::s3_us_east_1_regional_endpoint:
      return is_one_of(value, {"legacy", "regional"})
                 ? Result<std::string>(std::move(value))
                 : invalid(concat("S3 us-east-1 regional endpoint option ",
                                  value,
                                  " is invalid. Valid options are: \"legacy\", \"regional\""));
    case Setting::s3_addressing_style:
      return is_one_of(value, {"virtual", "auto", "path"})
                 ? Result<std::string>(std::move(value))
                 : invalid(concat("S3 addressing style ",
                                  value,
                                  " is invalid. Valid options are: 'auto', 'virtual', and 'path'"));
    case Setting::s3_disable_express_session_auth:
      return equals_ignore_case(value, "true") || equals_ignore_case(value, "false")
                 ? Result<std::string>(std::move(value))
                 : invalid(concat("Invalid value \"",
                                  value,
                                  "\" for s3_disable_express_session_auth. "
                                  "Value must be a boolean"));
    case Setting::defaults_mode:
      return is_one_of(to_lower(value),
                       {"legacy", "auto", "standard", "in-region", "cross-region", "mobile"})
                 ? Result<std::string>(to_lower(value))
                 : invalid(concat("Client configured with invalid defaults mode: ",
                                  to_lower(value),
                                  ". Valid defaults modes include: legacy, auto, standard, "
                                  "in-region, cross-region, mobile."));
    case Setting::cli_timestamp_format:
      return check_timestamp_format(std::move(value), compat);
    default:
      return value;
  }
}

}  // namespace virga::config
