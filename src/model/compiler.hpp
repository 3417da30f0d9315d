// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace virga::model {

struct CompiledPack {
  std::string bytes;
  std::vector<std::string> warnings;  ///< services that were left out, and why
};

/// Compiles a botocore data folder (its newest version of each service, with sdk-extras merged)
/// into a pack. Both plain and gzip-compressed JSON files are read. `extra` (may be empty, need not
/// exist) is a folder of services in the same form, such as ~/.aws/models: its services come on
/// top, and its models of a known service in the place of those that are not newer; what it lacks
/// of one (paginators, waiters, endpoint rules) is the data folder's. Errors: models, if the folder
/// holds no service.
[[nodiscard]] Result<CompiledPack> compile_data_folder(const std::string& folder,
                                                       const std::string& extra = {});

/// The version of the botocore that a data folder belongs to, or empty.
[[nodiscard]] std::string data_folder_version(const std::string& folder);

/// The botocore data folders that this machine has, best first: VIRGA_BOTOCORE_DATA (if
/// `override_folder` is not empty), a botocore that python3 on `search_path` can import, Debian's
/// python3-botocore, an AWS CLI v2 or v1.
[[nodiscard]] std::vector<std::string> find_data_folders(const std::string& override_folder,
                                                         const std::string& search_path);

}  // namespace virga::model
