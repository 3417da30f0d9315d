// SPDX-License-Identifier: Apache-2.0
#include "cli/call_runner.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "auth/credentials.hpp"
#include "base/strings.hpp"
#include "engine/call_path.hpp"
#include "engine/pager.hpp"
#include "http/curl_transport.hpp"
#include "http/file_body.hpp"
#include "mock/mock_transport.hpp"
#include "query/expression.hpp"
#include "retry/retry_policy.hpp"
#include "value/json_write.hpp"

namespace virga::cli {
namespace {

using config::Setting;

Result<http::TransportOptions> transport_options(const GlobalOptions& globals,
                                                 const config::Settings& settings) {
  http::TransportOptions out;
  VIRGA_TRY_ASSIGN(const auto connect, settings.real(Setting::connect_timeout));
  VIRGA_TRY_ASSIGN(const auto read, settings.real(Setting::read_timeout));
  VIRGA_TRY_ASSIGN(const auto ca_bundle, settings.text(Setting::ca_bundle));
  VIRGA_TRY_ASSIGN(out.tcp_keepalive, settings.flag(Setting::tcp_keepalive));
  out.connect_timeout_seconds = connect.value_or(out.connect_timeout_seconds);
  out.read_timeout_seconds = read.value_or(out.read_timeout_seconds);
  out.ca_bundle = ca_bundle.value_or("");
  out.verify_tls = globals.verify_ssl;
  const auto& environment = settings.environment();
  const auto variable = [&](const char* lower, const char* upper) {
    auto value = environment.get(lower);
    return value ? *value : environment.get(upper).value_or("");
  };
  out.http_proxy = variable("http_proxy", "HTTP_PROXY");
  out.https_proxy = variable("https_proxy", "HTTPS_PROXY");
  out.no_proxy = variable("no_proxy", "NO_PROXY");
  return out;
}

Result<std::unique_ptr<http::Transport>> make_transport(const GlobalOptions& globals,
                                                        const RunnerParts& parts) {
  if (globals.mock) {
    return std::unique_ptr<http::Transport>(std::make_unique<mock::MockTransport>(parts.catalog));
  }
  VIRGA_TRY_ASSIGN(auto options, transport_options(globals, parts.settings));
  return std::unique_ptr<http::Transport>(
      std::make_unique<http::CurlTransport>(std::move(options)));
}

Result<retry::RetryOptions> retry_options(const model::Service& service,
                                          const config::Settings& settings) {
  retry::RetryOptions out;
  VIRGA_TRY_ASSIGN(const auto mode, settings.text(Setting::retry_mode));
  VIRGA_TRY_ASSIGN(const auto attempts, settings.integer(Setting::max_attempts));
  out.mode = retry::parse_mode(mode.value_or("standard")).value_or(retry::Mode::standard);
  if (attempts) {
    constexpr std::int64_t k_most = 1000;
    out.max_attempts = static_cast<int>(std::clamp<std::int64_t>(*attempts, 1, k_most));
  }
  out.service = service.metadata("endpointPrefix");
  if (out.mode == retry::Mode::legacy) {
    out.legacy = retry::legacy_rules(out.service);
  }
  return out;
}

/// Credentials that are good for the mock only, where nobody looks at them.
class MockCredentials final : public auth::CredentialProvider {
 public:
  [[nodiscard]] std::string_view name() const override { return "mock"; }

  [[nodiscard]] Result<std::optional<auth::Credentials>> load() override {
    auth::Credentials credentials;
    credentials.access_key_id = "MOCK";
    credentials.secret_access_key = Secret("mock");
    credentials.provider = name();
    return std::optional(std::move(credentials));
  }
};

auth::CredentialChain credential_chain(const GlobalOptions& globals,
                                       const config::Settings& settings) {
  if (!globals.mock) {
    return auth::default_chain(settings);
  }
  std::vector<std::unique_ptr<auth::CredentialProvider>> providers;
  providers.push_back(std::make_unique<MockCredentials>());
  return auth::CredentialChain(std::move(providers));
}

/// The file that a streaming output goes to; a new one for each attempt, so that a retry starts
/// from nothing.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  Result<http::BodySink*> open() {
    sink_ = std::make_unique<http::FileSink>(path_);
    VIRGA_TRY(sink_->open());
    return static_cast<http::BodySink*>(sink_.get());
  }

