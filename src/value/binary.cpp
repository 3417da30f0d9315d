// SPDX-License-Identifier: Apache-2.0
#include "value/binary.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strings.hpp"

namespace virga {
namespace {

/// As deep as JSON and CBOR answers may be, and some.
constexpr int k_max_depth = 600;

enum class Tag : std::uint8_t {
  null,
  no,
  yes,
  integer,      // zigzag
  number,       // 8 bytes, little-endian IEEE 754
  big_integer,  // length, digits
  string,       // length, bytes
  blob,
  timestamp,         // length, spelling
  timestamp_number,  // the same, is_number
  list,              // count, elements
  map,               // count, then key and value by turns
};

constexpr unsigned k_count_bits = 4;
/// Counts and small integers up to this stand in the tag's upper half; this says that they follow.
constexpr std::uint64_t k_count_follows = 15;

void append_varint(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>((number & 0x7FU) | 0x80U));
    number >>= 7U;
  }
  out.push_back(static_cast<char>(number));
}

std::uint64_t zigzag(std::int64_t number) {
  return (std::bit_cast<std::uint64_t>(number) << 1U) ^
         std::bit_cast<std::uint64_t>(number >> 63);  // NOLINT: the sign, spread
}

std::int64_t unzigzag(std::uint64_t number) {
  return std::bit_cast<std::int64_t>((number >> 1U) ^ (~(number & 1U) + 1));
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  [[nodiscard]] bool write(const Value& value, int depth);

 private:
  void tag(Tag tag, std::uint64_t count) {
    const auto head = static_cast<std::uint8_t>(tag);
    const auto upper = static_cast<std::uint8_t>(std::min(count, k_count_follows));
    out_.push_back(static_cast<char>(head | static_cast<std::uint8_t>(upper << k_count_bits)));
    if (count >= k_count_follows) {
      append_varint(out_, count);
    }
  }

  void text(Tag kind, std::string_view bytes) {
    tag(kind, bytes.size());
    out_.append(bytes);
  }

  void key(std::string_view name);

  std::string& out_;
  std::unordered_map<std::string_view, std::uint64_t> keys_;  // views into the value
};

/// A key that was seen is its number; 0 announces a new one.
void Writer::key(std::string_view name) {
  const auto [known, is_new] = keys_.emplace(name, keys_.size() + 1);
  if (!is_new) {
    append_varint(out_, known->second);
    return;
  }
  out_.push_back('\0');
  append_varint(out_, name.size());
  out_.append(name);
}

bool Writer::write(const Value& value, int depth) {
  switch (value.kind()) {
    case Value::Kind::null:
      tag(Tag::null, 0);
      return true;
    case Value::Kind::boolean:
      tag(*value.as_bool() ? Tag::yes : Tag::no, 0);
      return true;
    case Value::Kind::integer:
      tag(Tag::integer, zigzag(*value.as_integer()));
      return true;
    case Value::Kind::number: {
      tag(Tag::number, 0);
      const double number = *value.as_number();
      char bytes[sizeof number];
      static_assert(std::endian::native == std::endian::little);
      std::memcpy(bytes, &number, sizeof number);
      out_.append(bytes, sizeof bytes);
      return true;
    }
    case Value::Kind::big_integer:
      text(Tag::big_integer, value.as_big_integer()->digits);
      return true;
    case Value::Kind::string:
      text(Tag::string, *value.as_string());
      return true;
    case Value::Kind::blob:
      text(Tag::blob, value.as_blob()->bytes);
      return true;
    case Value::Kind::timestamp: {
      const Timestamp& time = *value.as_timestamp();
      text(time.is_number ? Tag::timestamp_number : Tag::timestamp, time.wire);
      return true;
    }
    case Value::Kind::list: {
      const List& list = *value.as_list();
      tag(Tag::list, list.size());
      return depth < k_max_depth &&
             std::all_of(list.begin(), list.end(), [&](const Value& element) {
               return write(element, depth + 1);
             });
    }
    case Value::Kind::map: {
      const Map& map = *value.as_map();
      tag(Tag::map, map.size());
      return depth < k_max_depth && std::all_of(map.begin(), map.end(), [&](const auto& member) {
               key(member.first);
               return write(member.second, depth + 1);
             });
    }
  }
  return false;
}

