// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/rsa.hpp"
#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"
#include "cli/invocation.hpp"

namespace virga::cli {
namespace {

constexpr unsigned k_private = 0600;

/// Source: awscli/customizations/iamvirtmfa.py.
Status save_mfa_seed(const PostAction& action, Value& output) {
  auto* map = output.as_map();
  auto* device = map == nullptr ? nullptr : map->find("VirtualMFADevice");
  if (device == nullptr || device->as_map() == nullptr) {
    return {};
  }
  const auto* seed = device->find(action.detail);
  if (seed == nullptr) {
    return {};
  }
  const auto* blob = seed->as_blob();
  const auto* text = seed->as_string();
  const auto decoded = blob != nullptr   ? std::optional(blob->bytes)
                       : text != nullptr ? base64_decode(*text)
                                         : std::nullopt;
  VIRGA_TRY(write_file_atomically(action.path, decoded.value_or(""), k_private));
  for (const auto* name : {"QRCodePNG", "Base32StringSeed"}) {
    device->as_map()->erase(name);
  }
  return {};
}

Status save_text(const PostAction& action, const Value& output) {
  const Value* value = &output;
  for (const auto name : split(action.detail, '.')) {
    value = value == nullptr ? nullptr : value->find(name);
  }
  const auto* text = value == nullptr ? nullptr : value->as_string();
  return write_file_atomically(action.path, text == nullptr ? "" : *text, k_private);
}

/// Source: awscli/customizations/ec2/decryptpassword.py.
Status decrypt_password(const PostAction& action, Value& output) {
  const auto encrypted = output.text("PasswordData");
  if (encrypted.empty()) {
    return {};
  }
  VIRGA_TRY_ASSIGN(std::string pem, read_file(action.path));
  const auto bytes = base64_decode(encrypted);
  const auto plain = bytes ? rsa_decrypt(Secret(std::move(pem)), *bytes)
                           : Result<std::string>(fail(ErrorCode::general, "no base64"));
  if (!plain || !is_utf8(*plain)) {
    return fail(ErrorCode::general,
                "Unable to decrypt password data using provided private key file.");
  }
  output.as_map()->set("PasswordData", *plain);
  return {};
}

}  // namespace

Status apply_post_actions(const std::vector<PostAction>& actions, Value& output) {
  for (const auto& action : actions) {
    if (action.kind == PostAction::Kind::save_mfa_seed) {
      VIRGA_TRY(save_mfa_seed(action, output));
    } else if (action.kind == PostAction::Kind::save_text) {
      VIRGA_TRY(save_text(action, output));
    } else if (action.kind == PostAction::Kind::decrypt_password) {
      VIRGA_TRY(decrypt_password(action, output));
    } else if (action.kind == PostAction::Kind::translate_definition &&
               output.as_map() != nullptr) {
      customizations::definition_of_pipeline(*output.as_map());
    }
  }
  return {};
}

}  // namespace virga::cli
