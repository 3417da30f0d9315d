// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <benchmark/benchmark.h>

#include "base/clock.hpp"
#include "base/strings.hpp"
#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "protocol/protocol.hpp"
#include "value/json_read.hpp"

// How fast requests are made from values: bytes of the body per second, per protocol. The input is
// a batch of items with texts, numbers, times, bytes, lists, maps and nested structures, about 100
// KB on the wire, or one small item.
namespace virga::protocol {
namespace {

constexpr std::string_view k_shapes = R"({
  "Input": {"type": "structure", "members": {"TableName": {"shape": "Text"}, "Items": {"shape": "Items"}}},
  "Items": {"type": "list", "member": {"shape": "Item"}},
  "Item": {"type": "structure", "members": {
    "Id": {"shape": "Text"}, "Description": {"shape": "Text"}, "Size": {"shape": "Long"}, "Price": {"shape": "Double"},
    "Enabled": {"shape": "Flag"}, "CreatedAt": {"shape": "When"}, "Data": {"shape": "Bytes"},
    "Names": {"shape": "Names"}, "Tags": {"shape": "Tags"}, "Parent": {"shape": "Item"}}},
  "Text": {"type": "string"}, "Long": {"type": "long"}, "Double": {"type": "double"}, "Flag": {"type": "boolean"},
  "When": {"type": "timestamp"}, "Bytes": {"type": "blob"},
  "Names": {"type": "list", "member": {"shape": "Text"}},
  "Tags": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}}})";

constexpr std::string_view k_item = R"({"Id": "i-0123456789abcdef0",
  "Description": "An item with a longer description, as they come: <some> \"quotes\" & two lines\nof text",
  "Size": 123456789, "Price": 19.99, "Enabled": true, "CreatedAt": "2023-01-02T03:04:05Z",
  "Data": "some bytes that will be written as base64 text", "Names": ["alpha", "beta", "gamma"],
  "Tags": {"Environment": "production", "Owner": "someone@example.com"}, "Parent": {"Id": "i-0", "Size": 1}})";

class NoRandom final : public Random {
 public:
  [[nodiscard]] double uniform() override { return 0; }

  [[nodiscard]] std::string uuid() override { return {}; }
};

model::Catalog make_catalog(std::string_view protocol) {
  model::ServiceSource source;
  source.name = "bench";
  source.service =
      read_json(concat(R"({"metadata": {"protocol": ")",
                       protocol,
                       R"(", "jsonVersion": "1.1", "targetPrefix": "T", "apiVersion": "2020-01-01"},
                             "operations": {"Put": {"name": "Put", "input": {"shape": "Input"},
                               "http": {"method": "POST", "requestUri": "/"}}}, "shapes": )",
                       k_shapes,
                       "}"))
          .value();
  model::PackBuilder builder;
  if (!builder.add_service(source)) {
    std::abort();
  }
  return model::Catalog::from_bytes(builder.finish("bench", "1")).value();
}

void run(benchmark::State& state, std::string_view protocol) {
  const auto catalog = make_catalog(protocol);
  const auto operation = catalog.service(0).operation(0);
  List items(static_cast<std::size_t>(state.range(0)), read_json(k_item).value());
  Map params;
  params.append("TableName", "a-table");
  params.append("Items", std::move(items));
  const Value input(std::move(params));
  NoRandom random;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    const auto sent = serialize(operation, input, random);
    if (!sent) {
      state.SkipWithError(sent.error().message.c_str());
      return;
    }
    bytes += static_cast<std::int64_t>(sent->request.body.size());
    benchmark::DoNotOptimize(sent->request.body.data());
  }
  state.SetBytesProcessed(bytes);
}

BENCHMARK_CAPTURE(run, json, "json")->Arg(1)->Arg(200);
BENCHMARK_CAPTURE(run, rest_json, "rest-json")->Arg(1)->Arg(200);
BENCHMARK_CAPTURE(run, rest_xml, "rest-xml")->Arg(1)->Arg(200);
BENCHMARK_CAPTURE(run, query, "query")->Arg(1)->Arg(200);
BENCHMARK_CAPTURE(run, ec2, "ec2")->Arg(1)->Arg(200);
BENCHMARK_CAPTURE(run, cbor, "smithy-rpc-v2-cbor")->Arg(1)->Arg(200);

}  // namespace
}  // namespace virga::protocol
