// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "protocol/cbor_read.hpp"
#include "protocol/protocol.hpp"
#include "response_model.hpp"
#include "value/json_write.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace virga;
  static const auto k_catalog = fuzz::make_catalog("smithy-rpc-v2-cbor");
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto value = protocol::read_cbor(bytes)) {
    (void)to_json(*value);
  }
  const auto operation = *k_catalog.service(0).find_operation("Op");
  for (const int status : {200, 400}) {
    http::Response response;
    response.status = status;
    response.body = bytes;
    if (const auto parsed = protocol::parse(operation, response)) {
      (void)to_json(parsed->output);
    }
  }
  return 0;
}
