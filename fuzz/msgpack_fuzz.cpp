// SPDX-License-Identifier: Apache-2.0
// The messages of Nushell: any bytes, in pieces; what is read is taken for a call.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "nushell/msgpack.hpp"
#include "nushell/protocol.hpp"
#include "nushell/words.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace virga::nushell;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  MessageReader reader;
  constexpr std::size_t k_piece = 37;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, k_piece));
    bytes.remove_prefix(bytes.size() < k_piece ? bytes.size() : k_piece);
    while (true) {
      const auto message = reader.next();
      if (!message) {
        return 0;
      }
      if (!*message) {
        break;
      }
      static_cast<void>(read_hello(**message));
      if (const auto request = read_run(1, **message)) {
        Span at;
        static_cast<void>(Words::of(*request, at));
      }
      std::string again;
      pack(again, **message);
    }
  }
  return 0;
}
