// SPDX-License-Identifier: Apache-2.0
#include "base/hash.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace virga {
namespace {

constexpr std::string_view k_check = "123456789";

TEST(Hash, KnowsThePublishedDigests) {
  EXPECT_EQ(hex_encode(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_encode(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Hash, HmacAgreesWithRfc4231) {
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(131, '\xaa'),
                                   "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex_encode(hmac_sha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hash, Sha256OfPiecesIsTheSameAsOfTheWhole) {
  const std::string text(1000, 'x');
  Sha256 hash;
  hash.update(std::string_view(text).substr(0, 63));
  hash.update({});
  hash.update(std::string_view(text).substr(63));
  EXPECT_EQ(hash.finish(), sha256(text));
}

TEST(Hash, CrcsHaveTheirCatalogueCheckValues) {
  EXPECT_EQ(crc32(0, k_check), 0xCBF43926U);
  EXPECT_EQ(crc32c(0, k_check), 0xE3069283U);
  EXPECT_EQ(crc64nvme(0, k_check), 0xAE8B14860A799888ULL);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720 B.4
  EXPECT_EQ(crc64nvme(0, std::string(4096, '\0')), 0x6482D367EB22B64EULL);
  EXPECT_EQ(crc32(0, ""), 0U);
  EXPECT_EQ(crc32c(0, ""), 0U);
  EXPECT_EQ(crc64nvme(0, ""), 0U);
}

TEST(Hash, CrcsContinueOverAnySplit) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text.push_back(static_cast<char>(i * 37));
  }
  const std::string_view all = text;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    EXPECT_EQ(crc32(crc32(0, all.substr(0, cut)), all.substr(cut)), crc32(0, all));
    EXPECT_EQ(crc32c(crc32c(0, all.substr(0, cut)), all.substr(cut)), crc32c(0, all));
    EXPECT_EQ(crc64nvme(crc64nvme(0, all.substr(0, cut)), all.substr(cut)), crc64nvme(0, all));
  }
}

TEST(Hash, BigEndianIsNetworkOrder) {
  EXPECT_EQ(big_endian(std::uint32_t{0x01020304}), "\x01\x02\x03\x04");
  EXPECT_EQ(hex_encode(big_endian(std::uint64_t{0x0102030405060708})), "0102030405060708");
}

struct Case {
  const char* name;
  const char* hex;
};

TEST(Hash, DigestsAreFoundByTheNamesOfChecksumHeaders) {
  const Case cases[] = {
      {"CRC32", "cbf43926"},
      {"crc32c", "e3069283"},
      {"CRC64NVME", "ae8b14860a799888"},
      {"sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
      {"SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
      {"sha512",
       "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a"
       "d27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85"},
      {"MD5", "25f9e794323b453885f5181f1b624d0b"},
  };
  for (const auto& one : cases) {
    const auto digest = make_digest(one.name);
    ASSERT_NE(digest, nullptr) << one.name;
    digest->update(k_check.substr(0, 4));
    digest->update(k_check.substr(4));
    EXPECT_EQ(hex_encode(digest->finish()), one.hex) << one.name;
  }
  EXPECT_EQ(make_digest("xxhash64"), nullptr);
}

}  // namespace
}  // namespace virga
