// SPDX-License-Identifier: Apache-2.0
#include "engine/model_pack.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/files.hpp"
#include "base/strings.hpp"

namespace virga::engine {
namespace {

constexpr std::string_view k_pack_name = "models.pack";

std::string program_folder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

}  // namespace

std::string user_pack(const config::Environment& environment) {
  const auto data_home = environment.get("XDG_DATA_HOME").value_or("");
  const std::string base = data_home.empty() ? environment.home() + "/.local/share" : data_home;
  return concat(base, "/virga/", k_pack_name);
}

std::string find_pack(const config::Environment& environment) {
  if (const auto chosen = environment.get("VIRGA_MODELS"); chosen && !chosen->empty()) {
    return *chosen;
  }
  std::string user = user_pack(environment);
  if (file_exists(user)) {
    return user;
  }
  const std::string folder = program_folder();
  for (const std::string& candidate :
       {concat(folder, "/", k_pack_name), concat(folder, "/../share/virga/", k_pack_name)}) {
    if (file_exists(candidate)) {
      return candidate;
    }
  }
  return user;
}

}  // namespace virga::engine
