// SPDX-License-Identifier: Apache-2.0
#include "protocol/xml.hpp"

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

/// Whether the bytes are all ASCII, tab, line ends or printable: then neither UTF-8 nor control
/// characters need a look.
bool is_plain_ascii(std::string_view text) {
  constexpr std::uint64_t k_high = 0x8080808080808080U;
  constexpr std::uint64_t k_ones = 0x0101010101010101U;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    // A byte below 0x20 borrows from its own high bit when 0x20 is taken away.
    if (((word | ((word - k_ones * 0x20) & ~word)) & k_high) == 0) {
      continue;
    }
    for (std::size_t j = i; j < i + 8; ++j) {
      const auto byte = static_cast<unsigned char>(text[j]);
      if (byte >= 0x80 || (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t')) {
        return false;
      }
    }
  }
  for (; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 || (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t')) {
      return false;
    }
  }
  return true;
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
  // Prefixes and declarations are rare in answers; where they are, the strict check has its say.
  const bool is_surely_fine = root_ && is_plain_ascii(text) && has_only_plain_entities(text) &&
                              text.find("<!") == std::string_view::npos &&
                              !has_prefix(root_.name());
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
  auto child = element.first_child();
  if (!child || is_element(child)) {
    return element.value();
  }
  scratch = element.value();
  for (; child && !is_element(child); child = child.next_sibling()) {
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
