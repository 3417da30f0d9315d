// SPDX-License-Identifier: Apache-2.0
#include "params/paramfile.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "params/python_repr.hpp"

namespace virga::params {
namespace {

struct Exemption {
  std::string_view service;
  std::string_view operation;
  std::string_view option;
};

constexpr Exemption k_exempt[] = {
#define PARAMFILE_EXEMPT(service, operation, option) {service, operation, option},
#include "params/paramfile_exempt.def"
#undef PARAMFILE_EXEMPT
};

bool is_exempt(std::string_view option, const TextOptions& options) {
  if (!options.v1) {
    return false;
  }
  if (option.starts_with("--")) {
    option.remove_prefix(2);
  }
  for (const auto& exempt : k_exempt) {
    if (exempt.service == options.service && exempt.operation == options.operation &&
        exempt.option == option) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> variable(const std::string& name, const TextOptions& options) {
  if (options.environment) {
    return options.environment(name);
  }
  const char* value =
      std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody changes it meanwhile
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string with_home(std::string_view path, const TextOptions& options) {
  if (!path.starts_with('~')) {
    return std::string(path);
  }
  const auto home = variable("HOME", options);
  return home ? expand_user(path, *home) : std::string(path);
}

std::string with_variables(std::string_view path, const TextOptions& options) {
  return expand_variables(path, [&](const std::string& name) { return variable(name, options); });
}

/// What Python's OSError says.
std::string os_error(int error, const std::string& path) {
  std::array<char, 128> buffer{};
  return concat("[Errno ",
                error,
                "] ",
                strerror_r(error, buffer.data(), buffer.size()),
                ": ",
                python_quoted(path));
}

/// The bytes, or errno. Opened once only: the path may be a pipe.
tl::expected<std::string, int> read_once(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return tl::unexpected(errno);
  }

  struct stat info {};

  int error = fstat(fd, &info) == 0 && S_ISDIR(info.st_mode) ? EISDIR : 0;
  std::string bytes;
  std::array<char, 65536> buffer;
  while (error == 0) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) {
      break;
    }
    if (got > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  close(fd);
  if (error != 0) {
    return tl::unexpected(error);
  }
  return bytes;
}

/// Python's text mode: every kind of line end becomes \n.
std::string with_unix_newlines(std::string text) {
  if (text.find('\r') == std::string::npos) {
    return text;
  }
  return replace_all(replace_all(text, "\r\n", "\n"), "\r", "\n");
}

Result<Value> fetch_url(std::string_view url, std::string_view option, const TextOptions& options) {
  if (!options.fetch) {
    return fail(parameter_error(
        option,
        concat("Unable to retrieve ", url, ": values of options are not fetched from URLs here")));
  }
  auto body = options.fetch(std::string(url));
  if (!body) {
    return fail(
        parameter_error(option, concat("Unable to retrieve ", url, ": ", body.error().message)));
  }
  return Value(std::move(*body));
}

}  // namespace

std::string expand_user_then_variables(std::string_view path, const TextOptions& options) {
  return with_variables(with_home(path, options), options);
}

std::string expand_variables_then_user(std::string_view path, const TextOptions& options) {
  return with_home(with_variables(path, options), options);
}

Error parameter_error(std::string_view option, std::string_view message) {
  return {ErrorCode::usage,
          concat("Error parsing parameter '", option, "': ", message),
          std::nullopt,
          NetworkFailure::none};
}

Result<std::optional<Value>> load_paramfile(std::string_view text, const TextOptions& options) {
  const bool binary = text.starts_with("fileb://");
  if (!binary && !text.starts_with("file://")) {
    return std::optional<Value>();
  }
  const std::string path = expand_user_then_variables(text.substr(binary ? 8 : 7), options);
  auto bytes = read_once(path);
  if (!bytes) {
    return fail(ErrorCode::general,
                concat("Unable to load paramfile ", text, ": ", os_error(bytes.error(), path)));
  }
  if (binary) {
    return std::optional<Value>(Blob{std::move(*bytes)});
  }
  if (!is_utf8(*bytes)) {
    return fail(ErrorCode::general,
                concat("Unable to load paramfile (",
                       path,
                       "), text contents could not be decoded.  If this is a binary file, please "
                       "use the fileb:// prefix instead "
                       "of the file:// prefix."));
  }
  return std::optional<Value>(with_unix_newlines(std::move(*bytes)));
}

Result<std::optional<Value>> load_option_file(std::string_view text,
                                              std::string_view option,
                                              const TextOptions& options) {
  if (is_exempt(option, options)) {
    return std::optional<Value>();
  }
  if (options.follow_urls && (text.starts_with("http://") || text.starts_with("https://"))) {
    VIRGA_TRY_ASSIGN(Value body, fetch_url(text, option, options));
    return std::optional<Value>(std::move(body));
  }
  auto loaded = load_paramfile(text, options);
  if (!loaded) {
    return fail(parameter_error(option, loaded.error().message));
  }
  return loaded;
}

Result<Value> load_text(std::string_view text,
                        std::string_view option,
                        const TextOptions& options) {
  VIRGA_TRY_ASSIGN(auto loaded, load_option_file(text, option, options));
  return loaded ? std::move(*loaded) : Value(text);
}

}  // namespace virga::params
