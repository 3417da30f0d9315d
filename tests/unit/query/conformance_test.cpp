// SPDX-License-Identifier: Apache-2.0
// The official JMESPath suite. It is not part of this repository: VIRGA_CONFORMANCE names the
// folder that holds jmespath/, else ../shared/conformance is tried.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "query/expression.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::query {
namespace {

namespace fs = std::filesystem;

fs::path suite_folder() {
  const char* named = std::getenv("VIRGA_CONFORMANCE");  // NOLINT(concurrency-mt-unsafe): no thread
  return (named != nullptr ? fs::path(named)
                           : fs::path(VIRGA_SOURCE_DIR) / "../shared/conformance") /
         "jmespath";
}

void check(const Value& given, const Value& test) {
  SCOPED_TRACE(to_json(test));
  const auto expression = Expression::compile(test.text("expression"));
  const auto* expected = test.find("result");
  if (!expression) {
    EXPECT_EQ(expected, nullptr) << expression.error().message;
    return;
  }
  const auto found = expression->search(given);
  if (expected == nullptr) {
    EXPECT_TRUE(!found || test.find("bench") != nullptr);
    return;
  }
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, *expected) << to_json(*found);
}

TEST(JmespathSuite, EveryCaseGivesItsResultOrAnError) {
  if (!fs::is_directory(suite_folder())) {
    GTEST_SKIP() << "no suite at " << suite_folder() << "; set VIRGA_CONFORMANCE";
  }
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator(suite_folder())) {
    SCOPED_TRACE(file.path());
    const auto text = read_file(file.path().string());
    ASSERT_TRUE(text);
    const auto groups = read_json(*text);
    ASSERT_TRUE(groups && groups->is_list());
    for (const auto& group : *groups->as_list()) {
      for (const auto& test : *group.find("cases")->as_list()) {
        check(*group.find("given"), test);
        ++count;
      }
    }
  }
  RecordProperty("cases", static_cast<int>(count));
  EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace virga::query
