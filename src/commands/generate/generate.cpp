// SPDX-License-Identifier: Apache-2.0
// "virga generate nu": typed modules for Nushell.
#include <string_view>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "cli/service_names.hpp"
#include "commands/command.hpp"
#include "commands/generate/nu_module.hpp"
#include "model/documentation.hpp"

namespace virga::commands {
namespace {

constexpr std::string_view k_usage = "usage: virga generate nu [SERVICE...] [--out DIR]";
constexpr unsigned k_mode = 0644;

struct Wanted {
  std::vector<std::string> services;
  std::string folder;  ///< empty: standard output
};

tl::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorCode::usage, concat(k_usage, "\n\nvirga: error: ", what));
}

Result<Wanted> read_words(const std::vector<std::string>& words, const model::Catalog& catalog) {
  Wanted out;
  if (words.empty() || words.front() != "nu") {
    return wrong("the only language is \"nu\"");
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--out" && i + 1 < words.size()) {
      out.folder = words[++i];
    } else if (words[i].starts_with("-")) {
      return wrong(concat("unexpected \"", words[i], "\""));
    } else {
      out.services.push_back(words[i]);
    }
  }
  if (out.services.empty()) {
    out.services = cli::service_commands(catalog);
  }
  if (out.folder.empty() && out.services.size() != 1) {
    return wrong("several modules need --out DIR");
  }
  return out;
}

}  // namespace

Status generate(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  VIRGA_TRY_ASSIGN(const auto wanted, read_words(words, *catalog));
  const bool all = words.size() == 1 || wanted.services.size() > 1;
  for (const auto& name : wanted.services) {
    const auto service = cli::find_service_command(*catalog, name);
    if (!service && all) {
      continue;  // a command that is no service: "configure", "help"
    }
    if (!service) {
      return wrong(concat("there is no service \"", name, "\""));
    }
    const auto module = write_module(*service, name, model::Documentation(*service));
    if (wanted.folder.empty()) {
      VIRGA_TRY(context.out.write(module));
    } else {
      VIRGA_TRY(write_file_atomically(
          concat(wanted.folder, "/", module_name(name), ".nu"), module, k_mode));
    }
  }
  return {};
}

}  // namespace virga::commands
