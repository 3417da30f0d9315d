// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace virga {

/// Decrypts with PKCS #1 v1.5 padding (RFC 8017 section 7.2). `private_key` is a PEM text without
/// passphrase. Errors: general, without details: neither the key nor why the padding is wrong is
/// anybody's business.
[[nodiscard]] Result<std::string> rsa_decrypt(const Secret& private_key,
                                              std::string_view ciphertext);

}  // namespace virga
