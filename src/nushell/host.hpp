// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "model/catalog.hpp"
#include "nushell/connection.hpp"
#include "nushell/sessions.hpp"
#include "nushell/signature.hpp"

namespace virga::nushell {

/// What a command of the plugin works with.
struct CommandContext {
  RunningCall& call;
  const model::Catalog& catalog;
  Sessions& sessions;
};

/// One command: how it describes itself, and what it does. An Error that it returns is shown at the
/// call's head, unless the call is answered already.
struct PluginCommand {
  SignatureRow signature;
  Status (*run)(CommandContext& context);
};

/// The plugin's commands over one engine. Thread-safe.
class PluginHost final : public Host {
 public:
  /// The catalog must outlive the host.
  explicit PluginHost(const model::Catalog& catalog) : catalog_(catalog), sessions_(catalog) {}

  [[nodiscard]] std::string version() const override;
  [[nodiscard]] Value signatures(EngineVersion engine) const override;
  void run(RunningCall& call) override;
  [[nodiscard]] Value complete(const Value& request, const AskEngine& ask) override;
  void interrupt() override;

 private:
  const model::Catalog& catalog_;
  Sessions sessions_;
};

/// The error as Nushell shows it: a service's with its code and request id, others as they are;
/// labelled at `span`.
[[nodiscard]] LabeledError labeled(const Error& error, std::string_view service, Span span);

/// The global options among the flags that a command declares.
[[nodiscard]] cli::GlobalOptions globals_of(const RunRequest& request);

/// Whether VIRGA_MOCK is on.
[[nodiscard]] bool wants_mock(const std::map<std::string, std::string>& environment);

/// The caller's environment; errors of the connection.
[[nodiscard]] Result<std::map<std::string, std::string>> environment_of(const AskEngine& ask);
[[nodiscard]] Result<std::map<std::string, std::string>> environment_of(RunningCall& call);

/// Gives this thread, and no other, the caller's current folder, so that file names mean what the
/// user sees. Errors: io, where the folder cannot be entered.
[[nodiscard]] Status enter_current_folder(RunningCall& call);

// The commands, by file.
[[nodiscard]] PluginCommand aws_command();
[[nodiscard]] PluginCommand bulk_command();
[[nodiscard]] std::vector<PluginCommand> cache_commands();
[[nodiscard]] PluginCommand top_command();
[[nodiscard]] PluginCommand warm_command();
[[nodiscard]] PluginCommand debug_types_command();
[[nodiscard]] PluginCommand debug_sleep_command();
[[nodiscard]] PluginCommand debug_rows_command();

}  // namespace virga::nushell
