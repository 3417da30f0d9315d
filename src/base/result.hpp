// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace virga {

/// What kind of failure it was; cli/exit_code.cpp maps these to the AWS CLI's exit statuses.
enum class ErrorCode {
  usage,          ///< the command line is wrong (252)
  validation,     ///< parameters do not fit the operation's input shape (252)
  configuration,  ///< a configuration file or variable is wrong, or credentials or region are
                  ///< missing (253)
  models,         ///< the model pack is missing or unusable (253)
  service,        ///< the service answered with an error (254)
  network,        ///< no usable answer: connection, TLS, timeout (255)
  response,       ///< an answer that cannot be understood (255)
  io,             ///< a file or stream of the user's (255)
  interrupted,    ///< Ctrl-C (130)
  negative,       ///< the answer is no; nothing more is printed (1)
  general,        ///< anything else (255)
};

/// How an exchange failed, for ErrorCode::network: the retry policy decides by it.
enum class NetworkFailure {
  none,
  connect,  ///< name not found, connection refused or unreachable
  connect_timeout,
  read_timeout,  ///< the peer fell silent
  closed,        ///< closed, reset or not HTTP before a whole answer was there
  tls,           ///< certificate or handshake
  proxy,
  streaming,  ///< the body broke off after its first bytes were handed on
  other,
};

/// What a service said of a failed call.
struct ServiceErrorDetail {
  std::string code;     ///< as the AWS CLI prints it, e.g. NoSuchBucket
  std::string message;  ///< the service's message, may be empty
  int status = 0;       ///< HTTP status
  std::string request_id;
  /// What else the service said, as far as the model knows it: a map by value/binary.hpp, which is
  /// a layer above. Empty if there is nothing.
  std::string members{};
};

/// A failure as a value: what the user reads, and what decides the exit status.
/// Thread-compatible.
struct Error {
  ErrorCode code = ErrorCode::general;
  std::string message;  ///< one or more whole sentences for the user, no trailing newline
  std::optional<ServiceErrorDetail> service;
  NetworkFailure network = NetworkFailure::none;

  /// The same failure with `what` in front: "reading profile dev: <message>".
  [[nodiscard]] Error context(const std::string& what) && {
    message = what + ": " + message;
    return std::move(*this);
  }
};

/// A value or the Error that prevented it. A dropped Result is a warning.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;

  Result(Base base)
      : Base(std::move(base)) {}  // NOLINT(google-explicit-constructor): as tl::expected
};

using Status = Result<void>;

/// `return fail(ErrorCode::io, "...")` in a function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::nullopt, NetworkFailure::none});
}

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace virga

#define VIRGA_CONCAT_INNER(a, b) a##b
#define VIRGA_CONCAT(a, b) VIRGA_CONCAT_INNER(a, b)

/// Returns from the enclosing function with the error if `expression` failed.
#define VIRGA_TRY(expression)                                    \
  do {                                                           \
    auto virga_try_result = (expression);                        \
    if (!virga_try_result) {                                     \
      return ::virga::fail(std::move(virga_try_result).error()); \
    }                                                            \
  } while (false)

/// VIRGA_TRY_ASSIGN(auto x, f()); declares x as the value, or returns with the error.
#define VIRGA_TRY_ASSIGN(declaration, expression) \
  VIRGA_TRY_ASSIGN_INNER(VIRGA_CONCAT(virga_try_, __LINE__), declaration, expression)
#define VIRGA_TRY_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                   \
  if (!temporary) {                                                \
    return ::virga::fail(std::move(temporary).error());            \
  }                                                                \
  declaration = std::move(*temporary)
