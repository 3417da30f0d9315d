// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "params/params.hpp"
#include "value/json_read.hpp"

namespace {

using namespace virga;

constexpr std::string_view k_model = R"json({
  "metadata": {"protocol": "json"},
  "operations": {"Do": {"name": "Do", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}},
  "shapes": {
    "In": {"type": "structure", "members": {"List": {"shape": "List"}, "Node": {"shape": "Node"}, "Map": {"shape": "Map"}}},
    "List": {"type": "list", "member": {"shape": "Node"}},
    "Node": {"type": "structure", "required": ["s"], "members": {
      "s": {"shape": "S"}, "i": {"shape": "I"}, "f": {"shape": "F"}, "b": {"shape": "B"}, "d": {"shape": "D"},
      "t": {"shape": "T"}, "l": {"shape": "Strings"}, "n": {"shape": "Node"}, "m": {"shape": "Map"}, "ls": {"shape": "List"}}},
    "Map": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "Node"}},
    "Strings": {"type": "list", "member": {"shape": "S"}},
    "S": {"type": "string", "min": 1}, "I": {"type": "integer"}, "F": {"type": "double"}, "B": {"type": "boolean"},
    "D": {"type": "blob"}, "T": {"type": "timestamp"}}})json";

model::Catalog make_catalog() {
  model::PackBuilder builder;
  static_cast<void>(builder.add_service({"fuzz", *read_json(k_model), {}, {}, {}}).has_value());
  return *model::Catalog::from_bytes(builder.finish("fuzz", "1"));
}

}  // namespace

/// The first byte chooses the version; the rest is a word of options of three shapes. What can be
/// parsed is validated.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const model::Catalog catalog = make_catalog();
  if (size == 0) {
    return 0;
  }
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (text.find("://") != std::string::npos) {  // no files
    return 0;
  }
  params::TextOptions options;
  options.v1 = (data[0] & 1U) != 0;
  options.blobs_are_base64 = !options.v1;
  options.environment = [](const std::string&) { return std::nullopt; };
  const auto input = *catalog.service(0).operation(0).input();
  for (std::uint32_t i = 0; i < input.member_count(); ++i) {
    const auto member = input.member(i);
    auto value = params::parse_option(member, "--option", {text}, options);
    if (value) {
      Map map;
      map.append(std::string(member.name()), std::move(*value));
      static_cast<void>(params::validate(input, Value(std::move(map))));
    }
  }
  static_cast<void>(params::parse_shorthand(text, options).has_value());
  return 0;
}
