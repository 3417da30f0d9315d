// SPDX-License-Identifier: Apache-2.0
#include "model/names.hpp"

#include <array>
#include <utility>

#include "base/strings.hpp"

namespace virga::model {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

/// A '-' before each capital that begins a word of lower-case letters, except at the very start:
/// KMSKeyId → KMS-KeyId → KMS-Key-Id. A capital that was just consumed as the character before a
/// word does not count again, as in a left-to-right regular expression.
std::string split_words(std::string_view name) {
  std::string out;
  std::size_t i = 0;
  while (i < name.size()) {
    if (i + 2 < name.size() && is_upper(name[i + 1]) && is_lower(name[i + 2])) {
      out += name[i];
      out += '-';
      ++i;
      out += name[i++];
      while (i < name.size() && is_lower(name[i])) {
        out += name[i++];
      }
    } else {
      out += name[i++];
    }
  }
  return out;
}

/// A '-' between a lower-case letter or digit and a capital.
std::string split_case_changes(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    out += name[i];
    if (i + 1 < name.size() && (is_lower(name[i]) || is_ascii_digit(name[i])) &&
        is_upper(name[i + 1])) {
      out += '-';
    }
  }
  return out;
}

/// Where the plural of an acronym at the end begins ("ARNs"), or npos.
std::size_t plural_acronym(std::string_view name) {
  if (!name.ends_with('s')) {
    return std::string_view::npos;
  }
  std::size_t start = name.size() - 1;
  while (start > 0 && is_upper(name[start - 1])) {
    --start;
  }
  return name.size() - 1 - start >= 2 ? start : std::string_view::npos;
}

}  // namespace

std::string member_cli_name(std::string_view name) {
  if (name.find('-') != std::string_view::npos) {
    return std::string(name);
  }
  std::string text(name);
  if (const auto start = plural_acronym(name); start != std::string_view::npos) {
    text = concat(name.substr(0, start), "-", to_lower(name.substr(start)));
  }
  return to_lower(split_case_changes(split_words(text)));
}

std::string operation_cli_name(std::string_view name) {
  using Spelling = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Spelling, 5> k_spellings = {
      Spelling{"WhatsApp", "Whatsapp"},
      Spelling{"OTel", "Otel"},
      Spelling{"PartiQL", "Partiql"},
      Spelling{"iSCSI", "Iscsi"},
      Spelling{"ListHITsFor", "ListHitsFor"},
  };
  std::string text(name);
  for (const auto& [odd, plain] : k_spellings) {
    text = replace_all(text, odd, plain);
  }
  return member_cli_name(text);
}

}  // namespace virga::model