/// Every function gives false where the bytes are not what they should be.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool read(Value& out, int depth);

  [[nodiscard]] bool at_end() const { return at_ == end_; }

 private:
  [[nodiscard]] std::uint64_t left() const { return static_cast<std::uint64_t>(end_ - at_); }

  bool varint(std::uint64_t& out) {
    out = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(*at_++);
      out |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) {
        return true;
      }
    }
    return false;
  }

  bool bytes(std::uint64_t size, std::string_view& out) {
    if (size > left()) {
      return false;
    }
    out = std::string_view(at_, size);
    at_ += size;
    return true;
  }

  bool key(std::string_view& out);
  bool list(std::uint64_t count, List& out, int depth);
  bool map(std::uint64_t count, Map& out, int depth);

  const char* at_;
  const char* end_;
  std::vector<std::string_view> keys_;
};

bool Reader::key(std::string_view& out) {
  std::uint64_t number = 0;
  if (!varint(number)) {
    return false;
  }
  if (number != 0) {
    if (number > keys_.size()) {
      return false;
    }
    out = keys_[number - 1];
    return true;
  }
  std::uint64_t size = 0;
  if (!varint(size) || !bytes(size, out)) {
    return false;
  }
  keys_.push_back(out);
  return true;
}

bool Reader::list(std::uint64_t count, List& out, int depth) {
  // An element has at least one byte. Room is not made for more than what is likely to be true.
  constexpr std::uint64_t k_trusted = 4096;
  if (count > left()) {
    return false;
  }
  out.reserve(std::min(count, k_trusted));
  for (; count > 0; --count) {
    if (!read(out.emplace_back(), depth + 1)) {
      return false;
    }
  }
  return true;
}

bool Reader::map(std::uint64_t count, Map& out, int depth) {
  constexpr std::uint64_t k_trusted = 1024;
  if (count > left() / 2) {
    return false;
  }
  out.entries().reserve(std::min(count, k_trusted));
  for (; count > 0; --count) {
    std::string_view name;
    if (!key(name) || !read(out.append_null(name), depth + 1)) {
      return false;
    }
  }
  return true;
}

bool Reader::read(Value& out, int depth) {
  if (at_end() || depth > k_max_depth) {
    return false;
  }
  const auto head = static_cast<std::uint8_t>(*at_++);
  std::uint64_t count = head >> k_count_bits;
  if (count == k_count_follows && !varint(count)) {
    return false;
  }
  std::string_view text;
  const auto tag = static_cast<Tag>(head & 0x0FU);
  switch (tag) {
    case Tag::null:
      return true;
    case Tag::no:
    case Tag::yes:
      out = tag == Tag::yes;
      return true;
    case Tag::integer:
      out = unzigzag(count);
      return true;
    case Tag::number: {
      double number = 0;
      if (!bytes(sizeof number, text)) {
        return false;
      }
      std::memcpy(&number, text.data(), sizeof number);
      out = number;
      return true;
    }
    case Tag::string:
      if (!bytes(count, text)) {
        return false;
      }
      out.become_string().assign(text);
      return true;
    case Tag::big_integer:
    case Tag::blob:
    case Tag::timestamp:
    case Tag::timestamp_number:
      if (!bytes(count, text)) {
        return false;
      }
      if (tag == Tag::big_integer) {
        out = BigInteger{std::string(text)};
      } else if (tag == Tag::blob) {
        out = Blob{std::string(text)};
      } else {
        out = Timestamp{std::string(text), tag == Tag::timestamp_number};
      }
      return true;
    case Tag::list:
      return list(count, out.become_list(), depth);
    case Tag::map:
      return map(count, out.become_map(), depth);
  }
  return false;
}

}  // namespace

Status append_binary(std::string& out, const Value& value) {
  const std::size_t before = out.size();
  if (!Writer(out).write(value, 0)) {
    out.resize(before);
    return fail(ErrorCode::general, concat("A value is nested more than ", k_max_depth, " deep."));
  }
  return {};
}

Result<Value> read_binary(std::string_view bytes) {
  Value out;
  Reader reader(bytes);
  if (!reader.read(out, 0) || !reader.at_end()) {
    return fail(ErrorCode::response, "The bytes are not a value in binary form.");
  }
  return out;
}

}  // namespace virga
