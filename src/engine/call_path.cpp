// SPDX-License-Identifier: Apache-2.0
#include "engine/call_path.hpp"

#include <utility>

#include "base/strings.hpp"
#include "engine/body_route.hpp"
#include "engine/error_text.hpp"
#include "engine/quirks_s3.hpp"
#include "engine/region_redirect.hpp"
#include "engine/turn.hpp"
#include "params/params.hpp"
#include "protocol/protocol.hpp"
#include "retry/attempt.hpp"

namespace virga::engine {

/// A call that is ready to be signed.
struct CallPath::Prepared {
  std::shared_ptr<const CallConfig> config;  ///< what views of `quirks` refer to
  http::Request request;
  endpoint::Resolution resolution;
  QuirkContext quirks;
  Value params = Map();
  std::optional<UrlTerms> url{};  ///< for a URL, not for a request
};

/// What one attempt gave, with what the retry policy wants to know of it.
struct CallPath::Answer {
  Result<Page> result;
  http::Response response;
  std::chrono::microseconds skew{0};  ///< the correction that the signature's time had
  bool sent = false;                  ///< false where no request could be made
  bool is_final = false;              ///< part of it was handed on: no other attempt may follow
  std::optional<limit::Limiter::Slot> slot{};  ///< its place among the requests in flight
};

namespace {

/// The parameters, with something in the place of a body that comes from a file: it counts as
/// given.
Value with_body(const Call& call) {
  Value params = call.params;
  const auto member = call.body ? call.operation.streaming_input() : std::nullopt;
  if (member) {
    params.as_map()->set(member->name(), Blob());
  }
  return params;
}

Status check(const Call& call, const Value& params) {
  const auto input = call.operation.input();
  if (!input) {
    return {};
  }
  const auto problems = params::validate(*input, params, call.json_members);
  if (problems.empty()) {
    return {};
  }
  return fail(ErrorCode::validation, "Parameter validation failed:\n" + join(problems, "\n"));
}

/// What came of an attempt, as the retry policy sees it. The views are of the result and the
/// response.
retry::Attempt describe(const model::Operation& operation,
                        const Result<Page>& result,
                        const http::Response& response) {
  retry::Attempt out;
  out.status = response.status;
  out.headers = response.status == 0 ? nullptr : &response.headers;
  out.checksum_mismatch = response.status != 0 && retry::crc32_mismatch(response);
  if (result) {
    return out;
  }
  out.network = result.error().network;
  if (!result.error().service) {
    return out;
  }
  out.error_code = result.error().service->code;
  for (const auto& shape : operation.errors()) {
    const auto code = shape.error_code().empty() ? shape.name() : shape.error_code();
    if (code == out.error_code) {
      out.modeled_retryable = shape.has(model::ShapeFlag::retryable);
      out.modeled_throttling = shape.has(model::ShapeFlag::throttling);
    }
  }
  return out;
}

/// Errors: interrupted, where nobody wants the answer any more.
Status wait(Clock& clock, std::chrono::milliseconds duration, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds k_nap{50};
  for (auto left = duration; left.count() > 0 && !stop.stop_requested();) {
    const auto nap = stop.stop_possible() ? std::min(left, k_nap) : left;
    clock.sleep(nap);
    left -= nap;
  }
  return stop.stop_requested() ? Status(fail(ErrorCode::interrupted, "Interrupted.")) : Status();
}

}  // namespace

void CallPath::debug(const std::string& line) const {
  if (parts_.debug) {
    parts_.debug(line);
  }
}

Result<auth::Credentials> CallPath::credentials() {
  VIRGA_TRY_ASSIGN(auto found, parts_.credentials.load());
  if (!found) {
    return fail(auth::no_credentials_error());
  }
  return *std::move(found);
}

Result<Secret> CallPath::bearer_token(std::string_view signing_name) {
  if (auto token =
          auth::bearer_token_from_environment(parts_.settings.environment(), signing_name)) {
    return *std::move(token);
  }
  VIRGA_TRY_ASSIGN(auto token, parts_.credentials.session_token());
  if (!token) {
    return fail(auth::no_token_error());
  }
  return *std::move(token);
}

Result<std::shared_ptr<const CallConfig>> CallPath::config_for(const model::Service& service) {
  const std::lock_guard lock(mutex_);
  if (const auto known = configs_.find(service.name()); known != configs_.end()) {
    return known->second;
  }
  VIRGA_TRY_ASSIGN(CallConfig config,
                   read_call_config(parts_.settings, service, parts_.sign_requests));
  return configs_.emplace(service.name(), std::make_shared<const CallConfig>(std::move(config)))
      .first->second;
}

/// Null for a version that there is no signer for.
auth::Signer* CallPath::signer_for(const std::string& signature_version) {
  const std::lock_guard lock(mutex_);
  const auto known = signers_.find(signature_version);
  if (known != signers_.end()) {
    return known->second.get();
  }
  return signers_.emplace(signature_version, auth::make_signer(signature_version))
      .first->second.get();
}

CallPath::CallPath(const CallPathParts& parts)
    : parts_(parts),
      discovery_(parts.clock),
      express_sessions_([this](const std::string& bucket) { return create_session(bucket); },
                        parts.credentials) {}

Result<Page> CallPath::call(const Call& call) {
  VIRGA_TRY_ASSIGN(auto config, config_for(call.operation.service()));
  VIRGA_TRY_ASSIGN(Prepared prepared, prepare(call, std::move(config)));
  auto page = send_until_done(call, prepared);
  if (page && call.notes != nullptr) {
    call.notes->request_id = page->request_id;
  }
  return page;
}

Result<std::string> CallPath::presigned_url(const Call& call, const UrlTerms& terms) {
  VIRGA_TRY_ASSIGN(const auto shared, config_for(call.operation.service()));
  CallConfig config = *shared;
  config.checksum_validation = "when_required";  // a browser does not know how to ask for one
  VIRGA_TRY_ASSIGN(Prepared prepared, prepare(call, std::make_shared<const CallConfig>(config)));
  prepared.url = terms;
  auto& version = prepared.resolution.signing.signature_version;
  if (version != "none") {
    version += "-query";
  }
  http::Request& request = prepared.request;
  request.method = "GET";
  request.headers.remove("User-Agent");
  for (const auto& [name, value] : terms.headers) {
    request.headers.set(name, value);
  }
  std::chrono::microseconds skew{};
  {
    const std::lock_guard lock(mutex_);
    skew = clock_skew_;
  }
  VIRGA_TRY(sign(prepared, skew, request));
  return request.url();
}

Result<CallPath::Prepared> CallPath::prepare(const Call& call,
                                             std::shared_ptr<const CallConfig> call_config) {
  Prepared out;
  out.config = std::move(call_config);
  const CallConfig& config = *out.config;
  out.params = with_body(call);
  auto& quirks = out.quirks;
  quirks.region = config.endpoint.region;
  quirks.compat_v1 = config.compat_v1;
  quirks.checksum_calculation = config.checksum_calculation;
  quirks.checksum_validation = config.checksum_validation;
  quirks.compress_requests = config.compress_requests;
  quirks.min_compression_bytes = config.min_compression_bytes;
  quirks.trace_id = config.trace_id;
  quirks.clock = &parts_.clock;
  quirks.presign = [this, &call, &config](http::Request request, std::string_view region) {
    return presign(call, config, std::move(request), region);
  };
  VIRGA_TRY(before_serialize(call.operation, out.params, quirks));
  if (config.validate_parameters) {
    VIRGA_TRY(check(call, out.params));
  }
  VIRGA_TRY(place(call, out));
  return out;
}

/// Serialises the input and gives the request its endpoint.
Status CallPath::place(const Call& call, Prepared& prepared) {
  const CallConfig& config = *prepared.config;
  auto params = config.endpoint;
  if (parts_.sign_requests && params.account_id_endpoint_mode != "disabled" &&
      !params.endpoint_url) {
    // Endpoints may have the account in their name; without credentials signing will say what is
    // missing.
    if (const auto known = credentials(); known) {
      params.account_id = known->account_id;
    }
  }
  VIRGA_TRY_ASSIGN(prepared.resolution,
                   endpoint::resolve(parts_.catalog, call.operation, prepared.params, params));
  VIRGA_TRY_ASSIGN(auto serialized,
                   protocol::serialize(call.operation, prepared.params, parts_.random));
  http::Request& request = prepared.request;
  request = std::move(serialized.request);
  request.operation = concat(call.operation.service().name(), ":", call.operation.name());
  if (call.body) {
    request.stream = call.body;
    request.body.clear();
  }
  const auto parts = endpoint::split_endpoint(prepared.resolution.endpoint.url);
  prepared.quirks.scheme = parts.scheme;
  VIRGA_TRY(after_serialize(call.operation, prepared.params, request, prepared.quirks));
  if (!prepared.quirks.endpoint_override.empty()) {
    prepared.resolution.endpoint.url = prepared.quirks.endpoint_override;
  }
  const auto target = endpoint::split_endpoint(prepared.resolution.endpoint.url);
  const bool prefixed = config.inject_host_prefix && uses_host_prefix(call.operation);
  request.scheme = target.scheme;
  request.host = concat(prefixed ? serialized.host_prefix : std::string(), target.host);
  request.path = endpoint::request_path(call.operation, prepared.resolution.endpoint, request.path);
  for (const auto& [name, values] : prepared.resolution.endpoint.headers) {
    for (const auto& value : values) {
      request.headers.add(name, value);
    }
  }
  request.headers.set("User-Agent", config.user_agent);
  return {};
}

/// Sends the request to where the service wants it, for services that say so themselves.
Status CallPath::discover(const Call& call, const CallConfig& config, http::Request& request) {
  if (config.endpoint_discovery.empty()) {
    return {};
  }
  VIRGA_TRY_ASSIGN(const auto url,
                   discovery_.find(call.operation, config.endpoint_discovery, [&](Call describe) {
                     debug("asking for the service's endpoints");
                     describe.stop = call.stop;
                     return this->call(describe);
                   }));
  if (url) {
    const auto target = endpoint::split_endpoint(*url);
    request.scheme = target.scheme;
    request.host = target.host;
    request.path = target.path.empty() ? "/" : target.path;
  }
  return {};
}

Result<Value> CallPath::create_session(const std::string& bucket) {
  const auto service = parts_.catalog.find_service("s3");
  const auto operation = service ? service->find_operation("CreateSession") : std::nullopt;
  if (!operation) {
    return fail(ErrorCode::models, "The models lack s3's CreateSession.");
  }
  debug("opening a session with the bucket");
  Map params;
  params.append("Bucket", Value(bucket));
  VIRGA_TRY_ASSIGN(Page page, call(Call{*operation, Value(std::move(params))}));
  return std::move(page.output);
}

Status CallPath::sign(const Prepared& prepared,
                      std::chrono::microseconds skew,
                      http::Request& request) {
  const auto& scope = prepared.resolution.signing;
  auth::SigningContext context;
  context.service = scope.signing_name;
  context.region = scope.signing_region;
  context.unsigned_payload = scope.unsigned_payload;
  context.trailing_checksum = prepared.quirks.trailing_checksum;
  context.streaming_input = request.stream != nullptr;
  context.payload_signing = prepared.config->payload_signing;
  context.checksum_header = prepared.quirks.checksum_header;
  if (scope.signature_version == "bearer") {
    VIRGA_TRY_ASSIGN(context.bearer_token, bearer_token(scope.signing_name));
  } else if (scope.signature_version.starts_with("v4-s3express")) {
    VIRGA_TRY_ASSIGN(context.credentials,
                     express_sessions_.credentials(std::string(prepared.params.text("Bucket"))));
  } else if (prepared.url && prepared.url->credentials) {
    context.credentials = *prepared.url->credentials;
  } else if (scope.signature_version != "none") {
    VIRGA_TRY_ASSIGN(context.credentials, credentials());
  }
  if (prepared.url) {
    context.expires = prepared.url->expires;
  }
  context.now = parts_.clock.now() + skew;
  auto* const signer = signer_for(scope.signature_version);
  if (signer == nullptr) {
    return fail(
        ErrorCode::general,
        concat("The signature version \"", scope.signature_version, "\" is not supported."));
  }
  return signer->sign(request, context);
}

Result<std::string> CallPath::presign(const Call& call,
                                      const CallConfig& config,
                                      http::Request request,
                                      std::string_view region) {
  auto params = config.endpoint;
  VIRGA_TRY_ASSIGN(auto resolution,
                   endpoint::resolve(parts_.catalog, call.operation, call.params, params));
  const std::string url = replace_all(resolution.endpoint.url, resolution.region, region);
  const auto target = endpoint::split_endpoint(url);
  request.scheme = target.scheme;
  request.host = target.host;
  auth::SigningContext context;
  context.service = resolution.signing.signing_name;
  context.region = region;
  context.expires = std::chrono::hours(1);
  VIRGA_TRY_ASSIGN(context.credentials, credentials());
  {
    const std::lock_guard lock(mutex_);
    context.now = parts_.clock.now() + clock_skew_;
  }
  VIRGA_TRY(auth::make_signer("v4-query")->sign(request, context));
  return request.url();
}

Result<Page> CallPath::send_until_done(const Call& call, Prepared& prepared) {
  bool redirected = false;
  retry::CallState state;
  for (int number = 1;; ++number) {
    VIRGA_TRY(wait(parts_.clock, parts_.retry.before_attempt(), call.stop));
    Answer answer = attempt(call, prepared, number);
    if (!answer.sent) {
      return std::move(answer.result);
    }
    retry::Attempt seen = describe(call.operation, answer.result, answer.response);
    seen.number = number;
    if (answer.slot) {
      const bool interrupted =
          !answer.result && answer.result.error().code == ErrorCode::interrupted;
      end_turn(*answer.slot, seen, interrupted, answer.response.set_up);
    }
    const retry::Decision decision = parts_.retry.after_attempt(seen, state);
    if (answer.result && !decision.retry) {
      if (seen.checksum_mismatch) {
        return fail(ErrorCode::response,
                    "The answer does not have the checksum that it came with (x-amz-crc32).");
      }
      return std::move(answer.result);
    }
    const bool tries_left = number < parts_.retry.max_attempts() && !answer.is_final;
    if (!answer.result) {
      Error& error = answer.result.error();
      adjust_error(call.operation, answer.response, error, prepared.config->compat_v1);
      if (!redirected && is_wrong_region(call.operation, prepared.params, error, answer.response)) {
        redirected = true;
        if (const auto region = find_region(call, prepared, answer.response)) {
          VIRGA_TRY(redirect(call, *region, prepared));
          continue;
        }
      }
      const bool skewed = correct_clock(answer) && tries_left;
      const bool misplaced = tries_left && correct_endpoint(call, *prepared.config, answer);
      const bool again = skewed || misplaced || (decision.retry && !answer.is_final);
      word_service_error(
          error,
          call.operation.name(),
          decision.max_attempts_reached && !again ? std::optional(number - 1) : std::nullopt);
      if (!again) {
        return fail(std::move(error));
      }
      debug(concat("trying again in ", decision.delay.count(), " ms: ", error.message));
    }
    VIRGA_TRY(wait(parts_.clock, decision.delay, call.stop));
  }
}

/// The region of the call's bucket: as the answer names it, else as HeadBucket's answer does.
std::optional<std::string> CallPath::find_region(const Call& call,
                                                 const Prepared& prepared,
                                                 const http::Response& response) {
  if (auto named = bucket_region(response)) {
    return named;
  }
  const auto head_bucket = call.operation.service().find_operation("HeadBucket");
  if (!head_bucket) {
    return std::nullopt;
  }
  debug("asking for the bucket's region");
  Map params;
  params.append("Bucket", Value(prepared.params.text("Bucket")));
  const Call look_up{*head_bucket, Value(std::move(params))};
  const auto head = prepare(look_up, prepared.config);
  // An answer of any status has the header.
  return head ? bucket_region(attempt(look_up, *head, 1).response) : std::nullopt;
}

/// Prepares the call anew for the region that its bucket is in.
Status CallPath::redirect(const Call& call, const std::string& region, Prepared& prepared) {
  debug(concat("the bucket is in ", region, ": sending the call there"));
  if (call.body) {
    VIRGA_TRY(call.body->rewind());
  }
  CallConfig elsewhere = *prepared.config;
  elsewhere.endpoint.region = region;
  VIRGA_TRY_ASSIGN(prepared,
                   prepare(call, std::make_shared<const CallConfig>(std::move(elsewhere))));
  return {};
}

/// Learns from an answer that says that the signature's time is off; true if signing again may
/// help.
bool CallPath::correct_clock(const Answer& answer) {
  const Error& error = answer.result.error();
  const auto skew = auth::clock_skew(answer.response, parts_.clock.now());
  if (!error.service || !skew || !auth::is_clock_skew_error(error.service->code, *skew)) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  clock_skew_ = *skew;
  parts_.credentials.learn_clock_skew(*skew);
  const auto change = *skew - answer.skew;
  return change > std::chrono::minutes(1) || change < -std::chrono::minutes(1);
}

/// Forgets a discovered endpoint that does not want to be called any more; true if asking for
/// another may help.
bool CallPath::correct_endpoint(const Call& call, const CallConfig& config, const Answer& answer) {
  constexpr int k_misdirected = 421;
  const Error& error = answer.result.error();
  const bool wrong = answer.response.status == k_misdirected ||
                     (error.service && error.service->code == "InvalidEndpointException");
  if (!wrong || config.endpoint_discovery.empty() ||
      call.operation.trait("endpointdiscovery").is_null()) {
    return false;
  }
  discovery_.forget(call.operation.service());
  return true;
}

Status CallPath::wait_for_turn(const Call& call,
                               const Prepared& prepared,
                               bool again,
                               std::optional<limit::Limiter::Slot>& slot) {
  if (parts_.limiter == nullptr) {
    return {};
  }
  std::string account;
  if (parts_.sign_requests) {
    if (const auto known = credentials()) {  // without any, signing will say what is missing
      account = account_of(*known);
    }
  }
  VIRGA_TRY_ASSIGN(
      auto turn,
      engine::wait_for_turn(*parts_.limiter, call, account, prepared.resolution.region, again));
  slot.emplace(std::move(turn));
  return {};
}

CallPath::Answer CallPath::attempt(const Call& call, const Prepared& prepared, int number) {
  Answer answer{Page(), {}};
  // Before signing: a signature is good for minutes only.
  if (auto turn = wait_for_turn(call, prepared, number > 1, answer.slot); !turn) {
    answer.result = fail(std::move(turn).error());
    return answer;
  }
  {
    const std::lock_guard lock(mutex_);
    answer.skew = clock_skew_;
  }
  http::Request request = prepared.request;
  request.stop = call.stop;
  if (number > 1 && request.stream) {
    if (auto rewound = request.stream->rewind(); !rewound) {
      answer.result = fail(std::move(rewound).error());
      return answer;
    }
  }
  if (auto placed = discover(call, *prepared.config, request); !placed) {
    answer.result = fail(std::move(placed).error());
    return answer;
  }
  if (auto signed_request = sign(prepared, answer.skew, request); !signed_request) {
    answer.result = fail(std::move(signed_request).error());
    return answer;
  }
  // Neither the query, which may hold a signature, nor what stands before an @ in the host.
  const auto host = std::string_view(request.host);
  debug(concat("attempt ",
               number,
               ": ",
               request.method,
               " ",
               request.scheme,
               "://",
               host.substr(host.rfind('@') == std::string_view::npos ? 0 : host.rfind('@') + 1),
               request.path));
  BodyRoute route(call, prepared.quirks);
  answer.sent = true;
  if (call.notes != nullptr) {
    ++call.notes->attempts;
  }
  http::SinkChooser choose;
  if (route.has_choice()) {
    choose = [&](const http::Response& head) { return route.choose(head); };
  }
  auto response = parts_.transport.send(request, choose);
  answer.is_final = route.gave_events();
  if (!response) {
    answer.result = fail(std::move(response).error());
    return answer;
  }
  debug(concat(
      "answer ", response->status, " ", response->reason, ", ", response->body.size(), " bytes"));
  if (auto finished = route.finish(); !finished) {
    answer.result = fail(std::move(finished).error());
  } else {
    answer.result = read_answer(call, prepared, *response, route);
  }
  answer.response = std::move(*response);
  return answer;
}

Result<Page> CallPath::read_answer(const Call& call,
                                   const Prepared& prepared,
                                   http::Response& response,
                                   const BodyRoute& route) {
  VIRGA_TRY(before_parse(call.operation, response, prepared.quirks));
  auto parsed = protocol::parse(call.operation, response);
  if (!parsed && !parsed.error().service && after_failed_parse(call.operation, response)) {
    parsed = protocol::parse(call.operation, response);
  }
  if (!parsed) {
    return fail(std::move(parsed).error());
  }
  Page page;
  page.output = std::move(parsed->output);
  page.request_id = std::move(parsed->request_id);
  page.http_status = response.status;
  route.complete(page.output);
  VIRGA_TRY(after_parse(call.operation, response, page.output, prepared.quirks));
  return page;
}

}  // namespace virga::engine
