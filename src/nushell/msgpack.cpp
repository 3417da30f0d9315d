// SPDX-License-Identifier: Apache-2.0
#include "nushell/msgpack.hpp"

#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::nushell {
namespace {

// Nesting takes three levels for each of nu's.
constexpr std::size_t k_most_depth = 512;
constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 31U;

enum class Type : std::uint8_t {
  nil,
  boolean,
  positive,
  negative,
  real,
  text,
  binary,
  array,
  map,
  other
};

/// The first bytes of an object: what it is, and what follows.
struct Head {
  Type type = Type::nil;
  std::size_t size = 1;        ///< bytes of the head itself, with the number that it holds
  std::uint64_t number = 0;    ///< the value; the length of text and binary; the count of elements
  std::uint64_t payload = 0;   ///< bytes behind the head
  std::uint64_t children = 0;  ///< objects behind the head
};

std::uint64_t big_endian(std::string_view bytes) {
  constexpr unsigned k_bits = 8;
  std::uint64_t out = 0;
  for (const char c : bytes) {
    out = (out << k_bits) | static_cast<unsigned char>(c);
  }
  return out;
}

/// `number` bytes of a two's complement as a 64-bit one.
std::uint64_t extend_sign(std::uint64_t number, std::size_t bytes) {
  const auto shift = 64U - 8U * static_cast<unsigned>(bytes);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(number << shift) >> shift);
}

struct Form {
  Type type;
  std::uint8_t bytes;  ///< of the number behind the first byte
  std::uint8_t extra;  ///< bytes of the payload besides (the type of an extension)
};

// 0xc0 to 0xdf; 0xc1 is never used.
constexpr std::array<Form, 32> k_forms = {{
    {Type::nil, 0, 0},      {Type::other, 0, 0},    {Type::boolean, 0, 0},  {Type::boolean, 0, 0},
    {Type::binary, 1, 0},   {Type::binary, 2, 0},   {Type::binary, 4, 0},   {Type::other, 1, 1},
    {Type::other, 2, 1},    {Type::other, 4, 1},    {Type::real, 4, 0},     {Type::real, 8, 0},
    {Type::positive, 1, 0}, {Type::positive, 2, 0}, {Type::positive, 4, 0}, {Type::positive, 8, 0},
    {Type::negative, 1, 0}, {Type::negative, 2, 0}, {Type::negative, 4, 0}, {Type::negative, 8, 0},
    {Type::other, 0, 2},    {Type::other, 0, 3},    {Type::other, 0, 5},    {Type::other, 0, 9},
    {Type::other, 0, 17},   {Type::text, 1, 0},     {Type::text, 2, 0},     {Type::text, 4, 0},
    {Type::array, 2, 0},    {Type::array, 4, 0},    {Type::map, 2, 0},      {Type::map, 4, 0},
}};

void take_children(Head& head) {
  if (head.type == Type::text || head.type == Type::binary) {
    head.payload = head.number;
  } else if (head.type == Type::array) {
    head.children = head.number;
  } else if (head.type == Type::map) {
    head.children = 2 * head.number;
  }
}

/// The head at the start of `bytes`; nothing if it is not whole yet.
std::optional<Head> read_head(std::string_view bytes) {
  if (bytes.empty()) {
    return std::nullopt;
  }
  const unsigned first = static_cast<unsigned char>(bytes.front());
  Head head;
  if (first < 0x80) {
    head.type = Type::positive;
    head.number = first;
  } else if (first < 0xc0) {
    head.type = first < 0x90 ? Type::map : first < 0xa0 ? Type::array : Type::text;
    head.number = first & (first < 0xa0 ? 0x0fU : 0x1fU);
  } else if (first >= 0xe0) {
    head.type = Type::negative;
    head.number = extend_sign(first, 1);
  } else {
    const Form& form = k_forms.at(first - 0xc0);
    head.type = form.type;
    head.size = 1U + form.bytes;
    if (bytes.size() < head.size) {
      return std::nullopt;
    }
    head.number = big_endian(bytes.substr(1, form.bytes));
    if (form.type == Type::negative) {
      head.number = extend_sign(head.number, form.bytes);
    } else if (form.type == Type::boolean) {
      head.number = first & 1U;
    } else if (form.type == Type::other) {
      head.payload = head.number + form.extra;
    }
  }
  take_children(head);
  return head;
}

