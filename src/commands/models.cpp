// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string_view>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "commands/build_pack.hpp"
#include "commands/command.hpp"
#include "engine/model_pack.hpp"
#include "model/catalog.hpp"
#include "model/compiler.hpp"

namespace virga::commands {
namespace {

constexpr std::string_view k_usage =
    "usage: virga models build [--from DIR] [--out FILE]\n"
    "       virga models info [--file FILE] [--up-to-date]";

using Options = std::map<std::string, std::string>;

/// "--name value" pairs and "--up-to-date".
Result<Options> read_options(const std::vector<std::string>& words,
                             std::initializer_list<std::string_view> known) {
  Options options;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool is_known = std::find(known.begin(), known.end(), words[i]) != known.end();
    const bool is_flag = words[i] == "--up-to-date";
    if (!is_known || (!is_flag && i + 1 >= words.size())) {
      return fail(ErrorCode::usage,
                  concat(k_usage, "\n\nvirga: error: unexpected \"", words[i], "\""));
    }
    const std::string& name = words[i];
    options[name] = is_flag ? "yes" : words[++i];
  }
  return options;
}

Result<std::string> choose_source(const Options& options, const config::Environment& environment) {
  if (const auto from = options.find("--from"); from != options.end()) {
    // The package's folder will do as well as the data folder in it.
    const std::string inner = from->second + "/data";
    return file_exists(inner + "/endpoints.json") ? inner : from->second;
  }
  return default_model_source(environment);
}

Status build(const Options& options,
             const config::Environment& environment,
             output::Writer& out,
             output::Writer& notes) {
  VIRGA_TRY_ASSIGN(const std::string source, choose_source(options, environment));
  const auto target = options.find("--out");
  if (target != options.end()) {
    return build_pack(source, "", target->second, out, notes);
  }
  return build_pack(source, user_models(environment), engine::user_pack(environment), out, notes);
}

Status info(const Options& options, const config::Environment& environment, output::Writer& out) {
  const auto file = options.find("--file");
  const std::string path = file == options.end() ? engine::find_pack(environment) : file->second;
  VIRGA_TRY_ASSIGN(const auto catalog, model::Catalog::open(path));
  if (options.contains("--up-to-date")) {
    VIRGA_TRY_ASSIGN(const std::string source, choose_source(options, environment));
    if (source != catalog.source() ||
        model::data_folder_version(source) != catalog.source_version()) {
      return fail(ErrorCode::models,
                  concat("The model pack ",
                         path,
                         " was made from ",
                         catalog.source(),
                         " ",
                         catalog.source_version(),
                         "; ",
                         source,
                         " is there now. Run \"virga models build\" to make a new one."));
    }
  }
  return out.write(concat("pack        ",
                          path,
                          "\nsource      ",
                          catalog.source(),
                          "\nversion     ",
                          catalog.source_version(),
                          "\nservices    ",
                          catalog.service_count(),
                          "\noperations  ",
                          catalog.operation_count(),
                          "\nshapes      ",
                          catalog.shape_count(),
                          "\n"));
}

}  // namespace

Result<std::string> default_model_source(const config::Environment& environment) {
  const auto folders = model::find_data_folders(environment.get("VIRGA_BOTOCORE_DATA").value_or(""),
                                                environment.get("PATH").value_or(""));
  if (folders.empty()) {
    return fail(ErrorCode::models,
                "No botocore data folder was found. Install python3-botocore or an AWS CLI, or "
                "name a folder with --from.");
  }
  return folders.front();
}

std::string user_models(const config::Environment& environment) {
  return environment.home() + "/.aws/models";
}

Status build_pack(const std::string& source,
                  const std::string& extra,
                  const std::string& path,
                  output::Writer& out,
                  output::Writer& notes) {
  VIRGA_TRY_ASSIGN(const model::CompiledPack pack, model::compile_data_folder(source, extra));
  for (const auto& warning : pack.warnings) {
    VIRGA_TRY(notes.write(concat("warning: ", warning, "\n")));
  }
  constexpr unsigned k_mode = 0644;
  VIRGA_TRY(write_file_atomically(path, pack.bytes, k_mode));
  return out.write(concat("Compiled ",
                          source,
                          file_exists(extra) ? concat(" and ", extra) : "",
                          " into ",
                          path,
                          " (",
                          pack.bytes.size() / 1024,
                          " KiB).\n"));
}

Status models(const std::vector<std::string>& words, Context& context) {
  const auto& environment = context.environment;
  const std::string_view verb = words.empty() ? std::string_view() : std::string_view(words[0]);
  if (verb == "build") {
    VIRGA_TRY_ASSIGN(const auto options, read_options(words, {"--from", "--out"}));
    return build(options, environment, context.out, context.err);
  }
  if (verb == "info") {
    VIRGA_TRY_ASSIGN(const auto options, read_options(words, {"--file", "--up-to-date", "--from"}));
    return info(options, environment, context.out);
  }
  return fail(ErrorCode::usage, std::string(k_usage));
}

}  // namespace virga::commands
