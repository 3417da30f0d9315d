// SPDX-License-Identifier: Apache-2.0
#include "cli/customizations.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"
#include "cli/customizations/renames.hpp"

namespace virga::cli {
namespace {

using namespace customizations;  // NOLINT(google-build-using-namespace): the rows below are made of
                                 // its names

/// `operation` is "*" for all operations of the service.
template <typename Function>
struct Row {
  std::string_view service;
  std::string_view operation;
  Function function;

  [[nodiscard]] bool matches(std::string_view of_service, std::string_view of_operation) const {
    return service == of_service && (operation == of_operation || operation == "*");
  }
};

// Rows with "*" run before those of one operation, and all of them after the renames of renames.hpp
// of their kind.
constexpr auto k_customize = std::to_array<Row<Customize>>({
    {"cloudfront", "create-distribution", add_distribution_options},
    {"cloudfront", "create-invalidation", add_paths},
    {"cloudfront", "update-distribution", add_root_object},
    {"cloudsearch", "define-expression", flatten_expression},
    {"cloudsearch", "define-index-field", flatten_index_field},
    {"cloudwatch", "put-metric-data", promote_metric},
    {"configservice", "put-configuration-recorder", extract_recording_group},
    {"datapipeline", "activate-pipeline", add_parameter_values},
    {"datapipeline", "put-pipeline-definition", add_definition},
    {"deploy", "create-deployment", add_revision_locations},
    {"deploy", "get-application-revision", add_revision_locations},
    {"deploy", "register-application-revision", add_revision_locations},
    {"ec2", "authorize-security-group-egress", simplify_security_group},
    {"ec2", "authorize-security-group-ingress", simplify_security_group},
    {"ec2", "bundle-instance", add_bundle_options},
    {"ec2", "get-password-data", add_launch_key},
    {"ec2", "revoke-security-group-egress", simplify_security_group},
    {"ec2", "revoke-security-group-ingress", simplify_security_group},
    {"ec2", "run-instances", add_count},
    {"ec2", "run-instances", add_network_options},
    {"emr", "add-tags", parse_cluster_tags},
    {"emr", "list-clusters", filter_clusters},
    {"iam", "create-virtual-mfa-device", add_mfa_seed},
    {"iot", "create-certificate-from-csr", add_certificate_file},
    {"iot", "create-keys-and-certificate", add_key_files},
    {"kinesis", "list-streams", hide_start_stream},
    {"lambda", "create-function", hoist_function_zip},
    {"lambda", "publish-layer-version", hoist_layer_zip},
    {"lambda", "update-function-code", check_zip},
    {"quicksight", "start-asset-bundle-import-job", hoist_asset_bundle},
    {"rds", "add-option-to-option-group", add_option_group_options},
    {"rds", "remove-option-from-option-group", remove_option_group_options},
    {"rekognition", "compare-faces", hoist_compared_images},
    {"s3api", "select-object-content", add_records_file},
    {"ses", "send-email", promote_email},
    {"translate", "import-terminology", hoist_terminology},
    {"translate", "translate-document", hoist_document},
    {"ec2", "*", pull_up_booleans},
    {"rekognition", "*", hoist_image_bytes},
});

constexpr auto k_checks = std::to_array<Row<Check>>({
    {"cloudfront", "create-distribution", check_distribution},
    {"cloudfront", "create-invalidation", check_paths},
    {"cloudfront", "update-distribution", check_distribution},
    {"cloudwatch", "put-metric-data", check_metric},
    {"ec2", "authorize-security-group-egress", check_security_group},
    {"ec2", "authorize-security-group-ingress", check_security_group},
    {"ec2", "bundle-instance", check_bundle_options},
    {"ec2", "revoke-security-group-egress", check_security_group},
    {"ec2", "revoke-security-group-ingress", check_security_group},
    {"ec2", "run-instances", check_network_options},
    {"kinesis", "list-streams", stop_pagination_at_stream},
    {"ses", "send-email", check_email},
    {"ec2", "*", check_boolean_pairs},
});

constexpr auto k_finish = std::to_array<Row<Finish>>({
    {"datapipeline", "get-pipeline-definition", translate_pipeline},
    {"ec2", "bundle-instance", finish_bundle_instance},
    {"ec2", "create-network-acl-entry", name_protocols},
    {"ec2", "replace-network-acl-entry", name_protocols},
    {"ec2", "run-instances", finish_run_instances},
});

struct PageSizeRow {
  std::string_view operation;
  std::array<std::string_view, 4>
      harmless;  ///< parameters besides which the default page size is set
};

// awscli/customizations/ec2/paginate.py: results of these are too large to be asked for at once.
constexpr std::array<PageSizeRow, 2> k_page_sizes = {{
    {"describe-volumes", {"NextToken", "DryRun", "", ""}},
    {"describe-snapshots", {"NextToken", "DryRun", "OwnerIds", "RestorableByUserIds"}},
}};

void set_page_size(Invocation& call) {
  for (const auto& [operation, harmless] : k_page_sizes) {
    if (call.operation_command != operation || !call.pagination.enabled ||
        call.pagination.page_size) {
      continue;
    }
    const auto is_harmless = [&names = harmless](const Map::Entry& entry) {
      return std::find(names.begin(), names.end(), entry.first) != names.end();
    };
    if (std::all_of(call.params.begin(), call.params.end(), is_harmless)) {
      call.pagination.page_size = Value(1000);
    }
  }
}

void apply_renames(ArgumentTable& table,
                   std::string_view service,
                   std::string_view operation,
                   bool wildcards) {
  for (const auto& row : k_renames) {
    const bool is_wildcard = row.operation == "*";
    if (row.service == service && is_wildcard == wildcards &&
        (is_wildcard || row.operation == operation)) {
      table.rename(row.name, row.other);
    }
  }
}

void apply_aliases(ArgumentTable& table,
                   std::string_view service,
                   std::string_view operation,
                   bool wildcards,
                   Compat compat) {
  for (const auto& row : k_hidden_aliases) {
    const bool is_wildcard = row.operation == "*";
    if (row.service == service && is_wildcard == wildcards &&
        (is_wildcard || row.operation == operation) && (compat == Compat::v1 || !row.only_v1)) {
      table.add_hidden_alias(row.name, row.other);
    }
  }
}

}  // namespace

const std::vector<std::string>* GivenArguments::find(std::string_view dest) const {
  for (const auto& [name, words] : given_) {
    if (name == dest) {
      return &words;
    }
  }
  return nullptr;
}

bool GivenArguments::is_set(std::string_view dest) const {
  const auto* words = find(dest);
  return words != nullptr && (words->size() > 1 || words->empty() ||
                              (!words->front().empty() && words->front() != "false"));
}

void customize_arguments(ArgumentTable& table,
                         const model::Operation& operation,
                         std::string_view service_command,
                         std::string_view operation_command,
                         Compat compat) {
  for (const bool wildcards : {true, false}) {
    apply_renames(table, service_command, operation_command, wildcards);
    apply_aliases(table, service_command, operation_command, wildcards, compat);
    for (const auto& row : k_customize) {
      if (row.matches(service_command, operation_command) && (row.operation == "*") == wildcards) {
        row.function(table, operation);
      }
    }
  }
}

Status check_arguments(const ArgumentTable& table, const GivenArguments& given, Invocation& call) {
  for (const auto& row : k_checks) {
    if (row.matches(call.service_command, call.operation_command)) {
      VIRGA_TRY(row.function(table, given, call));
    }
  }
  return {};
}

Status finish_parameters(Invocation& call, const GlobalOptions& globals, const World& world) {
  if (call.service_command == "cloudsearchdomain" && !globals.endpoint_url) {
    return fail(ErrorCode::validation, "--endpoint-url is required for cloudsearchdomain commands");
  }
  if (call.service_command == "ec2") {
    set_page_size(call);
  }
  for (const auto& row : k_finish) {
    if (row.matches(call.service_command, call.operation_command)) {
      VIRGA_TRY(row.function(call, world));
    }
  }
  return {};
}

namespace customizations {

Argument option(std::string_view name,
                Apply apply,
                std::string_view target,
                std::string_view detail) {
  Argument argument;
  argument.name = argument.dest = std::string(name);
  argument.apply = apply;
  argument.target = target;
  argument.detail = detail;
  return argument;
}

Map& map_parameter(Map& params, std::string_view name) {
  auto* existing = params.find(name);
  if (existing == nullptr || existing->as_map() == nullptr) {
    existing = &params.set(name, Map());
  }
  return *existing->as_map();
}

Map& first_element(Map& params, std::string_view name) {
  auto* existing = params.find(name);
  if (existing == nullptr || existing->as_list() == nullptr) {
    existing = &params.set(name, List());
  }
  auto& list = *existing->as_list();
  if (list.empty()) {
    list.emplace_back(Map());
  } else if (list.front().as_map() == nullptr) {
    list.front() = Map();
  }
  return *list.front().as_map();
}

Status exclusive(const GivenArguments& given,
                 std::initializer_list<std::initializer_list<std::string_view>> groups) {
  const std::initializer_list<std::string_view>* current = nullptr;
  for (const auto& [dest, words] : given.all()) {
    for (const auto& group : groups) {
      if (std::find(group.begin(), group.end(), dest) == group.end()) {
        continue;
      }
      if (current == nullptr) {
        current = &group;
      } else if (current != &group) {
        std::vector<std::string> names;
        for (const auto name : *current) {
          names.push_back(replace_all(name, "-", "_"));
        }
        return fail(
            ErrorCode::validation,
            concat("The key \"",
                   replace_all(dest, "-", "_"),
                   "\" cannot be specified when one of the following keys are also specified: ",
                   join(names, ", ")));
      }
      break;
    }
  }
  return {};
}

}  // namespace customizations
}  // namespace virga::cli