/// Reads what scan() has found to be whole and not too deep.
Value read_value(std::string_view& rest) {
  const Head head = read_head(rest).value_or(Head());
  const auto whole = rest;
  rest.remove_prefix(head.size);
  const auto payload = rest.substr(0, head.payload);
  rest.remove_prefix(payload.size());
  switch (head.type) {
    case Type::boolean:
      return head.number != 0;
    case Type::positive:
      if (head.number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return BigInteger{std::to_string(head.number)};
      }
      return static_cast<std::int64_t>(head.number);
    case Type::negative:
      return static_cast<std::int64_t>(head.number);
    case Type::real:
      if (head.size == 5) {
        return double{std::bit_cast<float>(static_cast<std::uint32_t>(head.number))};
      }
      return std::bit_cast<double>(big_endian(whole.substr(1, 8)));
    case Type::text:
      return std::string(payload);
    case Type::binary:
      return Blob{std::string(payload)};
    case Type::array: {
      List list;
      list.reserve(head.number);  // every element has a byte at least, and all are there
      for (std::uint64_t i = 0; i < head.number; ++i) {
        list.push_back(read_value(rest));
      }
      return list;
    }
    case Type::map: {
      Map map;
      for (std::uint64_t i = 0; i < head.number; ++i) {
        // Keys of the protocol are text; what has another key is no member that anybody asks for.
        Value key = read_value(rest);
        auto* const text = key.as_string();
        map.append(text == nullptr ? std::string() : std::move(*text), read_value(rest));
      }
      return map;
    }
    default:
      return nullptr;
  }
}

void put_byte(std::string& out, unsigned byte) { out += static_cast<char>(byte); }

/// The lowest `bytes` bytes of a number, the highest first.
void put_number(std::string& out, std::uint64_t number, unsigned bytes) {
  constexpr unsigned k_bits = 8;
  constexpr unsigned k_mask = 0xff;
  for (unsigned i = bytes; i-- > 0;) {
    put_byte(out, static_cast<unsigned>(number >> (k_bits * i)) & k_mask);
  }
}

/// The head of something with a length: the short form below `short_limit`, else 1 (where there is
/// one), 2 or 4 bytes.
void put_length(std::string& out,
                std::size_t length,
                unsigned short_head,
                std::size_t short_limit,
                unsigned head8,
                unsigned head16) {
  constexpr std::size_t k_byte = 0xff;
  constexpr std::size_t k_word = 0xffff;
  if (length < short_limit) {
    put_byte(out, short_head | static_cast<unsigned>(length));
  } else if (length <= k_byte && head8 != 0) {
    put_byte(out, head8);
    put_number(out, length, 1);
  } else if (length <= k_word) {
    put_byte(out, head16);
    put_number(out, length, 2);
  } else {
    put_byte(out, head16 + 1);
    put_number(out, length, 4);
  }
}

}  // namespace

void MessageReader::feed(std::string_view bytes) {
  buffer_.erase(0, start_);  // once for all messages of a read
  start_ = 0;
  buffer_ += bytes;
}

/// Moves on over whole objects; true once the message is whole. A byte is looked at once, however
/// the message is cut.
Result<bool> MessageReader::scan() {
  if (scanned_ == 0) {
    open_.assign(1, 1);
  }
  while (!open_.empty()) {
    if (open_.back() == 0) {
      open_.pop_back();
      continue;
    }
    const auto rest = std::string_view(buffer_).substr(start_ + scanned_);
    const auto head = read_head(rest);
    if (head && (head->payload > k_most_bytes || open_.size() > k_most_depth ||
                 (head->type == Type::other && head->payload == 0))) {
      return fail(ErrorCode::response, "A message is not MessagePack, too large or too deep.");
    }
    if (!head || rest.size() < head->size + head->payload) {
      return false;
    }
    --open_.back();
    scanned_ += head->size + head->payload;
    if (head->children > 0) {
      open_.push_back(head->children);
    }
  }
  return true;
}

