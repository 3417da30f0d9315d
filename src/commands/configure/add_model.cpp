// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <utility>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "commands/build_pack.hpp"
#include "commands/configure/configure.hpp"
#include "engine/model_pack.hpp"
#include "value/json_read.hpp"

namespace virga::commands {
namespace {

/// The service that has the endpoint prefix, or the prefix itself: what the model is called where
/// nobody names it.
std::string service_name(const model::Catalog& catalog, std::string_view prefix) {
  if (catalog.find_service(prefix)) {
    return std::string(prefix);
  }
  std::string out(prefix);
  for (std::uint32_t i = 0; i < catalog.service_count(); ++i) {
    if (catalog.service(i).metadata("endpointPrefix") == prefix) {
      out = catalog.service(i).name();  // the last one, as in the AWS CLI
    }
  }
  return out;
}

/// A name of a folder, and nothing that leads elsewhere.
bool is_folder_name(std::string_view name) {
  return !name.empty() && name.front() != '.' &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

/// "service-2.json", by the form that the definition says it has.
std::string file_name(const Value& definition) {
  const auto version = definition.text("version");
  const auto number = parse_double(version.empty() ? "2.0" : version);
  return concat("service-", number ? static_cast<int>(*number) : 2, ".json");
}

/// What the pack in use was made from, if that is still there.
Result<std::string> source_of(const model::Catalog& catalog,
                              const config::Environment& environment) {
  std::error_code ignored;
  const std::string source(catalog.source());
  return std::filesystem::is_directory(source, ignored) ? Result<std::string>(source)
                                                        : default_model_source(environment);
}

}  // namespace

Status configure_add_model(const std::vector<std::string>& words, Context& context) {
  cli::ParserArgument known[2] = {{"service-model"}, {"service-name"}};
  known[0].required = true;
  VIRGA_TRY_ASSIGN(const auto arguments, read_arguments(words, known, context));
  const std::string& text = arguments.find("service-model")->second;
  auto definition = read_json(text);
  if (!definition) {
    return fail(ErrorCode::general, definition.error().message);
  }
  const Value* metadata = definition->find("metadata");
  const std::string version(metadata == nullptr ? "" : metadata->text("apiVersion"));
  const std::string prefix(metadata == nullptr ? "" : metadata->text("endpointPrefix"));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto given = arguments.find("service-name");
  const std::string name =
      given != arguments.end() ? given->second : service_name(*catalog, prefix);
  if (!is_folder_name(name) || !is_folder_name(version)) {
    return fail(ErrorCode::general,
                "The service model has no usable apiVersion and endpointPrefix in its metadata.");
  }
  const std::string folder = user_models(context.environment);
  constexpr unsigned k_mode = 0644;
  VIRGA_TRY(write_file_atomically(
      concat(folder, "/", name, "/", version, "/", file_name(*definition)), text, k_mode));
  // virga reads packs, not models: without a new one the service would not be there.
  VIRGA_TRY_ASSIGN(const std::string source, source_of(*catalog, context.environment));
  const std::string pack = engine::user_pack(context.environment);
  VIRGA_TRY(build_pack(source, folder, pack, context.err, context.err));
  const std::string used = engine::find_pack(context.environment);
  if (used != pack) {
    return context.err.write(
        concat("The pack in use is ", used, " and lacks the model: VIRGA_MODELS names it.\n"));
  }
  return {};
}

}  // namespace virga::commands
