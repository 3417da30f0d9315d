// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <vector>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "engine/quirks/table.hpp"

namespace virga::engine::quirks {
namespace {

constexpr std::size_t k_leaf_bytes = std::size_t{1024} * 1024;

/// Both hashes of a body, each in hexadecimal.
///
/// The tree hash: SHA-256 of each MiB, then of the hashes of neighbours, level by level; an odd one
/// at the end goes up as it is. Source: Amazon S3 Glacier developer guide, "Computing Checksums".
class BodyHashes {
 public:
  /// At most a MiB; less only at the end.
  void add(std::string_view leaf) {
    whole_.update(leaf);
    level_.push_back(sha256(leaf));
  }

  [[nodiscard]] std::string content_hash() { return hex_encode(whole_.finish()); }

  [[nodiscard]] std::string tree_hash() {
    if (level_.empty()) {
      return hex_encode(sha256(""));
    }
    while (level_.size() > 1) {
      std::vector<std::string> above;
      above.reserve(level_.size() / 2 + 1);
      for (std::size_t i = 0; i < level_.size(); i += 2) {
        above.push_back(i + 1 < level_.size() ? sha256(level_[i] + level_[i + 1])
                                              : std::move(level_[i]));
      }
      level_ = std::move(above);
    }
    return hex_encode(level_.front());
  }

 private:
  Sha256 whole_;
  std::vector<std::string> level_;
};

Status read_stream(http::BodySource& stream, BodyHashes& hashes) {
  std::string leaf(k_leaf_bytes, '\0');
  std::size_t filled = 0;
  while (true) {
    VIRGA_TRY_ASSIGN(const std::size_t count,
                     stream.read(leaf.data() + filled, leaf.size() - filled));
    filled += count;
    if (filled == leaf.size() || (count == 0 && filled > 0)) {
      hashes.add(std::string_view(leaf).substr(0, filled));
      filled = 0;
    }
    if (count == 0) {
      return stream.rewind();
    }
  }
}

// '-' is the account of the credentials (botocore inject_account_id).
Status default_account(const model::Operation&, Map& params, QuirkContext&) {
  const Value* account = params.find("accountId");
  if (account == nullptr || account->is_null()) {
    params.set("accountId", "-");
  }
  return {};
}

// Every request says which version of the API it speaks (botocore add_glacier_version).
Status add_version(const model::Operation& operation,
                   const Map&,
                   http::Request& request,
                   QuirkContext&) {
  request.headers.set("x-amz-glacier-version",
                      std::string(operation.service().metadata("apiVersion")));
  return {};
}

// Uploads are checked against two hashes of their bytes (botocore add_glacier_checksums).
Status add_hashes(const model::Operation&, const Map&, http::Request& request, QuirkContext&) {
  constexpr std::string_view k_content = "x-amz-content-sha256";
  constexpr std::string_view k_tree = "x-amz-sha256-tree-hash";
  if (request.headers.contains(k_content) && request.headers.contains(k_tree)) {
    return {};
  }
  BodyHashes hashes;
  if (request.stream) {
    VIRGA_TRY(read_stream(*request.stream, hashes));
  } else {
    for (std::string_view rest = request.body; !rest.empty();) {
      hashes.add(rest.substr(0, k_leaf_bytes));
      rest.remove_prefix(std::min(rest.size(), k_leaf_bytes));
    }
  }
  if (!request.headers.contains(k_content)) {
    request.headers.add(std::string(k_content), hashes.content_hash());
  }
  if (!request.headers.contains(k_tree)) {
    request.headers.add(std::string(k_tree), hashes.tree_hash());
  }
  return {};
}

constexpr std::array<Row<InputQuirk>, 1> k_input{{{k_any, default_account}}};
constexpr std::array<Row<RequestQuirk>, 3> k_request{{
    {k_any, add_version},
    {"UploadArchive", add_hashes},
    {"UploadMultipartPart", add_hashes},
}};

}  // namespace

constinit const ServiceQuirks k_glacier{k_input, k_request, {}, {}};

}  // namespace virga::engine::quirks
