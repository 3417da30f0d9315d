// SPDX-License-Identifier: Apache-2.0
#include "cache/key.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "value/timestamp.hpp"

namespace virga::cache {
namespace {

// To be changed with the meaning of keys or of what entries hold.
constexpr std::string_view k_scheme = "virga cache key 1";

void append_number(std::string& out, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    out.push_back(static_cast<char>((number >> shift) & 0xFFU));
  }
}

/// Every text has its length in front, so that no two sequences of texts look alike.
void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

void append_value(std::string& out, const Value& value);

void append_map(std::string& out, const Map& map) {
  std::vector<const Map::Entry*> members;
  for (const auto& member : map) {
    if (!member.second.is_null()) {
      members.push_back(&member);
    }
  }
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
    return a->first < b->first;
  });
  append_number(out, members.size());
  for (const auto* member : members) {
    append_text(out, member->first);
    append_value(out, member->second);
  }
}

void append_integer(std::string& out, std::int64_t number) {
  out.push_back('i');
  append_number(out, static_cast<std::uint64_t>(number));
}

void append_double(std::string& out, double number) {
  constexpr double k_exact = 9007199254740992.0;  // 2^53
  if (std::abs(number) <= k_exact && number == std::floor(number)) {
    append_integer(out, static_cast<std::int64_t>(number));
    return;
  }
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  out.push_back('d');
  append_number(out, bits);
}

void append_time(std::string& out, const Timestamp& time) {
  if (const auto moment = parse_timestamp(time)) {
    out.push_back('t');
    append_number(out, static_cast<std::uint64_t>(moment->microseconds));
    return;
  }
  out.push_back('T');
  append_text(out, time.wire);
}

void append_value(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      out.push_back('n');
      return;
    case Value::Kind::boolean:
      out.push_back(*value.as_bool() ? 'y' : 'f');
      return;
    case Value::Kind::integer:
      append_integer(out, *value.as_integer());
      return;
    case Value::Kind::number:
      append_double(out, *value.as_number());
      return;
    case Value::Kind::big_integer:
      out.push_back('I');
      append_text(out, value.as_big_integer()->digits);
      return;
    case Value::Kind::string:
      out.push_back('s');
      append_text(out, *value.as_string());
      return;
    case Value::Kind::blob:
      out.push_back('b');
      append_text(out, value.as_blob()->bytes);
      return;
    case Value::Kind::timestamp:
      append_time(out, *value.as_timestamp());
      return;
    case Value::Kind::list:
      out.push_back('l');
      append_number(out, value.as_list()->size());
      for (const auto& element : *value.as_list()) {
        append_value(out, element);
      }
      return;
    case Value::Kind::map:
      out.push_back('m');
      append_map(out, *value.as_map());
      return;
  }
}

}  // namespace

std::string Key::hex() const {
  return hex_encode(std::string_view(reinterpret_cast<const char*>(bytes.data()),
                                     bytes.size()));  // NOLINT: bytes
}

Key make_key(const Question& question) {
  std::string text;
  text.reserve(512);
  for (const std::string_view part : {k_scheme,
                                      std::string_view(question.service),
                                      std::string_view(question.operation),
                                      std::string_view(question.identity),
                                      std::string_view(question.region),
                                      std::string_view(question.endpoint),
                                      std::string_view(question.models)}) {
    append_text(text, part);
  }
  append_value(text, question.params);
  const std::string digest = sha256(text);
  Key key;
  std::memcpy(key.bytes.data(), digest.data(), key.bytes.size());
  return key;
}

}  // namespace virga::cache
