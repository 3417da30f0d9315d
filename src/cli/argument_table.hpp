// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/argument_parser.hpp"
#include "cli/invocation.hpp"
#include "cli/usage.hpp"
#include "model/catalog.hpp"
#include "params/params.hpp"

namespace virga::cli {

struct Argument;

/// What is known while the values of a command line become parameters.
struct ApplyContext {
  const params::TextOptions& text;
  const World& world;
  Invocation& call;

  /// The words as a value of `member`, which may be one that is deeper in the input.
  [[nodiscard]] Result<Value> value(const Argument& argument,
                                    const model::Member& member,
                                    const std::vector<std::string>& words) const;
  /// One word as text, file:// resolved.
  [[nodiscard]] Result<std::string> text_of(const Argument& argument,
                                            const std::string& word) const;
};

/// Puts a given argument into the call. `words` is empty for flags and for options that may stand
/// alone.
using Apply = Status (*)(const Argument& argument,
                         const std::vector<std::string>& words,
                         ApplyContext& context);

/// One argument of an operation's command.
struct Argument {
  std::string name;  ///< without dashes
  std::string dest;  ///< where the parser puts the value; --x and --no-x share one. Values go to
                     ///< the argument whose name is their dest.
  Arity arity = Arity::one;
  TextType type = TextType::text;
  std::span<const std::string_view> choices = {};
  bool negative = false;        ///< a flag that means false
  bool required = false;        ///< as shown; flags are never demanded
  bool hidden = false;          ///< not shown in help
  bool shown_required = false;  ///< not demanded, but help says that it is
  bool positional = false;
  bool own = false;  ///< not of the AWS CLI: never taken for what an abbreviation means
  std::optional<model::Member> member = std::nullopt;  ///< of the operation's input, if it is one
  std::string_view target =
      {};  ///< the parameter it goes to; for customizations, whatever they need
  std::string_view detail = {};  ///< for customizations
  Apply apply = nullptr;

  [[nodiscard]] std::string display_name() const;

  /// Whether the command line is refused without it.
  [[nodiscard]] bool demanded() const { return required && arity != Arity::flag; }
};

/// The arguments of one operation's command, in the AWS CLI's order.
class ArgumentTable {
 public:
  /// Null if there is none; valid until the table changes.
  [[nodiscard]] Argument* find(std::string_view name);
  [[nodiscard]] const Argument* find(std::string_view name) const;
  /// Replaces the argument of that name at its place, or adds at the end.
  Argument& set(Argument argument);
  void erase(std::string_view name);
  /// Moves an argument to the end, under another name. Nothing happens if there is none, as in all
  /// of these.
  void rename(std::string_view name, std::string_view new_name);
  /// A second, hidden name at the end; neither is demanded any more.
  void add_hidden_alias(std::string_view name, std::string_view alias);
  void hide(std::string_view name);
  void set_required(std::string_view name, bool required);
  void require_nothing();

  [[nodiscard]] const std::vector<Argument>& arguments() const { return arguments_; }

  [[nodiscard]] std::size_t size() const { return arguments_.size(); }

 private:
  std::vector<Argument> arguments_;
};

/// An operation's table and what pagination hides in it.
struct OperationArguments {
  ArgumentTable table;
  std::vector<Argument> shadowed;  ///< the service's own arguments of the names of paging arguments
  std::vector<std::string> pagination_tokens;   ///< option names that turn pagination off
  std::vector<std::string> pagination_members;  ///< the same as members of the input
};

/// The arguments of an operation: one or two for each member of its input, then what customizations
/// change, then
/// --cli-input-json, pagination and --generate-cli-skeleton. `service_command` and
/// `operation_command` are the names that were typed, by which the AWS CLI's customizations go.
[[nodiscard]] OperationArguments build_arguments(const model::Operation& operation,
                                                 std::string_view service_command,
                                                 std::string_view operation_command,
                                                 Compat compat);

/// Those of YieldingOptions, where the operation has none of these names.
void add_yielding_options(ArgumentTable& table);

/// The options of "wait", where the operation has none of these names.
void add_wait_options(ArgumentTable& table);

// Appliers that customizations share.
Status apply_member(const Argument&, const std::vector<std::string>& words, ApplyContext&);
Status apply_nothing(const Argument&, const std::vector<std::string>& words, ApplyContext&);

}  // namespace virga::cli
