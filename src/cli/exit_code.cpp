// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"

namespace virga::cli {

int exit_code(const Error& error, Compat compat) {
  constexpr int k_interrupted = 130;
  constexpr int k_usage = 252;
  constexpr int k_configuration = 253;
  constexpr int k_service = 254;
  constexpr int k_other = 255;
  constexpr int k_v1_parser = 2;
  if (error.code == ErrorCode::interrupted) {
    return k_interrupted;
  }
  if (error.code == ErrorCode::negative) {
    return 1;
  }
  if (compat == Compat::v1) {
    return error.code == ErrorCode::usage && is_usage_text(error.message) ? k_v1_parser : k_other;
  }
  switch (error.code) {
    case ErrorCode::usage:
    case ErrorCode::validation:
      return k_usage;
    case ErrorCode::configuration:
    case ErrorCode::models:
      return k_configuration;
    case ErrorCode::service:
      return k_service;
    default:
      return k_other;
  }
}

}  // namespace virga::cli
