// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "protocol/parse_error.hpp"
#include "protocol/protocol.hpp"
#include "protocol/xml.hpp"
#include "response_model.hpp"
#include "value/json_write.hpp"

// Responses of the XML protocols never crash, whatever is in them; what the strict check refuses is
// not read.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace virga;
  static const auto k_rest = fuzz::make_catalog("rest-xml");
  static const auto k_query = fuzz::make_catalog("query");
  static const auto k_ec2 = fuzz::make_catalog("ec2");
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)protocol::find_xml_error(text);
  for (const auto* catalog : {&k_rest, &k_query, &k_ec2}) {
    const auto operation = *catalog->service(0).find_operation("Op");
    for (const int status : {200, 400, 503}) {
      http::Response response;
      response.status = status;
      response.body = text;
      if (const auto parsed = protocol::parse(operation, response)) {
        (void)to_json(parsed->output);
      } else if (parsed.error().service) {
        (void)protocol::parse_error_members(operation, response, "Bad");
      }
    }
  }
  return 0;
}
