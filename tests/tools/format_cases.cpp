// SPDX-License-Identifier: Apache-2.0
// Prints values in output formats, for comparisons with the AWS CLI's own formatters.
//
// Reads one case a line from standard input (tests/support/format_case.hpp), writes the printed
// text as one JSON string a line.
#include <iostream>
#include <string>

#include "support/format_case.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const auto test_case = virga::read_json(line);
    if (!test_case) {
      std::cerr << test_case.error().message << '\n';
      return 1;
    }
    std::string out;
    virga::write_json_string(out, virga::test::print_case(*test_case), true);
    std::cout << out << '\n';
  }
  return 0;
}
