// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "params/yaml.hpp"
#include "value/json_write.hpp"

/// What can be read can be written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto value = virga::params::read_yaml(text)) {
    static_cast<void>(virga::to_json(*value));
  }
  return 0;
}
