// SPDX-License-Identifier: Apache-2.0
#include "output/writer.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga::output {

Status DescriptorWriter::write(std::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EPIPE) {
      closed_ = true;
    } else if (put < 0 && errno == EAGAIN) {  // whoever shares it made it non-blocking
      pollfd entry{descriptor_, POLLOUT, 0};
      static_cast<void>(poll(&entry, 1, -1));
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

bool DescriptorWriter::is_closed() const {
  pollfd entry{descriptor_, 0, 0};  // POLLERR is always asked for: a pipe without a reader
  return closed_ || (poll(&entry, 1, 0) == 1 && (entry.revents & POLLERR) != 0);
}

}  // namespace virga::output
