// SPDX-License-Identifier: Apache-2.0
// Makes the help pages of a model pack: every one, or of the operations every Nth.
//
// Usage: help_walk PACK [N]
//
// Each page must be UTF-8, end with a line end, and list each option once. Exit status 77 without a
// pack.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "cli/service_names.hpp"
#include "help/page.hpp"

namespace {

using namespace virga;

constexpr auto k_compat = cli::Compat::v2;

struct Tally {
  std::size_t operations = 0;  ///< made or not
  std::size_t pages = 0;
  std::size_t bytes = 0;
  std::size_t wrong = 0;

  void complain(std::string_view page, std::string_view what) {
    std::cerr << page << ": " << what << '\n';
    ++wrong;
  }

  void add(std::string_view page, const std::string& text) {
    ++pages;
    bytes += text.size();
    if (!is_utf8(text)) {
      complain(page, "not UTF-8");
    }
    if (!text.ends_with("\n")) {
      complain(page, "no line end at the end");
    }
  }

  /// The titles "--name (type)" of OPTIONS and GLOBAL OPTIONS: a name's second one is wrong.
  void add_options(std::string_view page, std::string_view text) {
    std::map<std::string_view, int> seen;
    text.remove_prefix(std::min(text.find("\nOPTIONS\n"), text.size()));
    for (const auto line : split(text.substr(0, text.find("\nOUTPUT\n")), '\n')) {
      if (!line.starts_with("       --")) {
        continue;
      }
      for (const auto word : split(line.substr(7, line.find(" (") - 7), ' ')) {
        if (word.starts_with("--") && ++seen[word] > 1) {
          complain(page, concat(word, " is listed twice"));
        }
      }
    }
    if (seen.empty()) {
      complain(page, "no options");
    }
  }
};

void walk_service(const model::Service& service, std::size_t step, Tally& tally) {
  const help::LayoutOptions layout{100, help::Emphasis::none};
  const auto command = std::string(cli::service_command(service.name()));
  tally.add(command, help::service_page(service, command, {}, k_compat, layout));
  const model::Documentation documentation(service);
  for (const auto& name : cli::operation_commands(service, command, k_compat)) {
    const auto page = concat(command, " ", name);
    if (name == "wait") {
      tally.add(page, help::waiters_page(service, command, layout));
      continue;
    }
    const auto operation = cli::find_operation_command(service, command, name, k_compat);
    if (!operation || tally.operations++ % step != 0) {
      continue;
    }
    const auto text =
        help::operation_page({*operation, documentation, command, name, k_compat}, layout);
    tally.add(page, text);
    tally.add_options(page, text);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 2 || !read_file(words[1])) {
    std::cerr << "no model pack\n";
    return 77;
  }
  const auto catalog = model::Catalog::open(words[1]);
  if (!catalog) {
    std::cerr << catalog.error().message << '\n';
    return 1;
  }
  const auto step = std::max<std::size_t>(1, count > 2 ? std::strtoul(words[2], nullptr, 10) : 1);
  Tally tally;
  tally.add("help", help::program_page(*catalog, {}, {}));
  for (std::uint32_t i = 0; i < catalog->service_count(); ++i) {
    walk_service(catalog->service(i), step, tally);
  }
  std::cout << tally.pages << " pages, " << tally.bytes << " bytes, " << tally.wrong
            << " complaints\n";
  return tally.wrong == 0 ? 0 : 1;
}
