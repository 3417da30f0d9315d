// SPDX-License-Identifier: Apache-2.0
#include "config/virga_config.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/files.hpp"
#include "base/strings.hpp"

namespace virga::config {
namespace {

tl::unexpected<Error> wrong(const std::string& path, std::int64_t line, std::string_view what) {
  return fail(ErrorCode::configuration, concat(path, ", line ", line, ": ", what));
}

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

Status read_ttl(const toml::table& table, VirgaConfig& out) {
  for (const auto& [key, node] : table) {
    const auto text = node.value<std::string>();
    if (!text) {
      return wrong(
          out.path,
          line_of(node),
          concat("the TTL of \"", key.str(), "\" must be text like \"30s\" or \"never\"."));
    }
    out.ttl.push_back({std::string(key.str()), *text, line_of(node)});
  }
  // toml++ sorts keys; of equal rules the last one of the file counts.
  std::stable_sort(
      out.ttl.begin(), out.ttl.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  return {};
}

Status read_choice(const toml::node& node,
                   std::string_view key,
                   std::string_view choices,
                   const std::string& path,
                   std::optional<std::string>& out) {
  out = node.value<std::string>();
  if (!out || concat(" ", choices, " ").find(concat(" ", *out, " ")) == std::string::npos) {
    return wrong(path, line_of(node), concat("cache.", key, " must be one of: ", choices, "."));
  }
  return {};
}

Status read_cache(const toml::table& table, VirgaConfig& out) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "mode") {
      VIRGA_TRY(read_choice(node, name, "on off read", out.path, out.cache_mode));
    } else if (name == "codec") {
      VIRGA_TRY(read_choice(node, name, "zstd gzip none", out.path, out.cache_codec));
    } else if (name == "dedup_window") {
      out.dedup_window = node.value<std::string>();
      if (!out.dedup_window) {
        return wrong(out.path, line_of(node), "cache.dedup_window must be text like \"2s\".");
      }
    } else if (name == "max_bytes") {
      const auto bytes = node.value<std::int64_t>();
      if (!bytes || *bytes < 0) {
        return wrong(out.path, line_of(node), "cache.max_bytes must be a number of bytes.");
      }
      out.cache_max_bytes = static_cast<std::uint64_t>(*bytes);
    } else if (name == "ttl" && node.is_table()) {
      VIRGA_TRY(read_ttl(*node.as_table(), out));
    } else {
      return wrong(out.path, line_of(node), concat("unknown key cache.", name, "."));
    }
  }
  return {};
}

/// Text, or a number, for keys that may be either.
std::optional<std::string> text_or_number(const toml::node& node) {
  if (const auto number = node.value_exact<std::int64_t>()) {
    return concat(*number);
  }
  return node.value_exact<std::string>();
}

Status read_limit(const toml::table& table, VirgaConfig& out) {
  auto& limit = out.limit;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "max_concurrency") {
      limit.max_concurrency = node.value_exact<std::int64_t>();
      if (!limit.max_concurrency || *limit.max_concurrency < 1) {
        return wrong(
            out.path, line_of(node), "limit.max_concurrency must be a number of requests.");
      }
    } else if (name == "remember") {
      const auto remember = node.value_exact<bool>();
      if (!remember) {
        return wrong(out.path, line_of(node), "limit.remember must be true or false.");
      }
      limit.remember = *remember;
    } else if (name == "concurrency" || name == "rate" || name == "target_latency") {
      auto& text = name == "concurrency" ? limit.concurrency
                   : name == "rate"      ? limit.rate
                                         : limit.target_latency;
      text = text_or_number(node);
      if (!text) {
        return wrong(out.path, line_of(node), concat("limit.", name, " must be text."));
      }
    } else {
      return wrong(out.path, line_of(node), concat("unknown key limit.", name, "."));
    }
  }
  return {};
}

}  // namespace

std::string virga_config_path(const Environment& environment) {
  const auto folder = environment.get("XDG_CONFIG_HOME").value_or("");
  return concat(folder.empty() ? environment.home() + "/.config" : folder, "/virga/config.toml");
}

Result<VirgaConfig> read_virga_config(const Environment& environment) {
  VirgaConfig out;
  out.path = virga_config_path(environment);
  VIRGA_TRY_ASSIGN(const auto text, read_file_if_exists(out.path));
  if (!text) {
    return out;
  }
  const auto parsed = toml::parse(std::string_view(*text));
  if (!parsed) {
    return wrong(out.path,
                 static_cast<std::int64_t>(parsed.error().source().begin.line),
                 parsed.error().description());
  }
  for (const auto& [key, node] : parsed.table()) {
    const bool is_cache = key.str() == "cache";
    if ((!is_cache && key.str() != "limit") || !node.is_table()) {
      return wrong(out.path, line_of(node), concat("unknown key ", key.str(), "."));
    }
    VIRGA_TRY(is_cache ? read_cache(*node.as_table(), out) : read_limit(*node.as_table(), out));
  }
  return out;
}

}  // namespace virga::config
