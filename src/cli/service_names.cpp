// SPDX-License-Identifier: Apache-2.0
#include "cli/service_names.hpp"

#include <algorithm>
#include <array>

namespace virga::cli {
namespace {

struct Pair {
  std::string_view first;
  std::string_view second;

  constexpr bool operator==(const Pair&) const = default;
};

// Command and model of the services that go by another name (awscli/customizations: s3, codedeploy,
// configservice).
constexpr std::array<Pair, 3> k_renamed = {
    {{"s3api", "s3"}, {"deploy", "codedeploy"}, {"configservice", "config"}}};

// Second names of services.
constexpr std::array<Pair, 2> k_service_aliases = {
    {{"runtime.sagemaker", "sagemaker-runtime"}, {"opsworks-cm", "opsworkscm"}}};

// Commands that are not services: version 1's and 2's.
constexpr std::array<std::string_view, 8> k_top_level = {
    "s3", "configure", "history", "ddb", "wizard", "cli-dev", "login", "logout"};

struct Alias {
  std::string_view service;
  std::string_view command;
  std::string_view existing;
  bool hidden;
};

constexpr auto k_aliases = std::to_array<Alias>({
    {"cloudwatch", "get-o-tel-enrichment", "get-otel-enrichment", true},
    {"cloudwatch", "start-o-tel-enrichment", "start-otel-enrichment", true},
    {"cloudwatch", "stop-o-tel-enrichment", "stop-otel-enrichment", true},
    {"mturk", "list-hi-ts-for-qualification-type", "list-hits-for-qualification-type", true},
    {"socialmessaging", "delete-whatsapp-media-message", "delete-whatsapp-message-media", true},
    {"rds", "add-option-to-option-group", "modify-option-group", false},
    {"rds", "remove-option-from-option-group", "modify-option-group", false},
});

// awscli/customizations/removals.py, and what rds.py splits.
constexpr auto k_removed = std::to_array<Pair>({
    {"ses", "delete-verified-email-address"},
    {"ses", "list-verified-email-addresses"},
    {"ses", "verify-email-address"},
    {"ec2", "import-instance"},
    {"ec2", "import-volume"},
    {"emr", "run-job-flow"},
    {"emr", "describe-job-flows"},
    {"emr", "add-job-flow-steps"},
    {"emr", "terminate-job-flows"},
    {"emr", "list-bootstrap-actions"},
    {"emr", "list-instance-groups"},
    {"emr", "set-termination-protection"},
    {"emr", "set-keep-job-flow-alive-when-no-steps"},
    {"emr", "set-visible-to-all-users"},
    {"emr", "set-unhealthy-node-replacement"},
    {"kinesis", "subscribe-to-shard"},
    {"lexv2-runtime", "start-conversation"},
    {"lambda", "invoke-with-response-stream"},
    {"sagemaker-runtime", "invoke-endpoint-with-response-stream"},
    {"bedrock-runtime", "invoke-model-with-response-stream"},
    {"bedrock-runtime", "invoke-model-with-bidirectional-stream"},
    {"bedrock-runtime", "converse-stream"},
    {"bedrock-agent-runtime", "invoke-agent"},
    {"bedrock-agent-runtime", "invoke-flow"},
    {"bedrock-agent-runtime", "invoke-inline-agent"},
    {"bedrock-agent-runtime", "optimize-prompt"},
    {"bedrock-agent-runtime", "retrieve-and-generate-stream"},
    {"bedrock-agentcore", "invoke-code-interpreter"},
    {"bedrock-agentcore", "invoke-agent-runtime-command"},
    {"bedrock-agentcore", "invoke-harness"},
    {"qbusiness", "chat"},
    {"iotsitewise", "invoke-assistant"},
    {"logs", "get-log-object"},
    {"connecthealth", "start-medical-scribe-listening-session"},
    {"polly", "start-speech-synthesis-stream"},
    {"devops-agent", "send-message"},
    {"rds", "modify-option-group"},
    {"runtime.sagemaker", "invoke-endpoint-with-response-stream"},
});

// Commands that do more than one call, or none: they are written by hand, each when its turn comes.
// Where an operation has the same name, the command hides it.
constexpr auto k_high_level = std::to_array<Pair>({
    {"cloudformation", "package"},
    {"cloudformation", "deploy"},
    {"cloudfront", "sign"},
    {"cloudtrail", "create-subscription"},
    {"cloudtrail", "update-subscription"},
    {"cloudtrail", "validate-logs"},
    {"codeartifact", "login"},
    {"codecommit", "credential-helper"},
    {"configservice", "subscribe"},
    {"configservice", "get-status"},
    {"datapipeline", "list-runs"},
    {"datapipeline", "create-default-roles"},
    {"deploy", "push"},
    {"deploy", "register"},
    {"deploy", "deregister"},
    {"deploy", "install"},
    {"deploy", "uninstall"},
    {"dlm", "create-default-role"},
    {"ecr", "get-login"},
    {"ecr", "get-login-password"},
    {"ecr-public", "get-login-password"},
    {"ecs", "deploy"},
    {"ecs", "execute-command"},
    {"eks", "update-kubeconfig"},
    {"eks", "get-token"},
    {"emr", "add-instance-groups"},
    {"emr", "describe-cluster"},
    {"emr", "terminate-clusters"},
    {"emr", "modify-cluster-attributes"},
    {"emr", "install-applications"},
    {"emr", "create-cluster"},
    {"emr", "add-steps"},
    {"emr", "restore-from-hbase-backup"},
    {"emr", "create-hbase-backup"},
    {"emr", "schedule-hbase-backup"},
    {"emr", "disable-hbase-backups"},
    {"emr", "create-default-roles"},
    {"emr", "ssh"},
    {"emr", "socks"},
    {"emr", "get"},
    {"emr", "put"},
    {"emr-containers", "update-role-trust-policy"},
    {"gamelift", "upload-build"},
    {"gamelift", "get-game-session-log"},
    {"logs", "start-live-tail"},
    {"rds", "generate-db-auth-token"},
    {"servicecatalog", "generate"},
    {"ssm", "start-session"},
});

// Those that only version 2 has.
constexpr auto k_high_level_v2 = std::to_array<Pair>({
    {"cloudtrail", "verify-query-results"},
    {"dsql", "generate-db-connect-auth-token"},
    {"dsql", "generate-db-connect-admin-auth-token"},
    {"ec2-instance-connect", "ssh"},
    {"ec2-instance-connect", "open-tunnel"},
    {"lightsail", "push-container-image"},
    {"logs", "tail"},
    {"opsworks", "register"},
    {"sso", "login"},
    {"sso", "logout"},
});

template <std::size_t N>
bool holds(const std::array<Pair, N>& rows, std::string_view first, std::string_view second) {
  return std::find(rows.begin(), rows.end(), Pair{first, second}) != rows.end();
}

const Alias* find_alias(std::string_view service, std::string_view command) {
  for (const auto& alias : k_aliases) {
    if (alias.service == service && alias.command == command) {
      return &alias;
    }
  }
  return nullptr;
}

/// The AWS CLI takes these away because it cannot print a stream of events; virga can.
bool is_event_stream(const std::optional<model::Operation>& operation) {
  return operation && operation->event_stream_output() && !operation->event_stream_input();
}

bool has_waiters(const model::Service& service) { return service.waiters().size() > 0; }

}  // namespace

std::optional<model::Service> find_service_command(const model::Catalog& catalog,
                                                   std::string_view command) {
  for (const auto& [name, model_name] : k_renamed) {
    if (command == name) {
      return catalog.find_service(model_name);
    }
    if (command == model_name) {
      return std::nullopt;
    }
  }
  for (const auto& [name, model_name] : k_service_aliases) {
    if (command == name) {
      return catalog.find_service(model_name);
    }
  }
  return catalog.find_service(command);
}

std::string_view service_command(std::string_view service_name) {
  for (const auto& [name, model_name] : k_renamed) {
    if (service_name == model_name) {
      return name;
    }
  }
  return service_name;
}

std::optional<model::Operation> find_operation_command(const model::Service& service,
                                                       std::string_view service_command,
                                                       std::string_view command,
                                                       Compat compat) {
  if (is_high_level_command(service_command, command, compat)) {
    return std::nullopt;
  }
  if (const auto* alias = find_alias(service_command, command)) {
    return service.find_operation_by_cli_name(alias->existing);
  }
  auto operation = service.find_operation_by_cli_name(command);
  const bool removed = holds(k_removed, service_command, command) &&
                       (compat == Compat::v1 || !is_event_stream(operation));
  return removed ? std::nullopt : operation;
}

bool is_high_level_command(std::string_view service_command,
                           std::string_view command,
                           Compat compat) {
  if (std::find(k_top_level.begin(), k_top_level.end(), service_command) != k_top_level.end()) {
    return true;
  }
  return holds(k_high_level, service_command, command) ||
         (compat == Compat::v2 && holds(k_high_level_v2, service_command, command));
}

bool is_hidden_service(std::string_view command) {
  return command == "sms-voice" || command == "opsworkscm" || command == "runtime.sagemaker";
}

bool is_hidden_operation(std::string_view service_command, std::string_view command) {
  const auto* alias = find_alias(service_command, command);
  return alias != nullptr && alias->hidden;
}

std::vector<std::string> service_commands(const model::Catalog& catalog) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < catalog.service_count(); ++i) {
    const auto name = catalog.service(i).name();
    if (service_command(name) == name) {
      names.emplace_back(name);
    }
  }
  for (const auto* name :
       {"s3api", "s3", "configure", "deploy", "configservice", "runtime.sagemaker", "history"}) {
    names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> operation_commands(const model::Service& service,
                                            std::string_view service_command,
                                            Compat compat) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < service.operation_count(); ++i) {
    const auto name = service.operation(i).cli_name();
    if (!holds(k_removed, service_command, name)) {
      names.emplace_back(name);
    }
  }
  const auto add = [&names](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.emplace_back(name);
    }
  };
  for (const auto& alias : k_aliases) {
    if (alias.service == service_command && service.find_operation_by_cli_name(alias.existing)) {
      add(alias.command);
    }
  }
  for (const auto& [owner, command] : k_high_level) {
    if (owner == service_command) {
      add(command);
    }
  }
  for (const auto& [owner, command] : k_high_level_v2) {
    if (owner == service_command && compat == Compat::v2) {
      add(command);
    }
  }
  if (has_waiters(service)) {
    names.emplace_back("wait");
  }
  return names;
}

}  // namespace virga::cli
