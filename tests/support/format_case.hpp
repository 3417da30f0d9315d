// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "output/formatter.hpp"
#include "value/value.hpp"

namespace virga::test {

class StringWriter final : public output::Writer {
 public:
  Status write(std::string_view bytes) override {
    text += bytes;
    return {};
  }

  std::string text;
};

/// Prints `value` as the case asks: {"format", "title", "color": "off", "on" or "resets", "width",
/// "value"}.
inline std::string print_case(const Value& test_case) {
  output::FormatOptions options;
  options.title = test_case.text("title");
  options.color = test_case.text("color") == "on"       ? output::Color::on
                  : test_case.text("color") == "resets" ? output::Color::on_with_resets
                                                        : output::Color::off;
  if (const auto* width = test_case.find("width")) {
    options.terminal_width = static_cast<std::size_t>(*width->as_integer());
  }
  auto formatter = output::make_formatter(test_case.text("format"), options);
  const auto* value = test_case.find("value");
  StringWriter out;
  if (!formatter || value == nullptr || !(*formatter)->print(*value, out)) {
    return "the case is wrong";
  }
  return out.text;
}

}  // namespace virga::test
