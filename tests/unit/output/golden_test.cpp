// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/format_case.hpp"
#include "value/json_read.hpp"

namespace virga::output {
namespace {

/// Written by tests/e2e/format_parity.py from what the AWS CLI's own classes printed.
TEST(Formats, PrintAsTheAwsCliDid) {
  std::ifstream file(VIRGA_SOURCE_DIR "/tests/golden/output/aws_v2.jsonl");
  std::size_t compared = 0;
  for (std::string line; std::getline(file, line); ++compared) {
    const auto test_case = read_json(line);
    ASSERT_TRUE(test_case) << line;
    EXPECT_EQ(test::print_case(*test_case), test_case->text("expected")) << line;
  }
  EXPECT_GT(compared, 1000U);
}

}  // namespace
}  // namespace virga::output
