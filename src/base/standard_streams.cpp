// SPDX-License-Identifier: Apache-2.0
#include "base/standard_streams.hpp"

#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace virga {

void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) < 0) {
      // Writing to a read-only descriptor still fails, as it does for the AWS CLI.
      static_cast<void>(open("/dev/null", O_RDONLY));
    }
  }
}

int take_standard_input() {
  const int taken = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int null = taken < 0 ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null >= 0) {
    dup2(null, STDIN_FILENO);
    close(null);
  }
  return taken;
}

}  // namespace virga
