// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::commands {

/// What a command may use of the program. Borrowed but the catalog; lives as long as the run.
struct Context {
  const config::Environment& environment;
  config::Settings& settings;  ///< with the global options set
  const cli::GlobalOptions& globals;
  Clock& clock;
  Random& random;
  output::Writer& out;  ///< standard output
  output::Writer& err;  ///< standard error

  /// The service models, opened when first asked for; valid as long as the context.
  /// Errors: models.
  [[nodiscard]] Result<const model::Catalog*> catalog();

  std::span<const std::string> command_line{};  ///< all words, for hand_over()
  /// Opened by somebody else already, and borrowed; null: catalog() opens it.
  const model::Catalog* shared_catalog = nullptr;
  std::optional<model::Catalog> opened_catalog{};  ///< catalog() fills it
  int exit_status = 0;  ///< where nothing failed, but the command wants another than 0
};

/// A command that is more than one operation. `words` is what follows its name, without the global
/// options.
using Run = Status (*)(const std::vector<std::string>& words, Context& context);

struct Command {
  std::string_view service;    ///< "cache", "s3"
  std::string_view operation;  ///< "ls"; empty for a command that takes all words behind `service`
  Run run;
};

/// The commands of registry.cpp.
[[nodiscard]] std::span<const Command> all_commands();

/// The command of that name, or null. One with an empty operation serves every operation that has
/// no row of its own.
[[nodiscard]] const Command* find_command(std::string_view service, std::string_view operation);

/// Whether a first word belongs to virga alone ("models", "cache"): no service of the AWS has it,
/// and its options are its own, so that none is taken for an abbreviated global option.
[[nodiscard]] bool is_own_command(std::string_view service);

// One function for each file of this folder.
[[nodiscard]] Status configure(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status ecr_get_login_password(const std::vector<std::string>& words,
                                            Context& context);
[[nodiscard]] Status ecr_public_get_login_password(const std::vector<std::string>& words,
                                                   Context& context);
[[nodiscard]] Status eks_get_token(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status rds_generate_db_auth_token(const std::vector<std::string>& words,
                                                Context& context);
[[nodiscard]] Status bulk(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status cache(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status completion(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status explain(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status generate(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status models(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status s3_ls(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status s3_presign(const std::vector<std::string>& words, Context& context);

// What two of them print, for front ends that show it otherwise; null where there is nothing.
[[nodiscard]] Result<Value> cache_result(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Result<Value> explain_result(const std::vector<std::string>& words, Context& context);

/// The part of cache() that makes calls; `words` begins with "warm".
[[nodiscard]] Status warm_cache(const std::vector<std::string>& words, Context& context);

}  // namespace virga::commands
