// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/temporary.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "base/subprocess.hpp"
#include "config/config_file.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_name = "custom-process";

/// What Python prints of a JSON value in a sentence.
std::string spelled(const Value* version) {
  if (version == nullptr) {
    return "<Version key not provided>";
  }
  const auto* text = version->as_string();
  return text != nullptr ? *text : version->is_null() ? "None" : to_json(*version);
}

/// The members that the shared form has, of what a process printed.
Result<Value> read_answer(std::string_view bytes) {
  VIRGA_TRY_ASSIGN(const Value answer, read_json(bytes));
  if (answer.as_map() == nullptr) {
    return retrieval_error(k_name, "the process printed no JSON object");
  }
  const Value* version = answer.find("Version");
  const auto* number = version == nullptr ? nullptr : version->as_integer();
  if (number == nullptr || *number != 1) {
    return retrieval_error(k_name,
                           concat("Unsupported version '",
                                  spelled(version),
                                  "' for credential process provider, supported versions: 1"));
  }
  Value members = Map();
  for (const char* key :
       {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "AccountId"}) {
    const Value* member = answer.find(key);
    const bool required =
        key == std::string_view("AccessKeyId") || key == std::string_view("SecretAccessKey");
    if (required && answer.text(key).empty()) {
      return retrieval_error(k_name, concat("Missing required key in response: '", key, "'"));
    }
    if (member != nullptr && !member->is_null()) {
      members.as_map()->append(key, *member);
    }
  }
  Value document = Map();
  document.as_map()->append("ProviderType", "process");
  document.as_map()->append("Credentials", std::move(members));
  return document;
}

class ProcessProvider final : public CredentialProvider {
 public:
  ProcessProvider(const ProviderContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}

  [[nodiscard]] std::string_view name() const override { return k_name; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
    const std::string* command = profile ? profile->text("credential_process") : nullptr;
    if (command == nullptr) {
      return std::nullopt;
    }
    VIRGA_TRY_ASSIGN(Credentials out, fetch(*command));
    out.provider = k_name;
    if (const std::string* account = profile->text("aws_account_id");
        account != nullptr && !out.account_id) {
      out.account_id = *account;
    }
    return out;
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
    const std::string* command = profile ? profile->text("credential_process") : nullptr;
    if (command == nullptr) {
      return std::nullopt;
    }
    Claim out;
    out.identity.text = concat("process=", hex_encode(sha256(*command)));
    out.needs_credentials = true;  // the same command may serve somebody else tomorrow
    return out;
  }

 private:
  [[nodiscard]] Result<Credentials> fetch(const std::string& command) const {
    const auto run = [&command] { return run_process(command); };
    VIRGA_TRY_ASSIGN(const bool kept,
                     context_.settings().flag(config::Setting::credential_process_cache));
    if (kept) {
      return fetch_stored(context_, place(command), run);
    }
    VIRGA_TRY_ASSIGN(const Value document, run());
    return *read_document(document, true);
  }

  static Result<Value> run_process(const std::string& command) {
    const auto words = config::split_words(command);
    if (!words) {
      return fail(ErrorCode::general, "No closing quotation");
    }
    if (words->empty()) {
      return retrieval_error(k_name, "credential_process is empty");
    }
    VIRGA_TRY_ASSIGN(const SubprocessResult result, run_subprocess(*words));
    if (result.status != 0) {
      return retrieval_error(k_name, result.err);
    }
    VIRGA_TRY_ASSIGN(Value document, read_answer(result.out));
    if (!read_document(document, true)) {
      return retrieval_error(k_name, "the process printed an Expiration that is no time");
    }
    return document;
  }

  /// One file for each command, profile and folder that the command may depend on.
  [[nodiscard]] StoredPlace place(const std::string& command) const {
    Value key = List();
    for (const std::string& part : {command,
                                    profile_,
                                    context_.settings().path_of(config::Setting::config_file),
                                    context_.environment().get("AWS_PROFILE").value_or(""),
                                    context_.environment().get("PWD").value_or("")}) {
      key.as_list()->emplace_back(part);
    }
    const std::string name = hex_encode(sha256(to_json(key)));
    return {context_.in_cache(concat("credentials/", name, ".json")),
            context_.in_cache(concat("locks/", name, ".lock")),
            true};
  }

  const ProviderContext& context_;
  std::string profile_;
};

}  // namespace

Provider process_provider(ProviderContext& context, std::string profile) {
  return std::make_unique<ProcessProvider>(context, std::move(profile));
}

}  // namespace virga::auth
