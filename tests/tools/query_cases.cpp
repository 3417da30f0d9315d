// SPDX-License-Identifier: Apache-2.0
// Answers JMESPath queries, for comparisons with the Python package.
//
// Reads {"expression": ..., "value": ...} a line from standard input, writes {"result": ...} or
// {"error": ...} a line.
#include <iostream>
#include <string>

#include "query/expression.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace {

virga::Value answer(const virga::Value& test_case) {
  const auto* value = test_case.find("value");
  const auto expression = virga::query::Expression::compile(test_case.text("expression"));
  const auto found = expression ? expression->search(value == nullptr ? virga::Value() : *value)
                                : virga::Result<virga::Value>(tl::unexpected(expression.error()));
  virga::Map out;
  if (found) {
    out.append("result", *found);
  } else {
    out.append("error", found.error().message);
  }
  return out;
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const auto test_case = virga::read_json(line);
    if (!test_case) {
      std::cerr << test_case.error().message << '\n';
      return 1;
    }
    virga::JsonStyle style;
    style.ascii = true;
    std::cout << virga::to_json(answer(*test_case), style) << '\n';
  }
  return 0;
}
