// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/quirks.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

// The tables behind quirks.hpp: one ServiceQuirks for each service that has any.
namespace virga::engine::quirks {

using InputQuirk = Status (*)(const model::Operation& operation,
                              Map& params,
                              QuirkContext& context);
using RequestQuirk = Status (*)(const model::Operation& operation,
                                const Map& params,
                                http::Request& request,
                                QuirkContext& context);
using ResponseQuirk = void (*)(const model::Operation& operation, http::Response& response);
using OutputQuirk = Status (*)(const model::Operation& operation,
                               const http::Response& response,
                               Map& output,
                               const QuirkContext& context);

/// For every operation of the service.
inline constexpr std::string_view k_any;

template <typename Function>
struct Row {
  std::string_view operation;  ///< its name, or k_any
  Function function;
};

/// Rows run in their order.
struct ServiceQuirks {
  std::span<const Row<InputQuirk>> input;
  std::span<const Row<RequestQuirk>> request;
  std::span<const Row<ResponseQuirk>> response;
  std::span<const Row<OutputQuirk>> output;
};

extern const ServiceQuirks k_apigateway;
extern const ServiceQuirks k_autoscaling;
extern const ServiceQuirks k_cloudformation;
extern const ServiceQuirks k_cloudsearchdomain;
extern const ServiceQuirks k_datapipeline;
extern const ServiceQuirks k_docdb;
extern const ServiceQuirks k_ec2;
extern const ServiceQuirks k_glacier;
extern const ServiceQuirks k_iam;
extern const ServiceQuirks k_logs;
extern const ServiceQuirks k_machinelearning;
extern const ServiceQuirks k_neptune;
extern const ServiceQuirks k_rds;
extern const ServiceQuirks k_route53;
extern const ServiceQuirks k_s3;
extern const ServiceQuirks k_s3control;
extern const ServiceQuirks k_sso_oidc;

// Shared by several services.
[[nodiscard]] Status encode_user_data(const model::Operation&, Map& params, QuirkContext&);
[[nodiscard]] Status presign_ec2_copy(const model::Operation&,
                                      const Map&,
                                      http::Request& request,
                                      QuirkContext& context);
[[nodiscard]] Status presign_rds_copy(const model::Operation&,
                                      const Map&,
                                      http::Request& request,
                                      QuirkContext& context);
[[nodiscard]] Status decode_console_output(const model::Operation&,
                                           const http::Response&,
                                           Map& output,
                                           const QuirkContext&);

/// Gives a member its documented other name: "Filters" for "Filter".
[[nodiscard]] Status rename_alias(const model::Operation& operation,
                                  Map& params,
                                  std::string_view alias,
                                  std::string_view name);

/// The text or bytes of a value; null where it is neither.
[[nodiscard]] const std::string* bytes_of(const Value* value);

/// A failed check of an input, worded as the validation words its own.
[[nodiscard]] inline tl::unexpected<Error> invalid(std::string_view report) {
  return fail(ErrorCode::validation, "Parameter validation failed:\n" + std::string(report));
}

}  // namespace virga::engine::quirks
