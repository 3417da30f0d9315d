// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace virga::config {

/// What virga's own configuration file says; docs/manual/cache.md and bulk.md describe it.
struct VirgaConfig {
  struct TtlLine {
    std::string pattern;  ///< "ec2:DescribeInstances"
    std::string ttl;      ///< "30s", as written
    int line = 0;
  };

  std::string path;
  std::optional<std::string> cache_mode;         ///< cache.mode: on, off or read
  std::optional<std::string> cache_codec;        ///< cache.codec: zstd, gzip or none
  std::optional<std::uint64_t> cache_max_bytes;  ///< cache.max_bytes
  std::optional<std::string> dedup_window{};     ///< cache.dedup_window, as written
  std::vector<TtlLine> ttl{};                    ///< [cache.ttl], in the order of the file

  /// [limit]; docs/manual/bulk.md describes it.
  struct Limit {
    std::optional<std::int64_t> max_concurrency{};  ///< requests in flight, all together
    std::optional<std::string> concurrency{};       ///< of one kind of call: "8..64", as written
    std::optional<std::string> rate{};              ///< a second, of one kind of call, as written
    std::optional<std::string> target_latency{};    ///< "200ms", as written
    bool remember = true;                           ///< what was learned, between runs
  };

  Limit limit{};
};

/// $XDG_CONFIG_HOME/virga/config.toml, or that of ~/.config.
[[nodiscard]] std::string virga_config_path(const Environment& environment);

/// Reads the file at virga_config_path(). A file that is not there says nothing.
/// Errors: configuration, with file and line, for what is no TOML, an unknown key, or a value of
/// the wrong type.
[[nodiscard]] Result<VirgaConfig> read_virga_config(const Environment& environment);

}  // namespace virga::config
