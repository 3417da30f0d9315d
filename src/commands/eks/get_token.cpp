// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cli/result_printer.hpp"
#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/command.hpp"
#include "engine/session.hpp"
#include "value/json_read.hpp"
#include "value/timestamp.hpp"

namespace virga::commands {
namespace {

constexpr std::string_view k_alpha = "client.authentication.k8s.io/v1alpha1";
constexpr std::string_view k_beta = "client.authentication.k8s.io/v1beta1";
constexpr std::string_view k_stable = "client.authentication.k8s.io/v1";

/// What the Kubernetes client speaks, by its KUBERNETES_EXEC_INFO.
Result<std::string> api_version(Context& context) {
  const auto info = context.environment.get("KUBERNETES_EXEC_INFO").value_or("");
  if (info.empty()) {
    return std::string(k_beta);
  }
  const auto note = [&context](auto... parts) { return context.err.write(concat(parts..., "\n")); };
  const auto document = read_json(info);
  if (!document) {
    VIRGA_TRY(
        note("Error parsing KUBERNETES_EXEC_INFO, defaulting to ",
             k_beta,
             ". This is likely a bug in your Kubernetes client. Please update your Kubernetes "
             "client."));
    return std::string(k_beta);
  }
  const std::string version(document->text("apiVersion"));
  if (version == k_stable || version == k_beta) {
    return version;
  }
  if (version == k_alpha) {
    VIRGA_TRY(note("Kubeconfig user entry is using deprecated API version ",
                   version,
                   ". Run 'aws eks update-kubeconfig' to update."));
    return version;
  }
  VIRGA_TRY(note("Unrecognized API version in KUBERNETES_EXEC_INFO, defaulting to ",
                 k_beta,
                 ". This is likely due to an outdated AWS CLI. Please update your AWS CLI."));
  return std::string(k_beta);
}

Result<auth::Credentials> assume_role(engine::Session& session,
                                      const model::Service& sts,
                                      const std::string& role) {
  const auto operation = sts.find_operation("AssumeRole");
  if (!operation) {
    return fail(ErrorCode::models, "The models lack sts' AssumeRole.");
  }
  engine::Call call{*operation};
  call.bypass_cache = true;
  auto& params = *call.params.as_map();
  params.append("RoleArn", role);
  params.append("RoleSessionName", "EKSGetTokenAuth");
  VIRGA_TRY_ASSIGN(const auto page, session.call(call));
  const auto* found = page.output.find("Credentials");
  if (found == nullptr) {
    return fail(ErrorCode::response, "AssumeRole gave no credentials.");
  }
  auth::Credentials out;
  out.access_key_id = found->text("AccessKeyId");
  out.secret_access_key = Secret(std::string(found->text("SecretAccessKey")));
  out.session_token = Secret(std::string(found->text("SessionToken")));
  return out;
}

/// A URL of sts' GetCallerIdentity that names the cluster, for the cluster to call.
Result<std::string> make_token(Context& context,
                               const std::string& cluster,
                               const std::string* role) {
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto sts = catalog->find_service("sts");
  const auto operation = sts ? sts->find_operation("GetCallerIdentity") : std::nullopt;
  if (!operation) {
    return fail(ErrorCode::models, "The models lack sts' GetCallerIdentity.");
  }
  engine::Session session(cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err));
  engine::UrlTerms terms;
  terms.expires = std::chrono::seconds(60);
  terms.headers.set("x-k8s-aws-id", cluster);
  if (role != nullptr) {
    VIRGA_TRY_ASSIGN(terms.credentials, assume_role(session, *sts, *role));
  }
  VIRGA_TRY_ASSIGN(const auto url, session.presigned_url(engine::Call{*operation}, terms));
  std::string code = base64_encode(url);
  code.erase(code.find_last_not_of('=') + 1);
  std::replace(code.begin(), code.end(), '+', '-');
  std::replace(code.begin(), code.end(), '/', '_');
  return concat("k8s-aws-v1.", code);
}

}  // namespace

/// "eks get-token". Source: awscli: customizations/eks/get_token.py.
Status eks_get_token(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY_ASSIGN(
      const auto arguments,
      Arguments::parse(words,
                       {{.name = "cluster-name"}, {.name = "role-arn"}, {.name = "cluster-id"}},
                       context.globals.compat));
  const auto* name = arguments.find("cluster-name");
  const auto* id = arguments.find("cluster-id");
  if (name != nullptr && id != nullptr) {
    return fail(
        ErrorCode::validation,
        "The key \"cluster_id\" cannot be specified when one of the following keys are also "
        "specified: cluster_name");
  }
  const auto* cluster = id != nullptr && !id->empty() ? id : name;
  if (cluster == nullptr || cluster->empty()) {
    context.exit_status = 1;  // as the AWS CLI, where this is no error of usage
    return context.err.write(
        "Either parameter --cluster-name or --cluster-id must be specified.\n");
  }
  VIRGA_TRY_ASSIGN(
      auto printer,
      cli::ResultPrinter::make(context.globals, context.settings, std::string("get-token")));
  VIRGA_TRY_ASSIGN(auto token, make_token(context, *cluster, arguments.find("role-arn")));
  VIRGA_TRY_ASSIGN(auto version, api_version(context));
  // The URL's signature is good for 15 minutes, whatever it says: clients ask again before.
  const auto expiry =
      std::chrono::floor<std::chrono::seconds>(context.clock.now()) + std::chrono::minutes(14);
  Map status;
  status.append("expirationTimestamp",
                format_iso8601({std::chrono::microseconds(expiry.time_since_epoch()).count(), 0}));
  status.append("token", std::move(token));
  Map result;
  result.append("kind", "ExecCredential");
  result.append("apiVersion", std::move(version));
  result.append("spec", Map());
  result.append("status", std::move(status));
  return printer.print(Value(std::move(result)), context.out);
}

}  // namespace virga::commands
