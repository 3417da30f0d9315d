// SPDX-License-Identifier: Apache-2.0
#include "engine/error_text.hpp"

#include "base/strings.hpp"

namespace virga::engine {

void word_service_error(Error& error, std::string_view operation, std::optional<int> retries) {
  if (!error.service) {
    return;
  }
  const std::string attempts =
      retries ? concat(" (reached max retries: ", *retries, ")") : std::string();
  error.message = concat("An error occurred (",
                         error.service->code,
                         ") when calling the ",
                         operation,
                         " operation",
                         attempts,
                         ": ",
                         error.service->message);
}

}  // namespace virga::engine
