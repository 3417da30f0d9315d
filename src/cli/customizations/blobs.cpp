// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"

// Bytes that the models put inside of structures, where neither shorthand nor fileb:// reaches
// well, get an option of their own. Source:
// awscli/customizations/{awslambda,binaryhoist,quicksight,rekognition,translate}.py.
namespace virga::cli::customizations {
namespace {

constexpr std::string_view k_zip_member = "ZipFile";

/// A zip archive ends in a record that begins with PK 05 06 and holds at most 65,535 bytes of
/// comment.
bool is_zip(std::string_view bytes) {
  constexpr std::size_t k_record_bytes = 22;
  constexpr std::size_t k_comment_bytes = 65535;
  const auto tail =
      bytes.substr(bytes.size() - std::min(bytes.size(), k_record_bytes + k_comment_bytes));
  const auto found = tail.rfind(std::string_view("PK\x05\x06", 4));
  return found != std::string_view::npos && tail.size() - found >= k_record_bytes;
}

Status check_is_zip(const Value& value) {
  const auto* blob = value.as_blob();
  const auto* text = value.as_string();
  if (is_zip(blob != nullptr   ? std::string_view(blob->bytes)
             : text != nullptr ? std::string_view(*text)
                               : "")) {
    return {};
  }
  return fail(ErrorCode::validation,
              "--zip-file must be a zip file with the fileb:// prefix.\n"
              "Example usage:  --zip-file fileb://path/to/file.zip");
}

/// Puts the value into the member `detail` of the structure that `member` is.
Status put_inside(const Argument& argument,
                  const std::vector<std::string>& words,
                  ApplyContext& context) {
  const auto inner = argument.member->shape().find_member(argument.detail);
  if (!inner) {
    return fail(ErrorCode::general,
                concat("the model has no ", argument.target, ".", argument.detail));
  }
  VIRGA_TRY_ASSIGN(auto value, context.value(argument, *inner, words));
  if (argument.detail == k_zip_member) {
    VIRGA_TRY(check_is_zip(value));
  }
  map_parameter(context.call.params, argument.target).set(argument.detail, std::move(value));
  return {};
}

std::string refusal(const Argument& argument) {
  if (argument.detail == k_zip_member) {
    return concat("ZipFile cannot be provided as part of the --",
                  argument.name,
                  " argument.  Please use the '--zip-file' option instead to specify a zip file.");
  }
  return argument.detail == "File"
             ? "File cannot be provided as part of the '--terminology-data' argument. Please use "
               "the '--data-file' "
               "option instead to specify a file."
             : "Content cannot be provided as a part of the '--document' argument. Please use the "
               "'--document-content' option instead to specify a file.";
}

/// The structure itself: joins what is there, and may not have the member `detail`.
Status join_structure(const Argument& argument,
                      const std::vector<std::string>& words,
                      ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto value, context.value(argument, *argument.member, words));
  auto* given = value.as_map();
  if (given == nullptr) {
    context.call.params.set(argument.target, std::move(value));
    return {};
  }
  if (given->contains(argument.detail)) {
    return fail(ErrorCode::validation, refusal(argument));
  }
  auto& structure = map_parameter(context.call.params, argument.target);
  for (auto& [key, member] : *given) {
    structure.set(key, std::move(member));
  }
  return {};
}

Status apply_checked_zip(const Argument& argument,
                         const std::vector<std::string>& words,
                         ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto value, context.value(argument, *argument.member, words));
  VIRGA_TRY(check_is_zip(value));
  context.call.params.set(argument.target, std::move(value));
  return {};
}

bool has_blob(const Argument& argument, std::string_view name) {
  const auto inner = argument.member ? argument.member->shape().find_member(name) : std::nullopt;
  return inner && inner->shape().kind() == model::ShapeKind::blob;
}

/// --source stays but is no longer demanded; --new_name sets its blob member.
void hoist(ArgumentTable& table,
           std::string_view source,
           std::string_view blob,
           std::string_view new_name) {
  auto* argument = table.find(source);
  if (argument == nullptr || !has_blob(*argument, blob)) {
    return;
  }
  argument->required = false;
  auto added = option(new_name, put_inside, argument->target, blob);
  added.member = argument->member;
  table.set(std::move(added));
}

struct Replacement {
  std::string_view source;
  std::string_view blob;
  std::string_view new_name;
  bool new_required;
  bool source_required;
};

/// As hoist, but the blob may no longer be given in --source.
void replace(ArgumentTable& table, const Replacement& row) {
  auto* argument = table.find(row.source);
  if (argument == nullptr || !has_blob(*argument, row.blob)) {
    return;
  }
  argument->required = row.source_required;
  argument->apply = join_structure;
  argument->detail = row.blob;
  auto added = option(row.new_name, put_inside, argument->target, row.blob);
  added.member = argument->member;
  added.required = row.new_required;
  table.set(std::move(added));
}

}  // namespace

void hoist_image_bytes(ArgumentTable& table, const model::Operation&) {
  hoist(table, "image", "Bytes", "image-bytes");
}

void hoist_compared_images(ArgumentTable& table, const model::Operation&) {
  hoist(table, "source-image", "Bytes", "source-image-bytes");
  hoist(table, "target-image", "Bytes", "target-image-bytes");
}

void hoist_asset_bundle(ArgumentTable& table, const model::Operation&) {
  hoist(table, "asset-bundle-import-source", "Body", "asset-bundle-import-source-bytes");
}

void hoist_terminology(ArgumentTable& table, const model::Operation&) {
  replace(table, {"terminology-data", "File", "data-file", true, false});
}

void hoist_document(ArgumentTable& table, const model::Operation&) {
  replace(table, {"document", "Content", "document-content", true, true});
}

void hoist_function_zip(ArgumentTable& table, const model::Operation&) {
  replace(table, {"code", k_zip_member, "zip-file", false, false});
}

void hoist_layer_zip(ArgumentTable& table, const model::Operation&) {
  replace(table, {"content", k_zip_member, "zip-file", false, false});
}

void check_zip(ArgumentTable& table, const model::Operation&) {
  if (auto* argument = table.find("zip-file"); argument != nullptr && argument->member) {
    argument->apply = apply_checked_zip;
  }
}

}  // namespace virga::cli::customizations
