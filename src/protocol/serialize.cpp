// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/strings.hpp"
#include "protocol/protocol.hpp"
#include "protocol/protocols/requests.hpp"
#include "protocol/serialize_input.hpp"

namespace virga::protocol {
namespace {

struct Writer {
  std::string_view protocol;
  Status (*write)(const RequestInput&, http::Request&);
};

constexpr std::array<Writer, 6> k_writers = {{
    {"json", write_json_request},
    {"rest-json", write_rest_json_request},
    {"rest-xml", write_rest_xml_request},
    {"query", write_query_request},
    {"ec2", write_ec2_request},
    {"smithy-rpc-v2-cbor", write_cbor_request},
}};

/// botocore's handlers ask for milliseconds for this one service (handlers.py,
/// enable_millisecond_timestamp_precision).
constexpr std::string_view k_millisecond_service = "bedrock-agentcore";

}  // namespace

Result<Serialized> serialize(const model::Operation& operation,
                             const Value& params,
                             Random& random) {
  const auto service = operation.service();
  const auto protocol = service.protocol();
  for (const auto& writer : k_writers) {
    if (writer.protocol != protocol) {
      continue;
    }
    RequestInput input{operation, std::nullopt, {}, {}, Precision::standard};
    if (service.name() == k_millisecond_service) {
      input.precision = Precision::millisecond;
    }
    VIRGA_TRY(read_input(input, params, random));
    Serialized out;
    VIRGA_TRY_ASSIGN(out.host_prefix, expand_host_prefix(input));
    VIRGA_TRY(writer.write(input, out.request));
    return out;
  }
  return fail(ErrorCode::models,
              concat("The service ",
                     service.name(),
                     " speaks the protocol ",
                     protocol,
                     ", which is not supported"));
}

}  // namespace virga::protocol
