// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "value/timestamp.hpp"
#include "value/value.hpp"

namespace virga::output {

/// Writes values as block-style YAML, byte for byte as libyaml does for ruamel.yaml's safe dumper:
/// keys sorted, lines folded behind column 80, no block scalars, text in quotes only where it
/// needs them. Thread-compatible.
///
///   emitter.value(v); emitter.end_document();
///
/// or piece by piece: open_map, key, then a value or another piece, close; open_list, item, …
class YamlEmitter {
 public:
  YamlEmitter(std::string& out, TimestampStyle timestamps) : out_(out), timestamps_(timestamps) {}

  void value(const Value& value);

  void open_map();
  void key(std::string_view name);
  void open_list();
  void item();

  /// Ends a map or list that was opened; `previous` is what open_… was called at.
  void close(int previous_indent) { indent_ = previous_indent; }

  [[nodiscard]] int indent() const { return indent_; }

  /// The line's end, and everything ready for another document.
  void end_document();

 private:
  void text(std::string_view text);
  void plain(std::string_view text);
  void single_quoted(std::string_view text);
  void double_quoted(std::string_view text);
  void escape(std::string_view text, std::size_t& at);
  void indicator(std::string_view indicator, bool needs_blank, bool ends_blank, bool indents);
  void start_line();
  void line_break();
  void put(std::string_view character);

  std::string& out_;  // the caller's
  TimestampStyle timestamps_;
  int indent_ = -1;
  std::size_t column_ = 0;
  bool at_blank_ = true;   ///< libyaml's "whitespace"
  bool at_indent_ = true;  ///< libyaml's "indention": nothing but indentation on the line yet
  bool in_map_ = false;    ///< the node to come is a key or a value of a map
  bool in_simple_key_ = false;
};

}  // namespace virga::output
