// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include <unistd.h>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"
#include "params/python_numbers.hpp"

// Source:
// awscli/customizations/{cloudsearch,flatten,iamvirtmfa,iot,kinesis,putmetricdata,rds,s3events,
// sessendemail}.py, configservice/putconfigurationrecorder.py, codedeploy/locationargs.py.
namespace virga::cli::customizations {
namespace {

tl::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::validation, std::move(message));
}

/// The member of the input that is called `target`, or of the structure or list element below it.
std::optional<model::Member> member_below(const model::Operation& operation,
                                          std::string_view outer,
                                          std::string_view name) {
  const auto input = operation.input();
  const auto member = input ? input->find_member(outer) : std::nullopt;
  if (!member) {
    return std::nullopt;
  }
  const auto shape = member->shape();
  return shape.kind() == model::ShapeKind::list ? shape.element().shape().find_member(name)
                                                : shape.find_member(name);
}

// cloudsearch: the members of one structure as options of their own.

Result<Value> flat_value(const Argument& argument,
                         const std::string& word,
                         model::ShapeKind kind,
                         ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto text, context.text_of(argument, word));
  switch (kind) {
    case model::ShapeKind::boolean:
      return Value(to_lower(text) != "false");
    case model::ShapeKind::integer:
    case model::ShapeKind::long_integer:
      return params::python_int_of(Value(std::move(text)));
    case model::ShapeKind::float_number:
    case model::ShapeKind::double_number:
      return params::python_float_of(Value(std::move(text)));
    default:
      return Value(std::move(text));
  }
}

Status apply_flat(const Argument& argument,
                  const std::vector<std::string>& words,
                  ApplyContext& context) {
  const auto kind = argument.member ? argument.member->shape().kind() : model::ShapeKind::string;
  VIRGA_TRY_ASSIGN(auto value, flat_value(argument, words.front(), kind, context));
  map_parameter(context.call.params, argument.target).set(argument.detail, std::move(value));
  return {};
}

/// "int-array" → IntArray; the model's spelling of latlon is LatLon.
std::string index_type(std::string_view text) {
  std::string type;
  for (const auto part : split(text, '-')) {
    auto word = to_lower(part);
    if (!word.empty()) {
      word.front() = ascii_upper(word.front());
    }
    type += word;
  }
  return type == "Latlon" ? "LatLon" : type;
}

/// An option of the structure that --type selects: IntOptions, TextOptions, ...
Status apply_index_option(const Argument& argument,
                          const std::vector<std::string>& words,
                          ApplyContext& context) {
  auto& field = map_parameter(context.call.params, "IndexField");
  const auto* chosen = field.find("IndexFieldType");
  if (chosen == nullptr || chosen->as_string() == nullptr) {
    return fail(ErrorCode::general, "You must pass the --type option.");
  }
  const auto type = index_type(*chosen->as_string());
  auto kind = model::ShapeKind::string;
  if (argument.detail == "DefaultValue") {
    kind = type == "Int" || type == "IntArray"         ? model::ShapeKind::long_integer
           : type == "Double" || type == "DoubleArray" ? model::ShapeKind::double_number
                                                       : model::ShapeKind::string;
  } else if (argument.detail.ends_with("Enabled")) {
    kind = model::ShapeKind::boolean;
  }
  VIRGA_TRY_ASSIGN(auto value, flat_value(argument, words.front(), kind, context));
  map_parameter(field, concat(type, "Options")).set(argument.detail, std::move(value));
  return {};
}

void set_flat(ArgumentTable& table,
              const model::Operation& operation,
              std::string_view name,
              std::string_view outer,
              std::string_view inner) {
  auto added = option(name, apply_flat, outer, inner);
  added.member = member_below(operation, outer, inner);
  added.required = added.member && added.member->has(model::MemberFlag::required);
  table.set(std::move(added));
}

// cloudwatch put-metric-data: one metric without JSON.

