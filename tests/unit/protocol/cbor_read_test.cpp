// SPDX-License-Identifier: Apache-2.0
#include "protocol/cbor_read.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

std::string shown(std::string_view hex) {
  const auto bytes = hex_decode(hex);
  if (!bytes) {
    return "bad test";
  }
  const auto value = read_cbor(*bytes);
  return value ? to_json(*value) : "error: " + value.error().message;
}

// RFC 8949, appendix A.
TEST(CborRead, ReadsTheExamplesOfTheRfc) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"00", "0"},
      {"17", "23"},
      {"1818", "24"},
      {"1a000f4240", "1000000"},
      {"1bffffffffffffffff", "18446744073709551615"},
      {"c249010000000000000000", "18446744073709551616"},
      {"3bffffffffffffffff", "-18446744073709551616"},
      {"c349010000000000000000", "-18446744073709551617"},
      {"20", "-1"},
      {"3903e7", "-1000"},
      {"f90000", "0.0"},
      {"f98000", "-0.0"},
      {"f93c00", "1.0"},
      {"fb3ff199999999999a", "1.1"},
      {"f97bff", "65504.0"},
      {"fa47c35000", "100000.0"},
      {"f90001", "5.960464477539063e-08"},
      {"f90400", "6.103515625e-05"},
      {"fbc010666666666666", "-4.1"},
      {"f97c00", "Infinity"},
      {"f97e00", "NaN"},
      {"f9fc00", "-Infinity"},
      {"f4", "false"},
      {"f5", "true"},
      {"f6", "null"},
      {"f7", "null"},
      {"c11a514b67b0", "1363896240"},
      {"c1fb41d452d9ec200000", "1363896240.5"},
      {"4401020304", "\"AQIDBA==\""},
      {"62c3bc", "\"\xC3\xBC\""},
      {"80", "[]"},
      {"8301820203820405", "[1, [2, 3], [4, 5]]"},
      {"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
      {"5f42010243030405ff", "\"AQIDBAU=\""},
      {"7f657374726561646d696e67ff", "\"streaming\""},
      {"9f018202039f0405ffff", "[1, [2, 3], [4, 5]]"},
      {"bf61610161629f0203ffff", "{\"a\": 1, \"b\": [2, 3]}"},
      {"bf6346756ef563416d7421ff", "{\"Fun\": true, \"Amt\": -2}"},
  };
  for (const auto& [hex, expected] : cases) {
    EXPECT_EQ(shown(hex), expected) << hex;
  }
}

TEST(CborRead, DropsNullsOfMapsAndKeepsTheLastOfEqualKeys) {
  EXPECT_EQ(shown("a36161f6616201616202"), "{\"b\": 2}");
  EXPECT_EQ(shown("82f601"), "[null, 1]");
}

TEST(CborRead, RefusesWhatIsBrokenOrUnknown) {
  for (const auto* hex : {"",
                          "18",
                          "1c",
                          "61",
                          "9f01",
                          "bf6161",
                          "a10101",
                          "c001",
                          "f818",
                          "ff",
                          "62ffff",
                          "9bffffffffffffffff",
                          "5bffffffffffffffff00",
                          "bbffffffffffffffff6161",
                          "5f00"}) {
    EXPECT_EQ(shown(hex).substr(0, 7), "error: ") << hex;
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "81";
  }
  EXPECT_NE(shown(deep).find("nested too deeply"), std::string::npos);
}

}  // namespace
}  // namespace virga::protocol
