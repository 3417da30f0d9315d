// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace virga {

/// RFC 4648 base64 with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// Decodes as Python's base64.b64decode does without validation: bytes outside of the alphabet are
/// skipped; nothing if the padding is wrong.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// base64url (RFC 4648 section 5) without padding, as JSON Web Tokens use it.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// Lower-case hexadecimal.
[[nodiscard]] std::string hex_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);

/// Percent-encodes everything but RFC 3986's unreserved characters and those in `keep` (for example
/// "/").
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = {});
/// Decodes %XX; a stray % stays as it is. '+' stays '+'.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// Whether the bytes are UTF-8 as RFC 3629 has it (no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// With U+FFFD for each ill-formed sequence, as Python's decode("utf-8", "replace") and the Unicode
/// Standard's "maximal subpart" practice have it.
[[nodiscard]] std::string replace_invalid_utf8(std::string bytes);

/// Appends the code point as UTF-8; surrogates too (as CESU-like three bytes), so that what JSON
/// escapes say is kept.
void append_utf8(std::string& out, char32_t code_point);

/// Reads one code point at `position` and moves it on; an invalid byte is returned as U+FFFD.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& position);

}  // namespace virga
