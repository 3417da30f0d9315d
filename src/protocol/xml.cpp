// SPDX-License-Identifier: Apache-2.0
#include "protocol/xml.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "protocol/parse_scalar.hpp"

namespace virga::protocol {
namespace {

/// Blanks alone count where they are all that an element holds; text is stored in the element,
/// which saves a node for each; text outside of the root is kept as nodes so that it is noticed.
constexpr unsigned k_flags = pugi::parse_escapes | pugi::parse_eol | pugi::parse_cdata |
                             pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single |
                             pugi::parse_embed_pcdata | pugi::parse_fragment;

bool is_forbidden(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
}

/// Whether there is a control character that XML forbids; eight bytes at a time.
bool has_forbidden_character(std::string_view text) {
  constexpr std::uint64_t k_ones = 0x0101010101010101U;
  constexpr std::uint64_t k_high = k_ones * 0x80;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    // A byte below 0x20 borrows from its own high bit when 0x20 is taken away.
    const bool may_be_control = ((word - k_ones * 0x20) & ~word & k_high) != 0;
    if (may_be_control && std::any_of(text.begin() + static_cast<std::ptrdiff_t>(i),
                                      text.begin() + static_cast<std::ptrdiff_t>(i + 8),
                                      is_forbidden)) {
      return true;
    }
  }
  return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_forbidden);
}

/// Whether each '&' begins one of the five entities that every document has. Others, and references
/// to characters, are for the strict check.
bool has_only_plain_entities(std::string_view text) {
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const std::string_view rest = text.substr(at + 1, 5);
    if (!rest.starts_with("amp;") && !rest.starts_with("lt;") && !rest.starts_with("gt;") &&
        !rest.starts_with("quot;") && !rest.starts_with("apos;")) {
      return false;
    }
  }
  return true;
}

/// The one element at the top, or a null node if there is not exactly one or if there is text
/// beside it.
pugi::xml_node only_root(const pugi::xml_document& document) {
  pugi::xml_node root;
  for (const auto child : document.children()) {
    if (!is_element(child) || root) {
      return {};
    }
    root = child;
  }
  return root;
}

bool has_prefix(const char* name) { return std::strchr(name, ':') != nullptr; }

}  // namespace

Status XmlDocument::load(std::string_view text) {
  // In place, pugixml puts its terminator over the last byte: without one to spare, "<a/>x" would
  // pass for "<a/>".
  buffer_.reserve(text.size() + 1);
  buffer_.assign(text);
  buffer_ += '\n';
  const auto result =
      document_.load_buffer_inplace(buffer_.data(), buffer_.size(), k_flags, pugi::encoding_utf8);
  root_ = result ? only_root(document_) : pugi::xml_node();
  // A prefix at the root is rare in answers; where it is, the strict check has its say.
  const bool is_surely_fine = root_ && is_utf8(text) && !has_forbidden_character(text) &&
                              has_only_plain_entities(text) && !has_prefix(root_.name());
  if (is_surely_fine) {
    return {};
  }
  auto error = find_xml_error(text);
  if (!error && !root_) {
    error = "not well-formed (invalid token): line 1, column 0";
  }
  if (!error) {
    return {};
  }
  root_ = {};
  return fail(ErrorCode::response,
              concat("Unable to parse response (",
                     *error,
                     "), invalid XML received. Further retries may succeed:\n",
                     python_bytes_repr(text)));
}

std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const auto colon = whole.find(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

std::string_view element_text(pugi::xml_node element, std::string& scratch) {
  const auto is_text = [](pugi::xml_node_type type) {
    return type != pugi::node_null && type != pugi::node_element;
  };
  auto child = element.first_child();
  if (!is_text(child.type())) {
    return element.value();
  }
  scratch = element.value();
  for (; is_text(child.type()); child = child.next_sibling()) {
    scratch += child.value();
  }
  return scratch;
}

pugi::xml_node find_child(pugi::xml_node element, std::string_view name) {
  for (const auto child : element.children()) {
    if (is_element(child) && local_name(child.name()) == name) {
      return child;
    }
  }
  return {};
}

}  // namespace virga::protocol
