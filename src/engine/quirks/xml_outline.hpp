// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace virga::engine::quirks {

/// What can be said of an XML document without building its tree.
struct XmlOutline {
  bool well_formed = false;
  bool has_namespace = false;  ///< the root element declares a default one
  std::string_view root;       ///< the root element's name, with a prefix if it has one
  std::string root_text;       ///< its text before its first child, references resolved
};

/// Reads the whole document once: tags must match, attributes be quoted, references known, the
/// bytes UTF-8. Views into `body`. Memory is bounded by the depth of the document.
[[nodiscard]] XmlOutline outline_xml(std::string_view body);

/// The text of the first element of this name anywhere in the body; for answers whose shape is not
/// modeled. Nothing if there is none or it has children.
[[nodiscard]] std::optional<std::string> find_element_text(std::string_view body,
                                                           std::string_view name);

}  // namespace virga::engine::quirks
