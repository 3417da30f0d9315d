// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/argument_parser.hpp"
#include "cli/usage.hpp"

namespace virga::cli {

/// How calls are sent, as the command line has it; wins over the configuration.
struct LimitOptions {
  std::optional<std::string> max_concurrency{};  ///< --max-concurrency
  std::optional<std::string> rate{};             ///< --rate: "20", "5..50", "..50", "5.."
};

/// Options of ours that operations have too: behind an operation that has one of that name, it is
/// the operation's. Not parsed here.
struct YieldingOptions {
  std::optional<std::string> regions{};   ///< --regions: "eu-west-1,us-east-1", patterns or "all"
  std::optional<std::string> profiles{};  ///< --profiles: the same
  LimitOptions limits{};

  [[nodiscard]] bool are_places() const { return regions || profiles; }
};

/// The options that every command has, as they were given; settings and defaults are not mixed in.
struct GlobalOptions {
  std::optional<std::string> profile;
  std::optional<std::string> region;
  std::optional<std::string> output;
  std::optional<std::string> query;  ///< not compiled here
  std::optional<std::string> endpoint_url;
  std::optional<std::string> ca_bundle;
  std::optional<std::int64_t> read_timeout_seconds;  ///< 0: none
  std::optional<std::int64_t> connect_timeout_seconds;
  std::optional<std::string> cli_binary_format;
  std::optional<std::string> cli_error_format;
  std::string color = "auto";
  bool verify_ssl = true;
  bool paginate = true;
  bool sign_request = true;
  bool debug = false;
  bool no_cli_pager = false;
  bool cli_auto_prompt = false;
  bool no_cli_auto_prompt = false;
  bool mock = false;
  std::optional<std::string> max_age;  ///< not parsed here
  bool no_cache = false;
  bool refresh = false;
  bool offline = false;
  bool stale_if_error = false;
  bool stream = false;         ///< print items, not results
  bool parallel = false;       ///< fetch ranges of a listing at the same time
  bool paginate_all = false;   ///< reads whose models have no paginator, too
  YieldingOptions yielding{};  ///< those in front of the command
  Compat compat = Compat::v2;
  /// Called as "aws", or with --compat: the AWS CLI's odd ways win over better ones.
  bool like_aws = false;
};

/// How a global option is written.
struct GlobalOption {
  /// later_v2: of versions after the 2.9.19 that is compared with.
  enum class Since : std::uint8_t { v1, v2, later_v2, virga };
  std::string_view name;  ///< without dashes
  Arity arity;            ///< one or flag
  std::span<const std::string_view> choices;
  Since since;
};

/// All but --mock, which counts only in front of the command, in the AWS CLI's order.
[[nodiscard]] std::span<const GlobalOption> global_option_rows();

/// What the first look at a command line finds.
struct MainArguments {
  GlobalOptions globals;
  bool version = false;  ///< --version; nothing after it was read
  std::string command;   ///< the service or "help"; not checked yet
  std::vector<std::string>
      words;  ///< all that is neither a global option nor the command, in order
};

/// Whether a global option may be given by a prefix of its name, as argparse allows.
enum class Abbreviations : std::uint8_t { yes, no };

/// Finds the global options, which may stand anywhere, and the command.
///
/// `words` is the command line without the program's name; `compat` is what holds without --compat.
/// Errors: usage and validation, with texts as usage.hpp has them.
[[nodiscard]] Result<MainArguments> parse_main(std::span<const std::string> words,
                                               Compat compat,
                                               Abbreviations abbreviations = Abbreviations::yes);

constexpr std::array<std::string_view, 4> k_yielding_options = {
    "regions", "profiles", "max-concurrency", "rate"};

/// The option of that name; null if it is none of them.
[[nodiscard]] std::optional<std::string>* find_yielding(YieldingOptions& options,
                                                        std::string_view name);

/// Sets in `onto` what `from` has that is not the default.
void merge_globals(const GlobalOptions& from, GlobalOptions& onto);

/// The last value of a global option ("--profile"), for those who must know it although parsing
/// failed. Whether the word belongs to something else is not looked at.
[[nodiscard]] std::optional<std::string> word_behind(std::span<const std::string> words,
                                                     std::string_view option);

/// Which version a command line asks for with --compat, if it does, for those who must know it
/// before or although parsing fails.
[[nodiscard]] std::optional<Compat> wanted_compat(std::span<const std::string> words);

}  // namespace virga::cli
