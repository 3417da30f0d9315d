// SPDX-License-Identifier: Apache-2.0
#include "model/compiler.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include <zlib.h>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "model/pack_builder.hpp"
#include "value/json_read.hpp"

namespace virga::model {
namespace {

namespace fs = std::filesystem;

/// The size that no JSON model comes near: what a crafted .gz could otherwise unpack to.
constexpr std::size_t k_max_json_bytes = std::size_t{256} << 20U;

Result<std::string> gunzip(std::string_view packed, const std::string& path) {
  z_stream stream{};
  constexpr int k_gzip_window = 15 + 16;
  if (inflateInit2(&stream, k_gzip_window) != Z_OK) {
    return fail(ErrorCode::models, "zlib cannot start");
  }
  std::string plain;
  // zlib's interface is not const-correct; the input is only read.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(packed.size());
  int state = Z_OK;
  while (state == Z_OK && plain.size() < k_max_json_bytes) {
    const std::size_t used = plain.size();
    plain.resize(used + std::max<std::size_t>(packed.size() * 4, 65536));
    stream.next_out = reinterpret_cast<Bytef*>(plain.data() + used);
    stream.avail_out = static_cast<uInt>(plain.size() - used);
    state = inflate(&stream, Z_NO_FLUSH);
    plain.resize(plain.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) {
    return fail(ErrorCode::models, concat(path, " is not a complete gzip file"));
  }
  return plain;
}

/// The parsed file "<stem>" or "<stem>.gz"; null if there is neither.
Result<Value> read_model(const fs::path& stem) {
  for (const bool packed : {false, true}) {
    const std::string path = stem.string() + (packed ? ".gz" : "");
    VIRGA_TRY_ASSIGN(auto bytes, read_file_if_exists(path));
    if (!bytes) {
      continue;
    }
    if (packed) {
      VIRGA_TRY_ASSIGN(bytes, gunzip(*bytes, path));
    }
    auto value = read_json(*bytes);
    if (!value) {
      return fail(ErrorCode::models, concat(path, ": ", value.error().message));
    }
    return value;
  }
  return Value();
}

/// Merges maps of `extra` into those of `base`, level by level; anything else replaces.
void merge(Value& base, const Value& extra) {
  auto* map = base.as_map();
  const auto* extras = extra.as_map();
  if (map == nullptr || extras == nullptr) {
    base = extra;
    return;
  }
  for (const auto& [key, value] : *extras) {
    if (auto* present = map->find(key)) {
      merge(*present, value);
    } else {
      map->append(key, value);
    }
  }
}

/// The model with what botocore's SDK adds to the service's own.
Result<Value> read_with_extras(const fs::path& folder, const std::string& name) {
  VIRGA_TRY_ASSIGN(Value model, read_model(folder / (name + ".json")));
  VIRGA_TRY_ASSIGN(const Value extras, read_model(folder / (name + ".sdk-extras.json")));
  if (const auto* additions = extras.find("merge"); additions != nullptr && !model.is_null()) {
    merge(model, *additions);
  }
  return model;
}

Value take(Value& map, std::string_view key) {
  auto* entries = map.as_map();
  auto* found = entries == nullptr ? nullptr : entries->find(key);
  return found == nullptr ? Value() : std::move(*found);
}

/// The folder of the newest version that has a service model; versions are dates.
std::optional<fs::path> newest_version(const fs::path& service) {
  std::vector<fs::path> versions;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(service, ignored)) {
    const auto stem = (entry.path() / "service-2.json").string();
    if (file_exists(stem) || file_exists(stem + ".gz")) {
      versions.push_back(entry.path());
    }
  }
  const auto newest = std::max_element(versions.begin(), versions.end());
  return newest == versions.end() ? std::nullopt : std::optional(*newest);
}

/// The folders of one service's files, those that win first.
using VersionFolders = std::vector<fs::path>;

/// By the name of the service.
using ServiceFolders = std::map<std::string, VersionFolders>;

void find_services(const fs::path& data, ServiceFolders& out) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(data, ignored)) {
    const auto version = entry.is_directory() ? newest_version(entry.path()) : std::nullopt;
    if (!version) {
      continue;
    }
    auto& folders = out[entry.path().filename().string()];
    const bool wins = folders.empty() || version->filename() >= folders.front().filename();
    folders.insert(wins ? folders.begin() : folders.end(), *version);
  }
}

/// The first folder's that has one.
Result<Value> read_first(const VersionFolders& folders, const std::string& name) {
  for (const auto& folder : folders) {
    VIRGA_TRY_ASSIGN(Value model, read_with_extras(folder, name));
    if (!model.is_null()) {
      return model;
    }
  }
  return Value();
}

