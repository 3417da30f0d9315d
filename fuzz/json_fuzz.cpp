// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "protocol/protocol.hpp"
#include "response_model.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

// What is read can be written, and reads back the same; and responses of the json protocols never
// crash.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace virga;
  static const auto k_json = fuzz::make_catalog("json");
  static const auto k_rest = fuzz::make_catalog("rest-json");
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto value = read_json(text)) {
    const auto written = to_json(*value);
    const auto again = read_json(written);
    if (!again || to_json(*again) != written) {
      std::abort();
    }
  }
  for (const auto* catalog : {&k_json, &k_rest}) {
    const auto operation = *catalog->service(0).find_operation("Op");
    for (const int status : {200, 400, 500}) {
      http::Response response;
      response.status = status;
      response.body = text;
      if (const auto parsed = protocol::parse(operation, response)) {
        (void)to_json(parsed->output);
      }
    }
  }
  return 0;
}