  Status write(std::string_view bytes) {
    if (!sink_) {
      VIRGA_TRY(open());
    }
    return sink_->write(bytes);
  }

  /// The AWS CLI leaves an empty file behind where the answer had no bytes.
  Status finish() {
    if (!sink_) {
      VIRGA_TRY(open());
    }
    return sink_->finish();
  }

 private:
  std::string path_;
  std::unique_ptr<http::FileSink> sink_;
};

Result<engine::Call> make_call(const Invocation& invocation, OutputFile* outfile) {
  engine::Call call{invocation.operation, Value(invocation.params)};
  call.json_members = invocation.json_members;
  for (const auto& [member, path] : invocation.stream_files) {
    VIRGA_TRY_ASSIGN(call.body, http::open_file_source(path));
  }
  if (outfile != nullptr) {
    call.open_sink = [outfile] { return outfile->open(); };
  }
  return call;
}

const PostAction* find_action(const Invocation& invocation, PostAction::Kind kind) {
  for (const auto& action : invocation.post_actions) {
    if (action.kind == kind) {
      return &action;
    }
  }
  return nullptr;
}

/// Events are printed as they come, one JSON object a line; those of select-object-content are
/// bytes for a file.
void take_events(const Invocation& invocation,
                 output::Writer& out,
                 OutputFile& records,
                 engine::Call& call) {
  if (!invocation.operation.event_stream_output()) {
    return;
  }
  const bool save = find_action(invocation, PostAction::Kind::save_records) != nullptr;
  call.on_event = [&out, &records, save](Value event) -> Status {
    if (!save) {
      return out.write(to_json(event) + "\n");
    }
    const auto* record = event.find("Records");
    const auto* payload = record == nullptr ? nullptr : record->find("Payload");
    const auto* blob = payload == nullptr ? nullptr : payload->as_blob();
    return blob == nullptr ? Status() : records.write(blob->bytes);
  };
}

Result<engine::PageLimits> page_limits(const PaginationOptions& pagination) {
  engine::PageLimits out;
  out.max_items = pagination.max_items;
  out.starting_token = pagination.starting_token;
  out.page_size = pagination.page_size;
  return out;
}

Result<Value> fetch(const Invocation& invocation,
                    const GlobalOptions& globals,
                    engine::Caller& caller,
                    output::Writer& out) {
  const auto* records = find_action(invocation, PostAction::Kind::save_records);
  std::string path = records != nullptr ? records->path : invocation.outfile.value_or("");
  if (path == "-" && globals.compat == Compat::v1) {
    path = "./-";  // to the AWS CLI a name like any other
  }
  OutputFile outfile(std::move(path));
  VIRGA_TRY_ASSIGN(auto call, make_call(invocation, invocation.outfile ? &outfile : nullptr));
  take_events(invocation, out, outfile, call);
  const bool paginate = globals.paginate && invocation.pagination.enabled &&
                        !invocation.operation.paginator().is_null();
  if (paginate) {
    VIRGA_TRY_ASSIGN(const auto limits, page_limits(invocation.pagination));
    VIRGA_TRY_ASSIGN(auto pager, engine::Pager::start(caller, std::move(call), limits));
    return engine::merge_pages(*pager);
  }
  VIRGA_TRY_ASSIGN(auto page, caller.call(call));
  if (invocation.outfile || records != nullptr) {
    VIRGA_TRY(outfile.finish());
  }
  return std::move(page.output);
}

/// cloudfront's --default-root-object: changes one member of the configuration that is there.
Status merge_root_object(Invocation& invocation, engine::Caller& caller) {
  const auto current = invocation.operation.service().find_operation("GetDistributionConfig");
  if (!current) {
    return fail(ErrorCode::models, "The models lack cloudfront's GetDistributionConfig.");
  }
  engine::Call call{*current};
  const auto* id = invocation.params.find("Id");
  call.params.as_map()->set("Id", id == nullptr ? Value() : *id);
  VIRGA_TRY_ASSIGN(auto page, caller.call(call));
  invocation.params.set("IfMatch", page.output.text("ETag"));
  if (auto* configuration = page.output.as_map()->find("DistributionConfig");
      configuration != nullptr) {
    if (auto* members = configuration->as_map()) {
      members->set("DefaultRootObject", *invocation.new_root_object);
    }
    invocation.params.set("DistributionConfig", std::move(*configuration));
  }
  return {};
}

