// SPDX-License-Identifier: Apache-2.0
#include "http/curl/prepare.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "base/strings.hpp"
#include "http/proxy.hpp"

namespace virga::http::curl {
namespace {

/// OpenSSL looks a single certificate up in the hashed folder when it needs one; loading the bundle
/// file next to it costs 42 ms.
constexpr const char* k_system_ca_folder = "/etc/ssl/certs";

bool is_visible(char c) { return c > ' ' && c != '\x7f'; }

bool is_target_char(char c) { return is_visible(c) || static_cast<unsigned char>(c) >= 0x80; }

bool is_host_char(char c) {
  return is_target_char(c) && std::string_view("/?#@\\\"<>^`{|}").find(c) == std::string_view::npos;
}

bool is_token_char(char c) {  // RFC 9110 section 5.6.2
  return is_ascii_alnum(c) ||
         (is_visible(c) && static_cast<unsigned char>(c) < 0x80 &&
          std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos);
}

bool is_value_char(char c) { return c == '\t' || c == ' ' || is_target_char(c); }

template <typename Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

Status validate(const Request& request) {
  if ((request.scheme != "http" && request.scheme != "https") || request.host.empty() ||
      !all(request.host, is_host_char)) {
    return fail(ErrorCode::validation,
                concat("Invalid endpoint: ", request.scheme, "://", request.host));
  }
  if (request.method.empty() || !all(request.method, is_token_char)) {
    return fail(ErrorCode::validation, concat("Invalid HTTP method: ", request.method));
  }
  if (!request.path.starts_with('/') || !all(request.path, is_target_char) ||
      !all(request.query, is_target_char)) {
    return fail(ErrorCode::validation,
                concat("The URL contains blanks or control characters: ", request.url()));
  }
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || !all(name, is_token_char) || !all(value, is_value_char)) {
      return fail(ErrorCode::validation, concat("Invalid value for HTTP header ", name));
    }
  }
  return {};
}

/// The fields of a request in libcurl's notation: "Name;" is a field without value, "Name:" takes
/// one of libcurl's own away.
class HeaderListBuilder {
 public:
  void add(std::string_view name, std::string_view value) {
    line_.clear();
    if (trim(value).empty()) {
      append(line_, name, ';');
    } else {
      append(line_, name, ": ", value);
    }
    push();
  }

  void suppress(std::string_view name) {
    line_.clear();
    append(line_, name, ':');
    push();
  }

  [[nodiscard]] HeaderList take() { return std::move(list_); }

 private:
  void push() {
    // Only null when memory is out; the list so far stays ours then.
    curl_slist* grown = curl_slist_append(list_.get(), line_.c_str());
    if (grown != nullptr) {
      static_cast<void>(list_.release());
      list_.reset(grown);
    }
  }

  std::string line_;
  HeaderList list_;
};

HeaderList build_headers(const Request& request) {
  HeaderListBuilder list;
  const Headers& headers = request.headers;
  if (!headers.contains("Host")) {
    list.add("Host", request.host);
  }
  for (const auto& [name, value] : headers) {
    if (!equals_ignore_case(name, "Content-Length")) {  // libcurl writes the body's real length
      list.add(name, value);
    }
  }
  for (const std::string_view name : {"Accept", "Expect", "User-Agent", "Content-Type"}) {
    if (!headers.contains(name)) {
      list.suppress(name);
    }
  }
  return list.take();
}

/// Python's http.client announces an empty body for these methods (_METHODS_EXPECTING_BODY),
/// servers insist on it.
bool announces_empty_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void set_body(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const Request& request = transfer.request;
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.stream) {
    transfer.stream_size = request.stream->size();
    const auto announced = parse_int(request.headers.get("Content-Length"));
    if (!transfer.stream_size && announced && *announced >= 0) {
      transfer.stream_size = static_cast<std::uint64_t>(*announced);
    }
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Transfer::on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy,
                     CURLOPT_INFILESIZE_LARGE,
                     transfer.stream_size ? static_cast<curl_off_t>(*transfer.stream_size)
                                          : static_cast<curl_off_t>(-1));
  } else if (!request.body.empty() || announces_empty_body(request.method)) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(
        easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_tls(CURL* easy, const TransportOptions& options) {
  const long verify = options.verify_tls ? 1L : 0L;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, verify * 2);
  std::error_code ignored;
  const bool is_file =
      !options.ca_bundle.empty() && !std::filesystem::is_directory(options.ca_bundle, ignored);
  const char* file = is_file ? options.ca_bundle.c_str() : nullptr;
  const char* folder = options.ca_bundle.empty() ? k_system_ca_folder : options.ca_bundle.c_str();
  folder = is_file || !options.verify_tls ? nullptr : folder;
  file = options.verify_tls ? file : nullptr;
  curl_easy_setopt(easy, CURLOPT_CAINFO, file);  // null takes libcurl's built-in file away
  curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.client_cert.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, options.client_cert.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, options.client_cert.c_str());
  }
}

long milliseconds(double seconds) {
  // libcurl reads 0 as its own default of 300 s; "no limit" is the longest that it takes.
  constexpr double k_longest = static_cast<double>(std::numeric_limits<int>::max() / 2);
  return seconds <= 0 ? static_cast<long>(k_longest)
                      : static_cast<long>(std::clamp(seconds * 1000, 1.0, k_longest));
}

void set_connection(Transfer& transfer, const TransportOptions& options) {
  CURL* easy = transfer.easy;
  // Set even when empty, otherwise libcurl asks the environment.
  curl_easy_setopt(easy, CURLOPT_PROXY, transfer.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connect_timeout_seconds));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (options.tcp_keepalive) {
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  }
  if (transfer.request.scheme == "https" || transfer.proxy.starts_with("https:")) {
    set_tls(easy, options);
  }
}

void set_callbacks(Transfer& transfer) {
  CURL* easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text.data());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
  if (!transfer.to_memory) {
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 96L * 1024);
  }
}

}  // namespace

Status prepare(Transfer& transfer, const TransportOptions& options) {
  const Request& request = transfer.request;
  VIRGA_TRY(validate(request));
  transfer.proxy = proxy_for(options, request);
  // An HTTP proxy that does not tunnel is asked for the whole URL.
  const bool whole_url = request.scheme == "http" && transfer.proxy.starts_with("http");
  transfer.target = whole_url               ? request.url()
                    : request.query.empty() ? request.path
                                            : concat(request.path, "?", request.query);
  transfer.headers = build_headers(request);
  CURL* easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_URL, concat(request.scheme, "://", request.host, "/").c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, transfer.target.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  set_connection(transfer, options);
  set_callbacks(transfer);
  set_body(transfer);
  return {};
}

}  // namespace virga::http::curl
