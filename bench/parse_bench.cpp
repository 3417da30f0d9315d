// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <benchmark/benchmark.h>

#include "base/strings.hpp"
#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "protocol/protocol.hpp"
#include "value/json_read.hpp"

// How fast responses become values: bytes of the body per second, per protocol. The large answer
// lists 1000 items with the members of S3's ListObjectsV2 and a nested structure and tags besides;
// the small one has a single item.
namespace virga::protocol {
namespace {

constexpr std::string_view k_shapes = R"({
  "Output": {"type": "structure", "members": {"Name": {"shape": "Text"}, "IsTruncated": {"shape": "Flag"},
    "Items": {"shape": "Items", "locationName": "Contents"}, "MaxKeys": {"shape": "Long"}}},
  "Items": {"type": "list", "member": {"shape": "Item"}},
  "Item": {"type": "structure", "members": {
    "Key": {"shape": "Text"}, "LastModified": {"shape": "When"}, "ETag": {"shape": "Text"}, "Size": {"shape": "Long"},
    "StorageClass": {"shape": "Text"}, "Owner": {"shape": "Owner"}, "Tags": {"shape": "Tags"}}},
  "Owner": {"type": "structure", "members": {"DisplayName": {"shape": "Text"}, "ID": {"shape": "Text"}}},
  "Text": {"type": "string"}, "Long": {"type": "long"}, "Flag": {"type": "boolean"},
  "When": {"type": "timestamp", "timestampFormat": "iso8601"},
  "Tags": {"type": "list", "member": {"shape": "Tag"}},
  "Tag": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Value": {"shape": "Text"}}}})";

model::Catalog make_catalog(std::string_view protocol) {
  model::ServiceSource source;
  source.name = "bench";
  source.service =
      read_json(concat(R"({"metadata": {"protocol": ")",
                       protocol,
                       R"(", "jsonVersion": "1.1", "targetPrefix": "T", "apiVersion": "2020-01-01"},
    "operations": {"List": {"name": "List", "http": {"method": "GET", "requestUri": "/"},
      "output": {"shape": "Output"}}}, "shapes": )",
                       k_shapes,
                       "}"))
          .value();
  model::PackBuilder builder;
  if (!builder.add_service(source)) {
    std::abort();
  }
  return std::move(model::Catalog::from_bytes(builder.finish("bench", "1")).value());
}

std::string xml_body(int items) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Output "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><MaxKeys>1000</MaxKeys>"
      "<IsTruncated>false</IsTruncated><Contents>";
  for (int i = 0; i < items; ++i) {
    append(
        out,
        "<member><Key>folder/subfolder/file-",
        i,
        ".txt</Key><LastModified>2023-01-02T03:04:05.000Z",
        "</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>",
        i * 1000,
        "</Size><StorageClass>STANDARD</StorageClass><Owner><DisplayName>someone</DisplayName><ID>"
        "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>"
        "<Tags><member><Name>env</Name><Value>production</Value></member></Tags></member>");
  }
  return out + "</Contents></Output>";
}

std::string json_body(int items) {
  std::string out = R"({"Name":"bucket","MaxKeys":1000,"IsTruncated":false,"Contents":[)";
  for (int i = 0; i < items; ++i) {
    append(
        out,
        i == 0 ? "" : ",",
        R"({"Key":"folder/subfolder/file-)",
        i,
        R"(.txt","LastModified":"2023-01-02T03:04:05.000Z","ETag":"\"d41d8cd98f00b204e9800998ecf8427e\"","Size":)",
        i * 1000,
        R"(,"StorageClass":"STANDARD","Owner":{"DisplayName":"someone","ID":")",
        "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
        R"("},"Tags":[{"Name":"env","Value":"production"}]})");
  }
  return out + "]}";
}

void append_cbor_head(std::string& out, unsigned major, std::size_t number) {
  if (number < 24) {
    out += static_cast<char>(major << 5U | number);
  } else if (number < 256) {
    out += {static_cast<char>(major << 5U | 24U), static_cast<char>(number)};
  } else {
    out += {static_cast<char>(major << 5U | 26U),
            static_cast<char>(number >> 24U),
            static_cast<char>(number >> 16U),
            static_cast<char>(number >> 8U),
            static_cast<char>(number)};
  }
}

void append_cbor(std::string& out, const Value& value) {
  if (const auto* integer = value.as_integer()) {
    append_cbor_head(out, 0, static_cast<std::size_t>(*integer));
  } else if (const auto* text = value.as_string()) {
    append_cbor_head(out, 3, text->size());
    out += *text;
  } else if (const auto* list = value.as_list()) {
    append_cbor_head(out, 4, list->size());
    for (const auto& item : *list) {
      append_cbor(out, item);
    }
  } else if (const auto* map = value.as_map()) {
    append_cbor_head(out, 5, map->size());
    for (const auto& [key, item] : *map) {
      append_cbor(out, key == "Contents" ? Value("Items") : Value(key));
      append_cbor(out, item);
    }
  } else {
    out += '\xF4';
  }
}

std::string body_of(std::string_view protocol, int items) {
  if (protocol == "smithy-rpc-v2-cbor") {
    std::string out;
    append_cbor(out, read_json(json_body(items)).value());
    return out;
  }
  return protocol.ends_with("json") ? json_body(items) : xml_body(items);
}

void parse_answers(benchmark::State& state, const std::string& protocol) {
  const auto catalog = make_catalog(protocol);
  const auto operation = catalog.service(0).operation(0);
  http::Response response;
  response.status = 200;
  response.body = body_of(protocol, static_cast<int>(state.range(0)));
  for (auto _ : state) {
    auto parsed = parse(operation, response);
    if (!parsed || parsed->output.find("Items") == nullptr) {
      std::abort();
    }
    benchmark::DoNotOptimize(parsed);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(response.body.size()) * state.iterations());
}

BENCHMARK_CAPTURE(parse_answers, json, "json")->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(parse_answers, rest_json, "rest-json")->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(parse_answers, rest_xml, "rest-xml")->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(parse_answers, query, "query")->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(parse_answers, ec2, "ec2")->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(parse_answers, cbor, "smithy-rpc-v2-cbor")->Arg(1)->Arg(1000);

}  // namespace
}  // namespace virga::protocol