void format_timestamps(Value& value, TimestampStyle style) {
  if (const auto* timestamp = value.as_timestamp(); timestamp != nullptr) {
    if (style == TimestampStyle::iso8601) {
      value = format_timestamp(*timestamp, style).text;
    }
  } else if (auto* map = value.as_map()) {
    for (auto& [name, member] : *map) {
      format_timestamps(member, style);
    }
  } else if (auto* list = value.as_list()) {
    for (auto& element : *list) {
      format_timestamps(element, style);
    }
  }
}

Result<TimestampStyle> timestamp_style(const config::Settings& settings) {
  VIRGA_TRY_ASSIGN(const auto setting, settings.text(Setting::cli_timestamp_format));
  const std::string format = setting.value_or("");
  if (format == "iso8601") {
    return TimestampStyle::iso8601;
  }
  if (format == "wire" || format == "none") {
    return TimestampStyle::wire;
  }
  return fail(ErrorCode::configuration,
              concat("Unknown cli_timestamp_format value: ",
                     format,
                     ", valid values are \"wire\" or \"iso8601\""));
}

/// Errors: usage, as the AWS CLI words them.
Result<std::optional<query::Expression>> compile_query(const GlobalOptions& globals) {
  if (!globals.query) {
    return std::optional<query::Expression>();
  }
  auto expression = query::Expression::compile(*globals.query);
  if (!expression) {
    return fail(
        std::move(expression).error().context(concat("Bad value for --query ", *globals.query)));
  }
  return std::optional(std::move(*expression));
}

}  // namespace

void apply_globals(const GlobalOptions& globals, config::Settings& settings) {
  const auto set = [&](Setting setting, const std::optional<std::string>& value) {
    if (value) {
      settings.set_option(setting, *value);
    }
  };
  set(Setting::profile, globals.profile);
  set(Setting::region, globals.region);
  set(Setting::output, globals.output);
  set(Setting::endpoint_url, globals.endpoint_url);
  set(Setting::ca_bundle, globals.ca_bundle);
  set(Setting::cli_binary_format, globals.cli_binary_format);
  if (globals.read_timeout_seconds) {
    settings.set_option(Setting::read_timeout, concat(*globals.read_timeout_seconds));
  }
  if (globals.connect_timeout_seconds) {
    settings.set_option(Setting::connect_timeout, concat(*globals.connect_timeout_seconds));
  }
}

Status run_call(const Invocation& given, const GlobalOptions& globals, const RunnerParts& parts) {
  Invocation invocation = given;
  VIRGA_TRY_ASSIGN(const auto format, parts.settings.text(Setting::output));
  VIRGA_TRY_ASSIGN(const auto timestamps, timestamp_style(parts.settings));
  VIRGA_TRY_ASSIGN(auto formatter, output::make_formatter(format.value_or("json"), {timestamps}));
  VIRGA_TRY_ASSIGN(const auto query, compile_query(globals));
  VIRGA_TRY_ASSIGN(const auto transport, make_transport(globals, parts));
  VIRGA_TRY_ASSIGN(auto retries, retry_options(invocation.operation.service(), parts.settings));
  retry::RetryPolicy policy(std::move(retries), parts.clock, parts.random);
  const auth::CredentialChain chain = credential_chain(globals, parts.settings);
  engine::CallPathParts engine_parts{parts.catalog,
                                     parts.settings,
                                     chain,
                                     *transport,
                                     policy,
                                     parts.clock,
                                     parts.random,
                                     globals.sign_request};
  if (globals.debug) {
    engine_parts.debug = [&parts](const std::string& line) {
      static_cast<void>(parts.notes.write(line + "\n"));
    };
  }
  engine::CallPath path(engine_parts);
  if (invocation.new_root_object) {
    VIRGA_TRY(merge_root_object(invocation, path));
  }
  VIRGA_TRY_ASSIGN(Value result, fetch(invocation, globals, path, parts.out));
  VIRGA_TRY(apply_post_actions(invocation.post_actions, result));
  if (invocation.outfile == "-" && globals.compat != Compat::v1) {
    return {};  // standard output is the object's
  }
  if (query) {
    // The AWS CLI's query sees the times as they are printed.
    format_timestamps(result, timestamps);
    VIRGA_TRY_ASSIGN(result, query->search(result));
  }
  return formatter->print(result, parts.out);
}

}  // namespace virga::cli
