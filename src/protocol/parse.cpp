// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_body.hpp"
#include "protocol/parse_error.hpp"
#include "protocol/protocol.hpp"

namespace virga::protocol {

Result<Parsed> parse(const model::Operation& operation,
                     const http::Response& response,
                     const ParseOptions& options) {
  if (response.status >= 300) {
    return fail(parse_error(operation, response, options));
  }
  Parsed parsed;
  parsed.request_id = request_id_header(response.headers);
  VIRGA_TRY_ASSIGN(parsed.output, parse_output(operation, response, parsed.request_id));
  return parsed;
}

}  // namespace virga::protocol
