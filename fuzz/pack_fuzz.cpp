// SPDX-License-Identifier: Apache-2.0
// A model pack from anywhere: opening it and reading everything must stay inside of its bytes.
#include <algorithm>
#include <cstdint>
#include <string>

#include "model/catalog.hpp"

namespace {

void read_shape(const virga::model::Shape& shape, int depth) {
  for (std::uint32_t i = 0; depth < 3 && i < std::min(shape.member_count(), 6U); ++i) {
    const auto member = shape.member(i);
    static_cast<void>(member.wire_name());
    static_cast<void>(member.timestamp_format());
    read_shape(member.shape(), depth + 1);
  }
  static_cast<void>(shape.enum_values().to_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto catalog =
      virga::model::Catalog::from_bytes(std::string(reinterpret_cast<const char*>(data), size));
  if (!catalog) {
    return 0;
  }
  static_cast<void>(catalog->find_service("tiny"));
  for (std::uint32_t s = 0; s < std::min(catalog->service_count(), 4U); ++s) {
    const auto service = catalog->service(s);
    static_cast<void>(service.find_operation_by_cli_name("get-thing"));
    for (std::uint32_t o = 0; o < std::min(service.operation_count(), 8U); ++o) {
      const auto operation = service.operation(o);
      for (const auto& shape : {operation.input(), operation.output()}) {
        if (shape) {
          read_shape(*shape, 0);
        }
      }
      static_cast<void>(operation.trait("auth").to_value());
    }
  }
  return 0;
}
