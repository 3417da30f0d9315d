// SPDX-License-Identifier: Apache-2.0
#include "output/formatter.hpp"

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "base/strings.hpp"
#include "output/formats/json.hpp"

namespace virga::output {

Status DescriptorWriter::write(std::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EPIPE) {
      closed_ = true;
    } else if (put < 0 && errno != EINTR) {
      char reason[128];
      return fail(ErrorCode::io,
                  concat("cannot write the output: ", strerror_r(errno, reason, sizeof reason)));
    } else if (put > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  return {};
}

Result<std::unique_ptr<Formatter>> make_formatter(std::string_view format,
                                                  const FormatOptions& options) {
  if (format == "json") {
    return make_json_formatter(options);
  }
  constexpr std::string_view k_known = " text table yaml yaml-stream off ";
  if (format.empty() || k_known.find(concat(" ", format, " ")) == std::string_view::npos) {
    return fail(ErrorCode::usage, concat("Unknown output type: ", format));
  }
  return fail(ErrorCode::usage,
              concat("The output format \"", format, "\" is not native yet; use --output json."));
}

}  // namespace virga::output
