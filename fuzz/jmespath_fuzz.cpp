// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "query/expression.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace {

using namespace virga;

constexpr std::string_view k_document = R"json({
  "foo": {"bar": {"baz": [0, 1, 2, 3]}, "b": true}, "a": [{"n": 1, "s": "x"}, {"n": 2.5, "s": "y"}, null],
  "l": [[1, 2], [3, [4]], []], "s": "text", "t": ["b", "a", "\u00e9"], "n": -1.5, "z": null, "e": {}})json";

/// With one of each kind that JSON lacks.
Value default_document() {
  Value document = *read_json(k_document);
  document.as_map()->append("blob", Blob{std::string("\0\xff", 2)});
  document.as_map()->append("at", Timestamp{"2023-01-02T03:04:05Z", false});
  document.as_map()->append("epoch", Timestamp{"1672628645.5", true});
  document.as_map()->append("big", BigInteger{"-123456789012345678901234567890"});
  return document;
}

}  // namespace

/// The first line is the expression; the rest the document, where it is JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Value standard = default_document();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const auto expression = query::Expression::compile(text.substr(0, end));
  if (!expression) {
    return 0;
  }
  const auto given =
      read_json(end == std::string_view::npos ? std::string_view() : text.substr(end + 1));
  const auto found = expression->search(given ? *given : standard);
  if (found) {
    static_cast<void>(to_json(*found));
  }
  return 0;
}