Status add_service(PackBuilder& builder, const std::string& name, const VersionFolders& folders) {
  ServiceSource source;
  source.name = name;
  VIRGA_TRY_ASSIGN(source.service, read_with_extras(folders.front(), "service-2"));
  VIRGA_TRY_ASSIGN(Value paginators, read_first(folders, "paginators-1"));
  VIRGA_TRY_ASSIGN(Value waiters, read_first(folders, "waiters-2"));
  VIRGA_TRY_ASSIGN(source.rules, read_first(folders, "endpoint-rule-set-1"));
  source.paginators = take(paginators, "pagination");
  source.waiters = take(waiters, "waiters");
  return builder.add_service(source);
}

bool holds_services(const fs::path& folder) {
  return file_exists((folder / "endpoints.json").string()) && fs::is_directory(folder / "sts");
}

/// site-packages and dist-packages folders that belong to the python3 programs on the search path,
/// found without running any of them.
std::vector<fs::path> python_folders(const std::string& search_path) {
  std::vector<fs::path> folders;
  const auto add_libraries = [&](const fs::path& prefix) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(prefix / "lib", ignored)) {
      if (entry.path().filename().string().starts_with("python3")) {
        folders.push_back(entry.path() / "site-packages");
        folders.push_back(entry.path() / "dist-packages");
      }
    }
  };
  for (const auto part : split(search_path, ':')) {
    const fs::path bin(part);
    std::error_code ignored;
    if (!bin.is_absolute() || !fs::exists(bin / "python3", ignored)) {
      continue;
    }
    add_libraries(bin.parent_path());
    // pyenv: shims/ stands beside versions/<version>/.
    if (bin.filename() == "shims") {
      for (const auto& version : fs::directory_iterator(bin.parent_path() / "versions", ignored)) {
        add_libraries(version.path());
      }
    }
  }
  return folders;
}

}  // namespace

Result<CompiledPack> compile_data_folder(const std::string& folder, const std::string& extra) {
  CompiledPack out;
  ServiceFolders services;  // sorted, so that the same models make the same pack
  find_services(folder, services);
  if (services.empty()) {
    return fail(ErrorCode::models,
                concat("No service models in ", folder, "; a botocore data folder is expected."));
  }
  if (!extra.empty()) {
    find_services(extra, services);
  }
  const fs::path data(folder);
  PackBuilder builder;
  VIRGA_TRY_ASSIGN(const Value partitions, read_model(data / "partitions.json"));
  VIRGA_TRY_ASSIGN(const Value endpoints, read_model(data / "endpoints.json"));
  VIRGA_TRY_ASSIGN(const Value retry, read_model(data / "_retry.json"));
  builder.set_partitions(partitions);
  builder.set_endpoints(endpoints);
  builder.set_retry(retry);
  std::size_t count = 0;
  for (const auto& [name, folders] : services) {
    if (const auto added = add_service(builder, name, folders); added) {
      ++count;
    } else {
      out.warnings.push_back(concat(name, " is left out: ", added.error().message));
    }
  }
  if (count == 0) {
    return fail(ErrorCode::models,
                concat("No service models in ", folder, "; a botocore data folder is expected."));
  }
  out.bytes = builder.finish(folder, data_folder_version(folder));
  return out;
}

std::string data_folder_version(const std::string& folder) {
  // The package's __init__.py says it, beside the data folder.
  const auto text =
      read_file((fs::path(folder).parent_path() / "__init__.py").string()).value_or(std::string());
  const auto at = text.find("__version__ = ");
  if (at == std::string::npos) {
    return {};
  }
  const auto start = at + std::string_view("__version__ = '").size();
  return text.substr(start, text.find_first_of("'\"", start) - start);
}

std::vector<std::string> find_data_folders(const std::string& override_folder,
                                           const std::string& search_path) {
  std::vector<fs::path> candidates;
  for (const auto& folder : python_folders(search_path)) {
    candidates.push_back(folder / "botocore/data");
  }
  candidates.emplace_back("/usr/lib/python3/dist-packages/botocore/data");
  for (const auto& folder : python_folders(search_path)) {
    candidates.push_back(folder / "awscli/botocore/data");
  }
  candidates.emplace_back("/usr/lib/python3/dist-packages/awscli/botocore/data");
  candidates.emplace_back("/usr/local/aws-cli/v2/current/dist/awscli/botocore/data");
  candidates.emplace_back("/usr/local/aws/lib/python3/site-packages/botocore/data");
  std::vector<std::string> found;
  if (!override_folder.empty()) {
    found.push_back(override_folder);
  }
  for (const auto& folder : candidates) {
    if (holds_services(folder) &&
        std::find(found.begin(), found.end(), folder.string()) == found.end()) {
      found.push_back(folder.string());
    }
  }
  return found;
}

}  // namespace virga::model
