// SPDX-License-Identifier: Apache-2.0
#include "limit/limit.hpp"

namespace virga::limit {

std::unique_ptr<Limit> make_limit(const LimitOptions& options) {
  switch (options.mode) {
    case Mode::fixed:
      return make_fixed_limit(options);
    case Mode::target:
      return make_target_limit(options);
    case Mode::adaptive:
      break;
  }
  return make_adaptive_limit(options);
}

}  // namespace virga::limit