/// Parts between commas, where double quotes protect commas.
std::vector<std::string> split_on_commas(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Result<std::pair<std::string, std::string>> key_and_value(const std::string& pair) {
  const auto parts = split(pair, '=');
  if (parts.size() < 2) {
    return fail(ErrorCode::general, "not enough values to unpack (expected 2, got 1)");
  }
  if (parts.size() > 2) {
    return fail(ErrorCode::general, "too many values to unpack (expected 2)");
  }
  return std::pair(std::string(parts[0]), std::string(parts[1]));
}

Status apply_metric(const Argument& argument,
                    const std::vector<std::string>& words,
                    ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto value, context.value(argument, *argument.member, words));
  first_element(context.call.params, "MetricData").set(argument.detail, std::move(value));
  return {};
}

Status apply_dimensions(const Argument& argument,
                        const std::vector<std::string>& words,
                        ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto text, context.text_of(argument, words.front()));
  List dimensions;
  for (const auto& part : split_on_commas(text)) {
    VIRGA_TRY_ASSIGN(auto pair, key_and_value(part));
    Map dimension;
    dimension.append("Name", std::move(pair.first));
    dimension.append("Value", std::move(pair.second));
    dimensions.emplace_back(std::move(dimension));
  }
  first_element(context.call.params, "MetricData").set("Dimensions", std::move(dimensions));
  return {};
}

Status apply_statistics(const Argument& argument,
                        const std::vector<std::string>& words,
                        ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto text, context.text_of(argument, words.front()));
  Map statistics;
  for (const auto& part : split_on_commas(text)) {
    VIRGA_TRY_ASSIGN(auto pair, key_and_value(part));
    VIRGA_TRY_ASSIGN(auto number, params::python_float_of(Value(std::move(pair.second))));
    statistics.set(pair.first, std::move(number));
  }
  first_element(context.call.params, "MetricData").set("StatisticValues", std::move(statistics));
  return {};
}

// ses send-email.

Status apply_addresses(const Argument& argument,
                       const std::vector<std::string>& words,
                       ApplyContext& context) {
  map_parameter(context.call.params, "Destination")
      .set(argument.detail, List(words.begin(), words.end()));
  return {};
}

Status apply_message(const Argument& argument,
                     const std::vector<std::string>& words,
                     ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto text, context.text_of(argument, words.front()));
  if (text.empty()) {
    return {};
  }
  auto& message = map_parameter(context.call.params, "Message");
  static_cast<void>(map_parameter(message, "Subject"));
  auto& body = map_parameter(message, "Body");
  Map data;
  data.append("Data", std::move(text));
  (argument.detail == "Subject" ? message : body).set(argument.detail, std::move(data));
  return {};
}

// Files that parts of an answer are written to.

Result<std::string> writable_path(const Argument& argument,
                                  const std::string& word,
                                  const ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto text, context.text_of(argument, word));
  auto path = config::expand_path(text, context.world.environment);
  const auto slash = path.rfind('/');
  const auto folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  if (access(folder.c_str(), W_OK) != 0) {
    return invalid(concat("Unable to write to file: ", path));
  }
  return path;
}

Status apply_seed_file(const Argument& argument,
                       const std::vector<std::string>& words,
                       ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto path, writable_path(argument, words.front(), context));
  context.call.post_actions.push_back({PostAction::Kind::save_mfa_seed, std::move(path)});
  return {};
}

/// Comes after --outfile in the table, so the action is there.
Status apply_seed_method(const Argument&,
                         const std::vector<std::string>& words,
                         ApplyContext& context) {
  for (auto& action : context.call.post_actions) {
    if (action.kind == PostAction::Kind::save_mfa_seed) {
      action.detail = words.front();
    }
  }
  return {};
}

Status apply_text_file(const Argument& argument,
                       const std::vector<std::string>& words,
                       ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto path, writable_path(argument, words.front(), context));
  context.call.post_actions.push_back(
      {PostAction::Kind::save_text, std::move(path), std::string(argument.detail)});
  return {};
}

