// SPDX-License-Identifier: Apache-2.0
// The shared config and credentials files: the first half of the input is one, the rest the other.
#include <cstdint>
#include <string_view>
#include <utility>

#include "config/profiles.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace virga::config;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto whole = parse_config(bytes, "config");
  auto half = parse_config(bytes.substr(size / 2), "credentials");
  if (!whole || !half) {
    return 0;
  }
  const Profiles profiles(*std::move(whole), *std::move(half));
  std::size_t found = 0;
  for (const auto& name : profiles.names()) {
    const auto profile = profiles.find(name);
    found += profile && profile->text("region") != nullptr ? 1U : 0U;
    found += profile && profile->text("s3", "addressing_style") != nullptr ? 1U : 0U;
  }
  return found > size ? 1 : 0;
}
