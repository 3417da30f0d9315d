// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "value/binary.hpp"

// Any bytes give a value or an error; a value is written and read back as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes
  const auto value = virga::read_binary(bytes);
  if (!value) {
    return 0;
  }
  std::string once;
  std::string twice;
  const bool written = virga::append_binary(once, *value).has_value();
  const auto back = virga::read_binary(once);
  if (!written || !back || !virga::append_binary(twice, *back) || once != twice) {
    std::abort();
  }
  return 0;
}
