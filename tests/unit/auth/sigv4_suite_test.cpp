// SPDX-License-Identifier: Apache-2.0
// The AWS Signature Version 4 test suite. It is not part of this repository: VIRGA_CONFORMANCE
// names the folder that holds sigv4/, else ../shared/conformance is tried.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "auth/signers/sigv4.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

namespace fs = std::filesystem;

constexpr TimePoint k_now{std::chrono::seconds(1440938160)};  // 20150830T123600Z

fs::path suite_folder() {
  const char* named = std::getenv("VIRGA_CONFORMANCE");
  return (named != nullptr ? fs::path(named)
                           : fs::path(VIRGA_SOURCE_DIR) / "../shared/conformance") /
         "sigv4";
}

std::string file_text(const fs::path& folder, const char* extension) {
  auto text = read_file((folder / folder.filename()).string() + extension);
  EXPECT_TRUE(text) << folder;
  return text ? replace_all(*text, "\r", "") : "";
}

/// "GET /path?query HTTP/1.1", header lines (indented ones continue), an empty line, the body.
http::Request parse_request(std::string_view text) {
  http::Request request;
  const auto blank = text.find("\n\n");
  if (blank != std::string_view::npos) {
    request.body = text.substr(blank + 2);
  }
  const auto lines = split(text.substr(0, blank), '\n');
  const auto first = lines.front();
  request.method = first.substr(0, first.find(' '));
  auto target = first.substr(first.find(' ') + 1);
  target = target.substr(0, target.rfind(' '));
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) {
    request.query = percent_encode(target.substr(mark + 1), "%&=");
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) {
      continue;
    }
    std::string line(lines[i]);
    for (; i + 1 < lines.size() && lines[i + 1].starts_with(' '); ++i) {
      append(line, '\n', lines[i + 1]);
    }
    const auto colon = line.find(':');
    const std::string name = line.substr(0, colon);
    if (equals_ignore_case(name, "host")) {
      request.host = trim(line.substr(colon + 1));
    } else {
      request.headers.add(name, line.substr(colon + 1));
    }
  }
  return request;
}

void check_case(const fs::path& folder) {
  http::Request request = parse_request(file_text(folder, ".req"));
  SigningContext context;
  context.credentials.access_key_id = "AKIDEXAMPLE";
  context.credentials.secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  context.service = "service";
  context.region = "us-east-1";
  context.now = k_now;
  std::string token(request.headers.get("X-Amz-Security-Token"));
  if (folder.filename() == "get-vanilla-with-session-token") {
    token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
  }
  context.credentials.session_token = Secret(token);

  // The suite's paths are not encoded yet, so that one encoding makes the canonical form.
  ASSERT_TRUE(make_signer("v4")->sign(request, context));
  const CanonicalHeaders headers = canonical_headers(request);
  const std::string canonical =
      canonical_request(request,
                        headers,
                        payload_hash(request, context, PayloadStyle::generic).value(),
                        PathStyle::normalized);
  EXPECT_EQ(canonical, file_text(folder, ".creq"));
  EXPECT_EQ(
      string_to_sign(
          "AWS4-HMAC-SHA256", "20150830T123600Z", credential_scope(context, "20150830"), canonical),
      file_text(folder, ".sts"));
  EXPECT_EQ(request.headers.get("Authorization"), file_text(folder, ".authz"));
}

TEST(SigV4Suite, EveryCaseGivesThePublishedSignature) {
  const fs::path suite = suite_folder();
  if (!fs::exists(suite)) {
    GTEST_SKIP() << "the SigV4 suite is not at " << suite << "; set VIRGA_CONFORMANCE";
  }
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(suite)) {
    if (entry.path().extension() != ".req") {
      continue;
    }
    SCOPED_TRACE(entry.path().parent_path().filename().string());
    check_case(entry.path().parent_path());
    ++count;
  }
  EXPECT_GE(count, 30);
  std::printf("%d cases of the suite\n", count);
}

}  // namespace
}  // namespace virga::auth
