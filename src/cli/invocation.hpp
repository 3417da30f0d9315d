// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "config/environment.hpp"
#include "engine/waiter.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::cli {

/// How a paginated operation is to be asked; of no meaning for others.
struct PaginationOptions {
  bool enabled = true;  ///< false after --no-paginate, or when a token or limit of the service
                        ///< itself was given
  std::optional<std::string> starting_token;
  std::optional<Value> page_size;  ///< integer or string, as the operation's limit member is
  std::optional<std::int64_t> max_items;
};

/// Something to do with an answer before it is printed.
struct PostAction {
  enum class Kind : std::uint8_t {
    save_mfa_seed,     ///< `detail` is the member of VirtualMFADevice to decode into the file; both
                       ///< are removed
    decrypt_password,  ///< PasswordData, with the private key in the file
    save_text,  ///< `detail` is the path of members ("keyPair.PublicKey"); the file gets mode 0600
    translate_definition,  ///< datapipeline: objects as the definition file has them
    save_records,  ///< s3api select-object-content: payloads of the stream's records; no output
  };
  Kind kind;
  std::string path = {};
  std::string detail = {};

  bool operator==(const PostAction&) const = default;
};

/// "wait": the operation is asked until a condition is met, and nothing is printed.
struct WaitRequest {
  engine::Waiter waiter;
  std::optional<std::chrono::milliseconds> timeout{};  ///< --timeout
  std::optional<std::chrono::milliseconds> delay{};    ///< --delay
};

/// One call of an operation as the command line asks for it.
struct Invocation {
  std::string service_command;    ///< s3api
  std::string operation_command;  ///< list-buckets
  model::Operation operation;
  Map params = {};  ///< by the members' model names; values as params::parse_option and
                    ///< parse_input_json give them
  std::vector<std::string> json_members = {};  ///< for params::validate
  PaginationOptions pagination = {};
  std::optional<std::string> outfile = {};  ///< where a streaming output goes
  /// Member that is streamed → the file to read. The member is an empty blob in `params`.
  std::map<std::string, std::string> stream_files = {};
  std::vector<PostAction> post_actions = {};
  /// --generate-cli-skeleton: "input", "output" or "yaml-input"; then nothing is to be sent, except
  /// for "output", which validates `params`.
  std::optional<std::string> skeleton = {};
  /// cloudfront update-distribution --default-root-object: GetDistributionConfig comes first; its
  /// ETag becomes IfMatch, its DistributionConfig, with this DefaultRootObject, the parameter.
  std::optional<std::string> new_root_object = {};
  std::optional<WaitRequest> wait = {};
  YieldingOptions yielding = {};  ///< in front of the command or behind it
};

/// What customizations may ask of the world. Borrowed.
struct World {
  const config::Environment& environment;
  const Clock& clock;
  Random& random;
};

/// Carries the post-actions out that need nothing but the answer: save_mfa_seed, save_text,
/// translate_definition. Errors: io.
[[nodiscard]] Status apply_post_actions(const std::vector<PostAction>& actions, Value& output);

}  // namespace virga::cli
