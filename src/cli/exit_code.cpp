// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"

namespace virga::cli {

int exit_code(ErrorCode code, bool v1) {
  constexpr int k_interrupted = 130;
  constexpr int k_usage = 252;
  constexpr int k_configuration = 253;
  constexpr int k_service = 254;
  constexpr int k_other = 255;
  constexpr int k_v1_parser = 2;
  if (code == ErrorCode::interrupted) {
    return k_interrupted;
  }
  if (v1) {
    return code == ErrorCode::command_line ? k_v1_parser : k_other;
  }
  switch (code) {
    case ErrorCode::command_line:
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
