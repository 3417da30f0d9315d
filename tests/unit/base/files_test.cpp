// SPDX-License-Identifier: Apache-2.0
#include "base/files.hpp"

#include <gtest/gtest.h>

namespace virga {
namespace {

std::optional<std::string> variable(const std::string& name) {
  if (name == "A") {
    return "$B";
  }
  return name == "LONG_1" ? std::optional<std::string>("x") : std::nullopt;
}

TEST(ExpandVariables, ReplacesWhatIsSetOnce) {
  EXPECT_EQ(expand_variables("a/$A/${LONG_1}b$LONG_1", variable), "a/$B/xbx");
}

TEST(ExpandVariables, LeavesWhatIsNotSetOrNoName) {
  for (const auto* text : {"", "$", "a$", "$$", "$UNSET", "${UNSET}/", "${A", "$-A", "${}"}) {
    EXPECT_EQ(expand_variables(text, variable), text);
  }
}

}  // namespace
}  // namespace virga
