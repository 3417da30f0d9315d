// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string_view>

#include "cli/argument_table.hpp"
#include "cli/customizations.hpp"

// The customizations of single services, as the table in customizations.cpp names them.
namespace virga::cli::customizations {

using Customize = void (*)(ArgumentTable& table, const model::Operation& operation);
using Check = Status (*)(const ArgumentTable& table, const GivenArguments& given, Invocation& call);
using Finish = Status (*)(Invocation& call, const World& world);

// ec2.cpp
void add_count(ArgumentTable&, const model::Operation&);
void add_network_options(ArgumentTable&, const model::Operation&);
void simplify_security_group(ArgumentTable&, const model::Operation&);
void add_bundle_options(ArgumentTable&, const model::Operation&);
void add_launch_key(ArgumentTable&, const model::Operation&);
void pull_up_booleans(ArgumentTable&, const model::Operation&);
Status check_network_options(const ArgumentTable&, const GivenArguments&, Invocation&);
Status check_security_group(const ArgumentTable&, const GivenArguments&, Invocation&);
Status check_bundle_options(const ArgumentTable&, const GivenArguments&, Invocation&);
Status check_boolean_pairs(const ArgumentTable&, const GivenArguments&, Invocation&);

// ec2_finish.cpp
Status finish_run_instances(Invocation&, const World&);
Status finish_bundle_instance(Invocation&, const World&);
Status name_protocols(Invocation&, const World&);

// blobs.cpp: bytes that are deep in the input get an option of their own
void hoist_image_bytes(ArgumentTable&, const model::Operation&);
void hoist_compared_images(ArgumentTable&, const model::Operation&);
void hoist_asset_bundle(ArgumentTable&, const model::Operation&);
void hoist_terminology(ArgumentTable&, const model::Operation&);
void hoist_document(ArgumentTable&, const model::Operation&);
void hoist_function_zip(ArgumentTable&, const model::Operation&);
void hoist_layer_zip(ArgumentTable&, const model::Operation&);
void check_zip(ArgumentTable&, const model::Operation&);

// services.cpp
void flatten_expression(ArgumentTable&, const model::Operation&);
void flatten_index_field(ArgumentTable&, const model::Operation&);
void promote_metric(ArgumentTable&, const model::Operation&);
void promote_email(ArgumentTable&, const model::Operation&);
void add_mfa_seed(ArgumentTable&, const model::Operation&);
void add_key_files(ArgumentTable&, const model::Operation&);
void add_certificate_file(ArgumentTable&, const model::Operation&);
void add_option_group_options(ArgumentTable&, const model::Operation&);
void remove_option_group_options(ArgumentTable&, const model::Operation&);
void extract_recording_group(ArgumentTable&, const model::Operation&);
void add_revision_locations(ArgumentTable&, const model::Operation&);
void add_records_file(ArgumentTable&, const model::Operation&);
void hide_start_stream(ArgumentTable&, const model::Operation&);
Status check_metric(const ArgumentTable&, const GivenArguments&, Invocation&);
Status check_email(const ArgumentTable&, const GivenArguments&, Invocation&);
Status stop_pagination_at_stream(const ArgumentTable&, const GivenArguments&, Invocation&);

// cloudfront.cpp
void add_paths(ArgumentTable&, const model::Operation&);
void add_distribution_options(ArgumentTable&, const model::Operation&);
void add_root_object(ArgumentTable&, const model::Operation&);
Status check_paths(const ArgumentTable&, const GivenArguments&, Invocation&);
Status check_distribution(const ArgumentTable&, const GivenArguments&, Invocation&);

// emr.cpp
void parse_cluster_tags(ArgumentTable&, const model::Operation&);
void filter_clusters(ArgumentTable&, const model::Operation&);

// datapipeline.cpp
void add_definition(ArgumentTable&, const model::Operation&);
void add_parameter_values(ArgumentTable&, const model::Operation&);
Status translate_pipeline(Invocation&, const World&);
/// The service's answer in the form of a definition file.
void definition_of_pipeline(Map& output);

// Helpers.

/// An option without a member.
[[nodiscard]] Argument option(std::string_view name,
                              Apply apply,
                              std::string_view target = {},
                              std::string_view detail = {});
/// The parameter as a map, made if it is absent or something else.
[[nodiscard]] Map& map_parameter(Map& params, std::string_view name);
/// The first element of a list of maps, made if it is absent.
[[nodiscard]] Map& first_element(Map& params, std::string_view name);
/// Fails if arguments of two groups were given.
[[nodiscard]] Status exclusive(
    const GivenArguments& given,
    std::initializer_list<std::initializer_list<std::string_view>> groups);

}  // namespace virga::cli::customizations
