// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "value/value.hpp"

namespace virga::cache {

/// The name of an answer: the SHA-256 of what was asked, by whom and where. Equal questions have
/// equal keys.
struct Key {
  std::array<std::uint8_t, 32> bytes{};

  [[nodiscard]] std::string hex() const;

  bool operator==(const Key&) const = default;
};

/// For hash tables: the key is a hash already.
struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::size_t out = 0;
    std::memcpy(&out, key.bytes.data(), sizeof out);
    return out;
  }
};

/// What is asked, and all that decides about the answer.
struct Question {
  std::string service;    ///< as the models name it: "ec2"
  std::string operation;  ///< as the models name it: "DescribeInstances"
  Value params = Map();   ///< members of the input by their model names
  /// Who signs: an access key's id, a chain of roles, "anonymous", "mock". Never a profile's name.
  std::string identity;
  std::string account;   ///< the identity's account, if it is known without asking
  std::string region;    ///< empty if there is none
  std::string endpoint;  ///< what configuration says of it; empty for the region's own
  std::string models;    ///< the version of the models that answers are read with
};

/// The key of a question. Maps are taken in the order of their keys, members that are null as
/// absent, times by their moment, and whole numbers as integers, so that spelling does not matter.
/// `account` is no part of it: it follows from the identity. docs/formats/cache-entry.md has the
/// form.
[[nodiscard]] Key make_key(const Question& question);

}  // namespace virga::cache