Status apply_records_file(const Argument&,
                          const std::vector<std::string>& words,
                          ApplyContext& context) {
  context.call.outfile = words.front();
  context.call.post_actions.push_back({PostAction::Kind::save_records, words.front()});
  return {};
}

// configservice and codedeploy: parts of a structure.

Status apply_recorder(const Argument& argument,
                      const std::vector<std::string>& words,
                      ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto value, context.value(argument, *argument.member, words));
  if (argument.detail.empty() && value.as_map() == nullptr) {
    context.call.params.set(argument.target, std::move(value));
    return {};
  }
  auto& recorder = map_parameter(context.call.params, argument.target);
  if (!argument.detail.empty()) {
    recorder.set(argument.detail, std::move(value));
    return {};
  }
  for (auto& [key, member] : *value.as_map()) {
    recorder.set(key, std::move(member));
  }
  return {};
}

bool has_text(const Value& value, std::string_view name) { return !value.text(name).empty(); }

Status apply_location(const Argument& argument,
                      const std::vector<std::string>& words,
                      ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto value, context.value(argument, *argument.member, words));
  const bool is_s3 = argument.detail == "s3Location";
  if (is_s3 &&
      !(has_text(value, "bucket") && has_text(value, "key") && has_text(value, "bundleType"))) {
    return fail(ErrorCode::general, "--s3-location must specify bucket, key and bundleType.");
  }
  if (!is_s3 && !(has_text(value, "repository") && has_text(value, "commitId"))) {
    return fail(ErrorCode::general, "--github-location must specify repository and commitId.");
  }
  Map location;
  for (const auto* name :
       {"bucket", "key", "bundleType", "eTag", "version", "repository", "commitId"}) {
    if (const auto* part = value.find(name)) {
      location.append(name, *part);
    }
  }
  Map revision;
  revision.append("revisionType", is_s3 ? "S3" : "GitHub");
  revision.append(std::string(argument.detail), std::move(location));
  context.call.params.set("revision", std::move(revision));
  return {};
}

constexpr std::array<std::string_view, 2> k_seed_methods = {"QRCodePNG", "Base32StringSeed"};

}  // namespace

void flatten_expression(ArgumentTable& table, const model::Operation& operation) {
  set_flat(table, operation, "name", "Expression", "ExpressionName");
  set_flat(table, operation, "expression", "Expression", "ExpressionValue");
}

void flatten_index_field(ArgumentTable& table, const model::Operation& operation) {
  set_flat(table, operation, "name", "IndexField", "IndexFieldName");
  set_flat(table, operation, "type", "IndexField", "IndexFieldType");
  table.set(option("default-value", apply_index_option, {}, "DefaultValue"));
  table.set(option("facet-enabled", apply_index_option, {}, "FacetEnabled"));
  table.set(option("search-enabled", apply_index_option, {}, "SearchEnabled"));
  table.set(option("return-enabled", apply_index_option, {}, "ReturnEnabled"));
  table.set(option("sort-enabled", apply_index_option, {}, "SortEnabled"));
  table.set(option("source-field", apply_index_option, {}, "SourceField"));
  table.set(option("highlight-enabled", apply_index_option, {}, "HighlightEnabled"));
  table.set(option("analysis-scheme", apply_index_option, {}, "AnalysisScheme"));
  table.erase("index-field");
}

void promote_metric(ArgumentTable& table, const model::Operation& operation) {
  table.set_required("metric-data", false);
  const auto add = [&](std::string_view name, std::string_view member) {
    auto added = option(name, apply_metric, {}, member);
    added.member = member_below(operation, "MetricData", member);
    if (added.member) {
      table.set(std::move(added));
    }
  };
  add("metric-name", "MetricName");
  add("timestamp", "Timestamp");
  add("unit", "Unit");
  add("value", "Value");
  table.set(option("dimensions", apply_dimensions));
  table.set(option("statistic-values", apply_statistics));
  add("storage-resolution", "StorageResolution");
}

