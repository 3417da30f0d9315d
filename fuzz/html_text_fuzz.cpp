// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/encoding.hpp"
#include "help/html_text.hpp"

/// Whatever a model's documentation holds, help is UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace virga;
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  constexpr help::Emphasis k_emphases[] = {
      help::Emphasis::none, help::Emphasis::escapes, help::Emphasis::overstrike};
  for (const auto emphasis : k_emphases) {
    help::Layout layout({40 + size % 80, emphasis});
    layout.heading("NAME");
    help::set_html(html, layout);
    if (!is_utf8(layout.finish())) {
      std::abort();
    }
  }
  static_cast<void>(help::first_sentence(html));
  return 0;
}
