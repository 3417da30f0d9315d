// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "base/strings.hpp"
#include "cli/service_names.hpp"
#include "help/command_text.hpp"
#include "help/html_text.hpp"
#include "help/page.hpp"
#include "help/sections.hpp"

namespace virga::help {
namespace {

/// Name and meaning, in the order of names.
using Index = std::map<std::string, std::string, std::less<>>;

void add_index(const Index& index, Layout& layout) {
  // As wide as most names are; longer ones have a line of their own.
  constexpr std::size_t k_widest = 34;
  std::size_t columns = 0;
  for (const auto& [name, meaning] : index) {
    columns = name.size() + 2 <= k_widest ? std::max(columns, name.size() + 2) : columns;
  }
  for (const auto& [name, meaning] : index) {
    layout.definition(name, meaning, columns);
  }
  layout.end_paragraph();
}

void put(Index& index, std::string_view name, std::string meaning) {
  index.insert_or_assign(std::string(name), std::move(meaning));
}

}  // namespace

std::string program_page(const model::Catalog& catalog,
                         std::span<const NativeCommand> commands,
                         const LayoutOptions& options) {
  Layout layout(options);
  add_name("virga", layout);
  layout.heading("DESCRIPTION");
  layout.text(
      "virga is the command line of Amazon Web Services as one native program: the commands, "
      "options and output of the AWS CLI, faster.");
  layout.end_paragraph();
  layout.heading("SYNOPSIS");
  layout.preformatted(
      "virga [options] <service> <operation> [parameters]\n"
      "virga [options] <command> [parameters]");
  layout.end_paragraph();
  set_inline(
      "`virga SERVICE help` lists the operations of a service, `virga SERVICE OPERATION help` "
      "explains one, `virga COMMAND help` a command of virga's own.",
      layout);
  layout.end_paragraph();
  add_global_options(cli::Compat::v2, nullptr, layout);

  layout.heading("COMMANDS");
  Index own;
  for (const auto& command : commands) {
    if (!cli::find_service_command(catalog, command.service)) {
      const auto name = command.operation.empty() ? std::string(command.service)
                                                  : concat(command.service, " ", command.operation);
      put(own, name, command_summary(command.markdown));
    }
  }
  add_index(own, layout);

  layout.heading("SERVICES");
  Index services;
  for (std::uint32_t i = 0; i < catalog.service_count(); ++i) {
    const auto service = catalog.service(i);
    const auto name = cli::service_command(service.name());
    if (!cli::is_hidden_service(name)) {
      put(services, name, std::string(service.metadata("serviceFullName")));
    }
  }
  add_index(services, layout);
  return layout.finish();
}

std::string service_page(const model::Service& service,
                         std::string_view command,
                         std::span<const NativeCommand> commands,
                         cli::Compat compat,
                         const LayoutOptions& options) {
  const model::Documentation documentation(service, model::Documentation::Depth::operations);
  Layout layout(options);
  add_name(concat("virga ", command), layout);
  layout.heading("DESCRIPTION");
  set_html(documentation.service(), layout);
  layout.heading("COMMANDS");
  Index index;
  for (const auto& name : cli::operation_commands(service, command, compat)) {
    if (cli::is_hidden_operation(command, name)) {
      continue;
    }
    const auto operation = cli::find_operation_command(service, command, name, compat);
    put(index, name, operation ? first_sentence(documentation.of(*operation)) : "");
  }
  for (const auto& native : commands) {
    if (native.service == command && !native.operation.empty()) {
      put(index, native.operation, command_summary(native.markdown));
    }
  }
  add_index(index, layout);
  return layout.finish();
}

}  // namespace virga::help
