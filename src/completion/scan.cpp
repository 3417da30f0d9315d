// SPDX-License-Identifier: Apache-2.0
#include "completion/scan.hpp"

#include "cli/global_options.hpp"

namespace virga::completion {
namespace {

bool takes_another(cli::Arity arity, std::size_t count) {
  using cli::Arity;
  return arity == Arity::any_number || arity == Arity::at_least_one ||
         ((arity == Arity::one || arity == Arity::at_most_one) && count == 0);
}

}  // namespace

Scan scan_words(const std::vector<std::string>& words, const ArityOf& arity_of) {
  Scan out;
  auto open_arity = cli::Arity::flag;
  for (const auto& word : words) {
    if (word.starts_with("--") && word.size() > 2) {
      const auto equals = word.find('=');
      out.open = word.substr(2, equals == std::string::npos ? equals : equals - 2);
      open_arity = arity_of(out.open).value_or(cli::Arity::flag);
      auto& values = out.given[out.open];
      values.clear();
      if (equals != std::string::npos) {
        values.push_back(word.substr(equals + 1));
        open_arity = cli::Arity::flag;
      }
    } else if (!out.open.empty() && takes_another(open_arity, out.given[out.open].size())) {
      out.given[out.open].push_back(word);
    } else {
      out.positionals.push_back(word);
    }
  }
  const bool takes = !out.open.empty() && takes_another(open_arity, out.given[out.open].size());
  out.must_be_value = takes && out.given[out.open].empty() &&
                      (open_arity == cli::Arity::one || open_arity == cli::Arity::at_least_one);
  if (!takes) {
    out.open.clear();
  }
  return out;
}

std::optional<cli::Arity> global_arity(std::string_view name) {
  for (const auto& option : cli::global_option_rows()) {
    if (option.name == name && name != "command") {
      return option.arity;
    }
  }
  return std::nullopt;
}

}  // namespace virga::completion
