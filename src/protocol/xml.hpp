// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "base/result.hpp"

namespace virga::protocol {

/// An XML document in memory. Text keeps its blanks, line ends become \n, entities are resolved.
/// What expat would refuse is refused: pugixml alone is lenient. Thread-compatible.
class XmlDocument {
 public:
  /// Errors: response, in botocore's words: "Unable to parse response (mismatched tag: line 1,
  /// column 7), ...".
  [[nodiscard]] Status load(std::string_view text);

  [[nodiscard]] pugi::xml_node root() const { return root_; }

 private:
  std::string buffer_;  // what the nodes point into
  pugi::xml_document document_;
  pugi::xml_node root_;
};

/// Why the text is no well-formed XML, with expat's words and place ("mismatched tag: line 1,
/// column 7"), or nothing. Slow and strict; the tags' stack is on the heap, so depth is no danger.
[[nodiscard]] std::optional<std::string> find_xml_error(std::string_view text);

/// The tag without its namespace prefix.
[[nodiscard]] std::string_view local_name(const char* name);

/// An element's text: what stands before its first child element. Uses `scratch` where it is in
/// pieces.
[[nodiscard]] std::string_view element_text(pugi::xml_node element, std::string& scratch);

/// The first child element of that local name, or a null node.
[[nodiscard]] pugi::xml_node find_child(pugi::xml_node element, std::string_view name);

[[nodiscard]] inline bool is_element(pugi::xml_node node) {
  return node.type() == pugi::node_element;
}

}  // namespace virga::protocol
