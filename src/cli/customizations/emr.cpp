// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"

// Source: awscli/customizations/emr/{addtags,listclusters}.py.
namespace virga::cli::customizations {
namespace {

Status apply_tags(const Argument&, const std::vector<std::string>& words, ApplyContext& context) {
  List tags;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    Map tag;
    tag.append("Key", word.substr(0, equals));
    tag.append("Value", equals == std::string::npos ? std::string() : word.substr(equals + 1));
    tags.emplace_back(std::move(tag));
  }
  context.call.params.set("Tags", std::move(tags));
  return {};
}

Status set_states(List states, ApplyContext& context) {
  const auto* present = context.call.params.find("ClusterStates");
  if (present != nullptr && present->as_list() != nullptr && !present->as_list()->empty()) {
    return fail(ErrorCode::validation,
                "aws: error: You can specify only one of the cluster state filters: "
                "--cluster-states, --active, "
                "--terminated, --failed.");
  }
  context.call.params.set("ClusterStates", std::move(states));
  return {};
}

Status apply_states(const Argument&, const std::vector<std::string>& words, ApplyContext& context) {
  return set_states(List(words.begin(), words.end()), context);
}

Status apply_state_group(const Argument& argument,
                         const std::vector<std::string>&,
                         ApplyContext& context) {
  List states;
  for (const auto state : split(argument.detail, ' ')) {
    states.emplace_back(state);
  }
  return set_states(std::move(states), context);
}

void add_state_group(ArgumentTable& table, std::string_view name, std::string_view states) {
  table.set(option(name, apply_state_group, {}, states)).arity = Arity::flag;
}

}  // namespace

void parse_cluster_tags(ArgumentTable& table, const model::Operation&) {
  auto& tags = table.set(option("tags", apply_tags));
  tags.arity = Arity::at_least_one;
  tags.required = true;
}

void filter_clusters(ArgumentTable& table, const model::Operation&) {
  table.set(option("cluster-states", apply_states)).arity = Arity::at_least_one;
  add_state_group(table, "active", "STARTING BOOTSTRAPPING RUNNING WAITING TERMINATING");
  add_state_group(table, "terminated", "TERMINATED");
  add_state_group(table, "failed", "TERMINATED_WITH_ERRORS");
}

}  // namespace virga::cli::customizations
