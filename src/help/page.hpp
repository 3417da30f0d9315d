// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/usage.hpp"
#include "help/layout.hpp"
#include "model/catalog.hpp"
#include "model/documentation.hpp"

// Manual pages in plain text. All of them are whole texts that end with a line end. Thread-safe.
namespace virga::help {

/// A command that is written by hand, and its text: Markdown in the form that command_text.hpp
/// explains. Views outlive all pages.
struct NativeCommand {
  std::string_view service;
  std::string_view operation;  ///< empty where it takes all words behind `service`
  std::string_view markdown;   ///< empty if nobody wrote it yet
};

/// The page of the program: what it is, its options, its services and own commands.
[[nodiscard]] std::string program_page(const model::Catalog& catalog,
                                       std::span<const NativeCommand> commands,
                                       const LayoutOptions& options);

/// The page of a service: its description, and each command with its first sentence. `command` is
/// the name that was typed ("s3api").
[[nodiscard]] std::string service_page(const model::Service& service,
                                       std::string_view command,
                                       std::span<const NativeCommand> commands,
                                       cli::Compat compat,
                                       const LayoutOptions& options);

/// What an operation's page is made of. Borrowed.
struct OperationTopic {
  const model::Operation& operation;
  const model::Documentation& documentation;  ///< of its service
  std::string_view service_command;           ///< s3api
  std::string_view operation_command;         ///< list-buckets
  cli::Compat compat;
  /// For "wait NAME": the waiter, and `operation` is the one that it asks.
  std::optional<model::Document> waiter = std::nullopt;
};

/// The waiter of that command ("instance-running").
[[nodiscard]] std::optional<model::Document> find_waiter(const model::Service& service,
                                                         std::string_view command);

/// The page of "wait": the service's waiters.
[[nodiscard]] std::string waiters_page(const model::Service& service,
                                       std::string_view service_command,
                                       const LayoutOptions& options);

/// The page of an operation: description, synopsis, each option with its type, syntax and members,
/// the global options, and the output's members.
[[nodiscard]] std::string operation_page(const OperationTopic& topic, const LayoutOptions& options);

}  // namespace virga::help
