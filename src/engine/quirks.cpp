// SPDX-License-Identifier: Apache-2.0
#include "engine/quirks.hpp"

#include <array>

#include "base/encoding.hpp"
#include "endpoint/endpoint.hpp"
#include "engine/quirks/checksums.hpp"
#include "engine/quirks/s3.hpp"
#include "engine/quirks/table.hpp"

namespace virga::engine {
namespace {

struct Entry {
  std::string_view service;
  const quirks::ServiceQuirks* quirks;
};

constexpr std::array k_services{
    Entry{"s3", &quirks::k_s3},
    Entry{"ec2", &quirks::k_ec2},
    Entry{"iam", &quirks::k_iam},
    Entry{"rds", &quirks::k_rds},
    Entry{"logs", &quirks::k_logs},
    Entry{"docdb", &quirks::k_docdb},
    Entry{"glacier", &quirks::k_glacier},
    Entry{"neptune", &quirks::k_neptune},
    Entry{"route53", &quirks::k_route53},
    Entry{"s3control", &quirks::k_s3control},
    Entry{"sso-oidc", &quirks::k_sso_oidc},
    Entry{"apigateway", &quirks::k_apigateway},
    Entry{"autoscaling", &quirks::k_autoscaling},
    Entry{"datapipeline", &quirks::k_datapipeline},
    Entry{"cloudformation", &quirks::k_cloudformation},
    Entry{"machinelearning", &quirks::k_machinelearning},
    Entry{"cloudsearchdomain", &quirks::k_cloudsearchdomain},
};

const quirks::ServiceQuirks* find_quirks(const model::Operation& operation) {
  const std::string_view service = operation.service().name();
  for (const Entry& entry : k_services) {
    if (entry.service == service) {
      return entry.quirks;
    }
  }
  return nullptr;
}

/// Calls `run` with the function of each row for the operation until one fails.
template <typename Function, typename Run>
Status for_each_row(std::span<const quirks::Row<Function>> rows,
                    std::string_view operation,
                    const Run& run) {
  for (const auto& row : rows) {
    if (row.operation == quirks::k_any || row.operation == operation) {
      VIRGA_TRY(run(row.function));
    }
  }
  return {};
}

// Lets Lambda's tracing see calls that go in circles (botocore add_recursion_detection_header).
void add_trace_header(http::Request& request, std::string_view trace_id) {
  if (!trace_id.empty() && !request.headers.contains("X-Amzn-Trace-Id")) {
    request.headers.add("X-Amzn-Trace-Id", percent_encode(trace_id, "-=;:+&[]{}\"',"));
  }
}

}  // namespace

Status before_serialize(const model::Operation& operation, Value& params, QuirkContext& context) {
  Map* members = params.as_map();
  if (members == nullptr) {
    return {};
  }
  quirks::ask_for_checksums(operation, *members, context);
  const auto* service = find_quirks(operation);
  if (service == nullptr) {
    return {};
  }
  return for_each_row(service->input, operation.name(), [&](quirks::InputQuirk quirk) {
    return quirk(operation, *members, context);
  });
}

Status after_serialize(const model::Operation& operation,
                       const Value& params,
                       http::Request& request,
                       QuirkContext& context) {
  if (context.presigning) {
    return {};
  }
  static const Map k_none;
  const Map& members = params.as_map() == nullptr ? k_none : *params.as_map();
  if (const auto* service = find_quirks(operation)) {
    VIRGA_TRY(for_each_row(service->request, operation.name(), [&](quirks::RequestQuirk quirk) {
      return quirk(operation, members, request, context);
    }));
  }
  add_trace_header(request, context.trace_id);
  // Endpoint discovery wants to know which version asks (inject_api_version_header_if_needed).
  if (operation.has(model::OperationFlag::endpoint_operation)) {
    request.headers.set("x-amz-api-version",
                        std::string(operation.service().metadata("apiVersion")));
  }
  VIRGA_TRY(quirks::compress(operation, request, context));
  return quirks::add_checksum(operation, members, request, context);
}

Status before_parse(const model::Operation& operation,
                    http::Response& response,
                    const QuirkContext& context) {
  VIRGA_TRY(quirks::check_response(operation, response, context));
  const auto* service = find_quirks(operation);
  if (service == nullptr) {
    return {};
  }
  return for_each_row(service->response, operation.name(), [&](quirks::ResponseQuirk quirk) {
    quirk(operation, response);
    return Status();
  });
}

bool after_failed_parse(const model::Operation& operation, http::Response& response) {
  return operation.service().name() == "s3" &&
         quirks::turn_broken_body_into_500(operation, response);
}

Status after_parse(const model::Operation& operation,
                   const http::Response& response,
                   Value& output,
                   const QuirkContext& context) {
  Map* members = output.as_map();
  const auto* service = find_quirks(operation);
  if (members == nullptr || service == nullptr) {
    return {};
  }
  return for_each_row(service->output, operation.name(), [&](quirks::OutputQuirk quirk) {
    return quirk(operation, response, *members, context);
  });
}

bool uses_host_prefix(const model::Operation& operation) {
  return !endpoint::drops_host_prefix(operation);
}

}  // namespace virga::engine
