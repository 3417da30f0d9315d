// SPDX-License-Identifier: Apache-2.0
// Services with one or two quirks each.
#include <array>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "engine/quirks/table.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::engine::quirks {
namespace {

// Without it the service answers in HAL (botocore add_accept_header).
Status accept_json(const model::Operation&, const Map&, http::Request& request, QuirkContext&) {
  if (!request.headers.contains("Accept")) {
    request.headers.add("Accept", "application/json");
  }
  return {};
}

// Answers name resources with their kind ("/hostedzone/Z1"), requests want the last part (botocore
// fix_route53_ids).
Status strip_ids(const model::Operation& operation, Map& params, QuirkContext&) {
  const auto input = operation.input();
  if (!input) {
    return {};
  }
  for (auto& [name, value] : params) {
    std::string* text = value.as_string();
    const auto member = text == nullptr ? std::nullopt : input->find_member(name);
    if (!member) {
      continue;
    }
    const std::string_view shape = member->shape().name();
    if (shape == "ResourceId" || shape == "DelegationSetId" || shape == "ChangeId") {
      text->erase(0, text->rfind('/') + 1);  // npos + 1 is 0: all of it stays
    }
  }
  return {};
}

// A search may be too long for a URL (botocore change_get_to_post).
Status post_search(const model::Operation&, const Map&, http::Request& request, QuirkContext&) {
  if (request.method == "GET" && !request.query.empty()) {
    request.method = "POST";
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = std::move(request.query);
    request.query.clear();
  }
  return {};
}

// Predictions are asked of the model's own endpoint; of the URL in the input only scheme and host
// count (botocore switch_host_machinelearning).
Status use_predict_endpoint(const model::Operation&,
                            const Map& params,
                            http::Request&,
                            QuirkContext& context) {
  const Value* endpoint = params.find("PredictEndpoint");
  const std::string* url = endpoint == nullptr ? nullptr : endpoint->as_string();
  const std::size_t scheme = url == nullptr ? std::string::npos : url->find("://");
  if (scheme != std::string::npos) {
    context.endpoint_override = url->substr(0, url->find_first_of("/?#", scheme + 3));
  }
  return {};
}

// Python cannot call a parameter "from", so botocore has another name for it
// (_add_parameter_aliases).
Status accept_from_time(const model::Operation& operation, Map& params, QuirkContext&) {
  return rename_alias(operation, params, "fromTime", "from");
}

// As above, for "return".
Status accept_return_fields(const model::Operation& operation, Map& params, QuirkContext&) {
  return rename_alias(operation, params, "returnFields", "return");
}

// OAuth2 has its own name for an error's message (botocore _map_oauth2_errors).
void name_oauth_message(const model::Operation&, http::Response& response) {
  if (response.status < 400) {
    return;
  }
  auto body = read_json(response.body);
  Map* members = body ? body->as_map() : nullptr;
  if (members == nullptr) {
    return;
  }
  const std::string message(body->text("error_description"));
  if (!message.empty() && body->text("Message").empty() && body->text("message").empty()) {
    members->set("Message", message);
    response.body = to_json(*body);
  }
}

constexpr std::array<Row<InputQuirk>, 1> k_autoscaling_input{
    {{"CreateLaunchConfiguration", encode_user_data}}};
constexpr std::array<Row<InputQuirk>, 1> k_route53_input{{{k_any, strip_ids}}};
constexpr std::array<Row<InputQuirk>, 1> k_logs_input{{{"CreateExportTask", accept_from_time}}};
constexpr std::array<Row<InputQuirk>, 1> k_search_input{{{"Search", accept_return_fields}}};
constexpr std::array<Row<RequestQuirk>, 1> k_search_request{{{"Search", post_search}}};
constexpr std::array<Row<RequestQuirk>, 1> k_apigateway_request{{{k_any, accept_json}}};
constexpr std::array<Row<RequestQuirk>, 1> k_predict_request{{{"Predict", use_predict_endpoint}}};
constexpr std::array<Row<ResponseQuirk>, 1> k_oidc_response{{{k_any, name_oauth_message}}};

}  // namespace

// Instances get their user data as bytes, which the API takes as base64 (botocore
// base64_encode_user_data).
Status encode_user_data(const model::Operation&, Map& params, QuirkContext&) {
  Value* member = params.find("UserData");
  if (const std::string* data = bytes_of(member)) {
    *member = Value(base64_encode(*data));
  }
  return {};
}

Status rename_alias(const model::Operation& operation,
                    Map& params,
                    std::string_view alias,
                    std::string_view name) {
  Value* value = params.find(alias);
  const auto input = operation.input();
  if (value == nullptr || !input || !input->find_member(name)) {
    return {};
  }
  if (params.contains(name)) {
    return fail(ErrorCode::general,
                concat("Parameter '",
                       name,
                       "' and its alias '",
                       alias,
                       "' were provided for operation ",
                       operation.name(),
                       ".  Only one of them may be used."));
  }
  Value moved = std::move(*value);
  params.erase(alias);
  params.append(std::string(name), std::move(moved));
  return {};
}

constinit const ServiceQuirks k_apigateway{{}, k_apigateway_request, {}, {}};
constinit const ServiceQuirks k_autoscaling{k_autoscaling_input, {}, {}, {}};
constinit const ServiceQuirks k_cloudsearchdomain{k_search_input, k_search_request, {}, {}};
constinit const ServiceQuirks k_logs{k_logs_input, {}, {}, {}};
constinit const ServiceQuirks k_machinelearning{{}, k_predict_request, {}, {}};
constinit const ServiceQuirks k_route53{k_route53_input, {}, {}, {}};
constinit const ServiceQuirks k_sso_oidc{{}, {}, k_oidc_response, {}};

}  // namespace virga::engine::quirks
