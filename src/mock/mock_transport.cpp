// SPDX-License-Identifier: Apache-2.0
#include "mock/mock_transport.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "base/strings.hpp"
#include "mock/render.hpp"
#include "mock/sample.hpp"

namespace virga::mock {

Result<http::Response> MockTransport::send(const http::Request& request,
                                           const http::SinkChooser& choose_sink) {
  const std::string_view name = request.operation;
  const auto colon = name.find(':');
  const auto service = catalog_.find_service(name.substr(0, colon));
  const auto operation = service && colon != std::string_view::npos
                             ? service->find_operation(name.substr(colon + 1))
                             : std::nullopt;
  if (!operation) {
    return fail(ErrorCode::general, concat("The mock knows no operation \"", name, "\"."));
  }
  VIRGA_TRY_ASSIGN(http::Response response, render(*operation, sample_output(*operation)));
  if (auto* sink = choose_sink ? choose_sink(response) : nullptr; sink != nullptr) {
    VIRGA_TRY(sink->write(response.body));
    response.body.clear();
  }
  return response;
}

}  // namespace virga::mock
