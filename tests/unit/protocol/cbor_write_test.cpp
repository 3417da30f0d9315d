// SPDX-License-Identifier: Apache-2.0
#include "protocol/cbor_write.hpp"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace virga::protocol::cbor {
namespace {

template <typename Write>
std::string hex_of(Write write) {
  std::string out;
  write(out);
  return hex_encode(out);
}

std::string integer(std::int64_t number) {
  return hex_of([=](std::string& out) { append_integer(out, number); });
}

std::string real(double number) {
  return hex_of([=](std::string& out) { append_double(out, number); });
}

// The examples of RFC 8949, appendix A.
TEST(CborWrite, GivesTheShortestIntegers) {
  EXPECT_EQ(integer(0), "00");
  EXPECT_EQ(integer(23), "17");
  EXPECT_EQ(integer(24), "1818");
  EXPECT_EQ(integer(255), "18ff");
  EXPECT_EQ(integer(1000), "1903e8");
  EXPECT_EQ(integer(1000000), "1a000f4240");
  EXPECT_EQ(integer(1000000000000), "1b000000e8d4a51000");
  EXPECT_EQ(integer(-1), "20");
  EXPECT_EQ(integer(-1000), "3903e7");
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::min()), "3b7fffffffffffffff");
  EXPECT_EQ(hex_of([](std::string& out) { append_unsigned(out, 18446744073709551615U); }),
            "1bffffffffffffffff");
}

TEST(CborWrite, KeepsRealsInTheirWidthAndShortensWhatIsNoNumber) {
  EXPECT_EQ(real(1.1), "fb3ff199999999999a");
  EXPECT_EQ(hex_of([](std::string& out) { append_float(out, 100000.0F); }), "fa47c35000");
  EXPECT_EQ(real(std::numeric_limits<double>::infinity()), "f97c00");
  EXPECT_EQ(real(-std::numeric_limits<double>::infinity()), "f9fc00");
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), "f97e00");
}

TEST(CborWrite, WritesTextsBytesAndContainers) {
  EXPECT_EQ(hex_of([](std::string& out) { append_text(out, "IETF"); }), "6449455446");
  EXPECT_EQ(hex_of([](std::string& out) { append_bytes(out, "\x01\x02"); }), "420102");
  EXPECT_EQ(hex_of([](std::string& out) {
              append_map(out, 2);
              append_text(out, "a");
              append_list(out, 0);
              append_text(out, "b");
              append_boolean(out, false);
              append_null(out);
              append_boolean(out, true);
            }),
            "a26161806162f4f6f5");
  EXPECT_EQ(hex_of([](std::string& out) {
              append_tag(out, 1);
              append_integer(out, 1363896240);
            }),
            "c11a514b67b0");
}

}  // namespace
}  // namespace virga::protocol::cbor