void promote_email(ArgumentTable& table, const model::Operation&) {
  table.set_required("message", false);
  table.set_required("destination", false);
  table.rename("source", "from");
  table.set(option("to", apply_addresses, {}, "ToAddresses")).arity = Arity::at_least_one;
  table.set(option("cc", apply_addresses, {}, "CcAddresses")).arity = Arity::at_least_one;
  table.set(option("bcc", apply_addresses, {}, "BccAddresses")).arity = Arity::at_least_one;
  table.set(option("subject", apply_message, {}, "Subject"));
  table.set(option("text", apply_message, {}, "Text"));
  table.set(option("html", apply_message, {}, "Html"));
}

void add_mfa_seed(ArgumentTable& table, const model::Operation&) {
  table.set(option("outfile", apply_seed_file)).required = true;
  auto& method = table.set(option("bootstrap-method", apply_seed_method));
  method.required = true;
  method.choices = k_seed_methods;
}

void add_certificate_file(ArgumentTable& table, const model::Operation&) {
  table.set(option("certificate-pem-outfile", apply_text_file, {}, "certificatePem"));
}

void add_key_files(ArgumentTable& table, const model::Operation& operation) {
  add_certificate_file(table, operation);
  table.set(option("public-key-outfile", apply_text_file, {}, "keyPair.PublicKey"));
  table.set(option("private-key-outfile", apply_text_file, {}, "keyPair.PrivateKey"));
}

void add_option_group_options(ArgumentTable& table, const model::Operation&) {
  table.rename("options-to-include", "options");
  table.erase("options-to-remove");
}

void remove_option_group_options(ArgumentTable& table, const model::Operation&) {
  table.rename("options-to-remove", "options");
  table.erase("options-to-include");
}

void extract_recording_group(ArgumentTable& table, const model::Operation& operation) {
  auto* recorder = table.find("configuration-recorder");
  auto group = option("recording-group", apply_recorder, "ConfigurationRecorder", "recordingGroup");
  group.member = member_below(operation, "ConfigurationRecorder", "recordingGroup");
  if (recorder == nullptr || !group.member) {
    return;
  }
  recorder->apply = apply_recorder;
  recorder->required = true;
  table.set(std::move(group));
}

void add_revision_locations(ArgumentTable& table, const model::Operation& operation) {
  const auto add = [&](std::string_view name, std::string_view member) {
    auto added = option(name, apply_location, {}, member);
    added.member = member_below(operation, "revision", member);
    if (added.member) {
      table.set(std::move(added));
    }
  };
  add("s3-location", "s3Location");
  add("github-location", "gitHubLocation");
  table.set_required("revision", false);
}

void add_records_file(ArgumentTable& table, const model::Operation&) {
  auto& file = table.set(option("outfile", apply_records_file));
  file.positional = file.required = true;
}

void hide_start_stream(ArgumentTable& table, const model::Operation&) {
  table.hide("exclusive-start-stream-name");
}

Status check_metric(const ArgumentTable&, const GivenArguments& given, Invocation&) {
  return exclusive(
      given,
      {{"metric-data"},
       {"metric-name", "timestamp", "unit", "value", "dimensions", "statistic-values"}});
}

Status check_email(const ArgumentTable&, const GivenArguments& given, Invocation&) {
  VIRGA_TRY(exclusive(given, {{"destination"}, {"to", "cc", "bcc"}}));
  return exclusive(given, {{"message"}, {"text", "html"}});
}

Status stop_pagination_at_stream(const ArgumentTable&,
                                 const GivenArguments& given,
                                 Invocation& call) {
  if (given.find("exclusive-start-stream-name") != nullptr) {
    call.pagination.enabled = false;
  }
  return {};
}

}  // namespace virga::cli::customizations