Result<std::optional<Value>> MessageReader::next() {
  if (start_ == buffer_.size()) {
    return std::optional<Value>();
  }
  VIRGA_TRY_ASSIGN(const bool whole, scan());
  if (!whole) {
    if (buffer_.size() > k_most_bytes) {
      return fail(ErrorCode::response, "A message is too large.");
    }
    return std::optional<Value>();
  }
  std::string_view message = std::string_view(buffer_).substr(start_, scanned_);
  Value value = read_value(message);
  start_ += scanned_;
  scanned_ = 0;
  return std::optional(std::move(value));
}

void pack_nil(std::string& out) { put_byte(out, 0xc0); }

void pack_bool(std::string& out, bool value) { put_byte(out, value ? 0xc3 : 0xc2); }

void pack_integer(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) {
    if (value < 0x80) {
      put_byte(out, static_cast<unsigned>(value));
    } else if (value <= 0xff) {
      put_byte(out, 0xcc);
      put_number(out, bits, 1);
    } else if (value <= 0xffff) {
      put_byte(out, 0xcd);
      put_number(out, bits, 2);
    } else if (value <= 0xffffffffLL) {
      put_byte(out, 0xce);
      put_number(out, bits, 4);
    } else {
      put_byte(out, 0xcf);
      put_number(out, bits, 8);
    }
  } else if (value >= -0x20) {
    put_number(out, bits, 1);
  } else if (value >= std::numeric_limits<std::int8_t>::min()) {
    put_byte(out, 0xd0);
    put_number(out, bits, 1);
  } else if (value >= std::numeric_limits<std::int16_t>::min()) {
    put_byte(out, 0xd1);
    put_number(out, bits, 2);
  } else if (value >= std::numeric_limits<std::int32_t>::min()) {
    put_byte(out, 0xd2);
    put_number(out, bits, 4);
  } else {
    put_byte(out, 0xd3);
    put_number(out, bits, 8);
  }
}

void pack_double(std::string& out, double value) {
  put_byte(out, 0xcb);
  put_number(out, std::bit_cast<std::uint64_t>(value), 8);
}

void pack_text(std::string& out, std::string_view text) {
  if (!is_utf8(text)) {
    pack_text(out, replace_invalid_utf8(std::string(text)));
    return;
  }
  put_length(out, text.size(), 0xa0, 32, 0xd9, 0xda);
  out += text;
}

void pack_binary(std::string& out, std::string_view bytes) {
  put_length(out, bytes.size(), 0, 0, 0xc4, 0xc5);
  out += bytes;
}

void pack_array(std::string& out, std::size_t count) { put_length(out, count, 0x90, 16, 0, 0xdc); }

void pack_map(std::string& out, std::size_t count) { put_length(out, count, 0x80, 16, 0, 0xde); }

void pack(std::string& out, const Value& value) {
  if (const auto* boolean = value.as_bool()) {
    pack_bool(out, *boolean);
  } else if (const auto* integer = value.as_integer()) {
    pack_integer(out, *integer);
  } else if (const auto* number = value.as_number()) {
    pack_double(out, *number);
  } else if (const auto* big = value.as_big_integer()) {
    pack_text(out, big->digits);
  } else if (const auto* text = value.as_string()) {
    pack_text(out, *text);
  } else if (const auto* blob = value.as_blob()) {
    pack_binary(out, blob->bytes);
  } else if (const auto* timestamp = value.as_timestamp()) {
    pack_text(out, timestamp->wire);
  } else if (const auto* list = value.as_list()) {
    pack_array(out, list->size());
    for (const auto& element : *list) {
      pack(out, element);
    }
  } else if (const auto* map = value.as_map()) {
    pack_map(out, map->size());
    for (const auto& [key, member] : *map) {
      pack_text(out, key);
      pack(out, member);
    }
  } else {
    pack_nil(out);
  }
}

}  // namespace virga::nushell
