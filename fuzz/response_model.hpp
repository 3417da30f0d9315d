// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"

namespace virga::fuzz {

/// A service of one operation whose output has a member of every kind, recursive ones too.
inline model::Catalog make_catalog(std::string_view protocol) {
  const auto service =
      read_json(concat(R"({"metadata": {"protocol": ")", protocol, R"(", "apiVersion": "1",
    "endpointPrefix": "t", "jsonVersion": "1.0", "targetPrefix": "T"},
    "operations": {"Op": {"name": "Op", "http": {"method": "GET", "requestUri": "/"},
                          "output": {"shape": "Out"}, "errors": [{"shape": "Bad"}]},
                   "Watch": {"name": "Watch", "http": {"method": "GET", "requestUri": "/"},
                             "output": {"shape": "WatchOut"}}},
    "shapes": {
      "S": {"type": "string"}, "I": {"type": "integer"}, "L": {"type": "long"}, "F": {"type": "double"},
      "B": {"type": "boolean"}, "T": {"type": "timestamp"}, "X": {"type": "blob"},
      "Doc": {"type": "structure", "members": {}, "document": true},
      "List": {"type": "list", "member": {"shape": "Out"}},
      "Ints": {"type": "list", "member": {"shape": "I"}},
      "Flat": {"type": "list", "member": {"shape": "S", "locationName": "item"}, "flattened": true},
      "Map": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "Out"}},
      "FlatMap": {"type": "map", "key": {"shape": "S", "locationName": "k"}, "value": {"shape": "I"}, "flattened": true},
      "U": {"type": "structure", "union": true, "members": {"a": {"shape": "S"}, "o": {"shape": "Out"}}},
      "Bad": {"type": "structure", "exception": true, "members": {"message": {"shape": "S"}, "o": {"shape": "Out"}}},
      "Out": {"type": "structure", "members": {
        "s": {"shape": "S"}, "i": {"shape": "I"}, "l": {"shape": "L"}, "f": {"shape": "F"}, "b": {"shape": "B"},
        "t": {"shape": "T"}, "x": {"shape": "X"}, "doc": {"shape": "Doc"}, "list": {"shape": "List"},
        "ints": {"shape": "Ints"}, "flat": {"shape": "Flat"}, "map": {"shape": "Map"}, "fm": {"shape": "FlatMap"},
        "u": {"shape": "U"}, "o": {"shape": "Out"},
        "at": {"shape": "S", "xmlAttribute": true, "locationName": "xsi:type"}}},
      "WatchOut": {"type": "structure", "members": {"events": {"shape": "Events"}}},
      "Events": {"type": "structure", "eventstream": true, "members": {
        "out": {"shape": "OutEvent"}, "raw": {"shape": "RawEvent"}, "bad": {"shape": "Bad"}}},
      "OutEvent": {"type": "structure", "event": true, "members": {"o": {"shape": "Out"},
        "when": {"shape": "T", "eventheader": true}, "who": {"shape": "S", "eventheader": true}}},
      "RawEvent": {"type": "structure", "event": true, "members": {"x": {"shape": "X", "eventpayload": true}}}}})"));
  model::PackBuilder builder;
  model::ServiceSource source;
  source.name = "test";
  source.service = service.value();
  if (!builder.add_service(source)) {
    std::abort();
  }
  auto catalog = model::Catalog::from_bytes(builder.finish("fuzz", "1"));
  return std::move(catalog.value());
}

}  // namespace virga::fuzz
