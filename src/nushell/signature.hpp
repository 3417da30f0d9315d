// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "value/value.hpp"

// How commands describe themselves to Nushell: rows that are data, and their encoding.
namespace virga::nushell {

/// A flag or positional argument. `shape` is a name of nu's ("String", "Int", "Duration"), or
/// "List" for a list of anything; empty for a switch.
struct ArgumentRow {
  std::string_view name;
  std::string_view shape;
  std::string_view description;
  char letter = '\0';                             ///< the short form of a flag
  std::vector<std::string_view> completion = {};  ///< its values, where they are few
};

struct ExampleRow {
  std::string_view code;
  std::string_view description;
};

/// One command of the plugin.
struct SignatureRow {
  std::string_view name;
  std::string_view description;
  std::string_view extra = {};
  std::vector<std::string_view> search_terms = {};
  std::vector<ArgumentRow> required = {};
  std::vector<ArgumentRow> optional = {};
  std::vector<ArgumentRow> flags = {};
  bool is_catch_all = false;  ///< takes any words and flags behind it
  /// The user's external completer completes it, flags included; nu asks it before the plugin.
  bool completes_externally = false;
  std::string_view input = "Any";
  std::string_view output = "Any";
  std::vector<ExampleRow> examples = {};
};

/// The entry of a command in the answer to "Signature".
[[nodiscard]] Value encode_signature(const SignatureRow& row);

}  // namespace virga::nushell
