// SPDX-License-Identifier: Apache-2.0
// The canonical request of Signature Version 4.
#include <algorithm>
#include <utility>

#include "auth/signers/sigv4.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

// Headers that proxies and HTTP libraries change on the way. Source: botocore/auth.py,
// SIGNED_HEADERS_BLACKLIST. Authorization is what the signature goes into.
constexpr std::string_view k_unsigned_headers[] = {
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
};

bool is_signed(std::string_view name) {
  return std::none_of(std::begin(k_unsigned_headers),
                      std::end(k_unsigned_headers),
                      [name](std::string_view other) { return equals_ignore_case(name, other); });
}

/// Without white space at the ends, with single blanks inside.
void append_trimmed(std::string& out, std::string_view value) {
  bool pending = false;
  const std::size_t start = out.size();
  for (const char c : value) {
    if (is_ascii_space(c)) {
      pending = out.size() > start;
      continue;
    }
    if (pending) {
      out.push_back(' ');
      pending = false;
    }
    out.push_back(c);
  }
}

/// The host as the Host header says it: lower case, without the scheme's own port.
std::string host_header(const http::Request& request) {
  std::string host = to_lower(request.host);
  const std::string_view own_port = request.scheme == "https" ? ":443" : ":80";
  if (host.ends_with(own_port)) {
    host.resize(host.size() - own_port.size());
  }
  return host;
}

std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto part : split(path, '/')) {
    if (part == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (!part.empty() && part != ".") {
      kept.push_back(part);
    }
  }
  std::string out;
  out.reserve(path.size());
  for (const auto part : kept) {
    append(out, out.empty() && path.front() != '/' ? "" : "/", part);
  }
  if (out.empty() || path.back() == '/') {
    out.push_back('/');
  }
  return out;
}

Result<std::string> hash_of_stream(http::BodySource& stream) {
  Sha256 hash;
  std::string buffer(std::size_t{64} * 1024, '\0');
  for (;;) {
    VIRGA_TRY_ASSIGN(const std::size_t got, stream.read(buffer.data(), buffer.size()));
    if (got == 0) {
      break;
    }
    hash.update(std::string_view(buffer).substr(0, got));
  }
  VIRGA_TRY(stream.rewind());
  return hex_encode(hash.finish());
}

bool signs_payload_s3(const http::Request& request, const SigningContext& context) {
  if (context.payload_signing) {
    return *context.payload_signing;
  }
  const std::string_view checksum =
      context.checksum_header.empty() ? "Content-MD5" : std::string_view(context.checksum_header);
  // TLS and a checksum together protect a body as well as a signature does.
  if (request.scheme != "https" || !request.headers.contains(checksum)) {
    return true;
  }
  return !context.streaming_input && !context.unsigned_payload;
}

}  // namespace

CanonicalHeaders canonical_headers(const http::Request& request) {
  std::vector<std::pair<std::string, std::string_view>> fields;
  fields.reserve(request.headers.fields().size() + 1);
  bool has_host = false;
  for (const auto& [name, value] : request.headers) {
    if (is_signed(name)) {
      fields.emplace_back(to_lower(name), value);
      has_host = has_host || fields.back().first == "host";
    }
  }
  const std::string host = has_host ? "" : host_header(request);
  if (!has_host) {
    fields.emplace_back("host", host);
  }
  std::stable_sort(
      fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  CanonicalHeaders out;
  out.lines.reserve(512);
  out.names.reserve(128);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0 && fields[i].first == fields[i - 1].first) {
      out.lines.back() = ',';
    } else {
      append(out.names, out.names.empty() ? "" : ";", fields[i].first);
      append(out.lines, fields[i].first, ':');
    }
    append_trimmed(out.lines, fields[i].second);
    out.lines.push_back('\n');
  }
  return out;
}

std::string canonical_path(std::string_view path, PathStyle style) {
  if (path.empty()) {
    return "/";
  }
  if (style == PathStyle::once) {
    return std::string(path);
  }
  return percent_encode(remove_dot_segments(path), "/");
}

std::string canonical_query(std::string_view query) {
  std::string out;
  if (query.empty()) {
    return out;
  }
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
  for (const auto part : split(query, '&')) {
    const auto equals = part.find('=');
    parameters.emplace_back(
        part.substr(0, equals),
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
  }
  std::sort(parameters.begin(), parameters.end());
  out.reserve(query.size() + 8);
  for (const auto& [name, value] : parameters) {
    append(out, out.empty() ? "" : "&", name, '=', value);
  }
  return out;
}

Result<std::string> payload_hash(const http::Request& request,
                                 const SigningContext& context,
                                 PayloadStyle style) {
  if (style == PayloadStyle::always_unsigned) {
    return std::string(k_unsigned_payload);
  }
  if (context.trailing_checksum) {
    return std::string(k_unsigned_trailer);
  }
  const bool is_signed_payload = style == PayloadStyle::s3
                                     ? signs_payload_s3(request, context)
                                     : request.scheme != "https" || !context.unsigned_payload;
  if (!is_signed_payload) {
    return std::string(k_unsigned_payload);
  }
  if (request.stream != nullptr) {
    return hash_of_stream(*request.stream);
  }
  return hex_encode(sha256(request.body));
}

Result<std::string> prepare_payload(http::Request& request,
                                    const SigningContext& context,
                                    PayloadStyle style) {
  if (style == PayloadStyle::s3) {
    VIRGA_TRY_ASSIGN(std::string hash, payload_hash(request, context, style));
    request.headers.set("X-Amz-Content-SHA256", hash);
    return hash;
  }
  if (context.unsigned_payload && style == PayloadStyle::generic) {
    request.headers.set("X-Amz-Content-SHA256", std::string(k_unsigned_payload));
  }
  if (const std::string* given = request.headers.find("X-Amz-Content-SHA256")) {
    return *given;
  }
  return payload_hash(request, context, style);
}

std::string canonical_request(const http::Request& request,
                              const CanonicalHeaders& headers,
                              std::string_view payload,
                              PathStyle style) {
  const std::string path = canonical_path(request.path, style);
  const std::string query = canonical_query(request.query);
  std::string out;
  out.reserve(path.size() + query.size() + headers.lines.size() + headers.names.size() + 128);
  append(out,
         to_upper(request.method),
         '\n',
         path,
         '\n',
         query,
         '\n',
         headers.lines,
         '\n',
         headers.names,
         '\n',
         payload);
  return out;
}

}  // namespace virga::auth
