// SPDX-License-Identifier: Apache-2.0
#include "base/strings.hpp"
#include "protocol/protocols/requests.hpp"
#include "protocol/serialize_json.hpp"

namespace virga::protocol {

std::string method_of(const RequestInput& input) {
  const auto method = input.operation.method();
  return method.empty() ? "POST" : std::string(method);
}

void add_query_mode_header(const RequestInput& input, http::Request& request) {
  if (!input.operation.service().metadata().find("awsQueryCompatible").is_null()) {
    request.headers.add("x-amzn-query-mode", "true");
  }
}

Status write_json_request(const RequestInput& input, http::Request& request) {
  const auto service = input.operation.service();
  request.method = method_of(input);
  request.headers.add("X-Amz-Target",
                      concat(service.metadata("targetPrefix"), ".", input.operation.name()));
  request.headers.add("Content-Type",
                      concat("application/x-amz-json-", service.metadata("jsonVersion")));
  add_query_mode_header(input, request);
  Problems problems;
  JsonBody(request.body, input.precision, problems).write_fields(input.fields);
  return problems.status();
}

}  // namespace virga::protocol
