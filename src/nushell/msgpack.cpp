// SPDX-License-Identifier: Apache-2.0
#include "nushell/msgpack.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

#define MSGPACK_NO_BOOST
#include <msgpack/unpack.hpp>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::nushell {
namespace {

// A list of a million rows may come as one value; nesting takes three levels for each of nu's.
constexpr std::size_t k_most_elements = std::size_t{1} << 26U;
constexpr std::size_t k_most_bytes = std::size_t{1} << 31U;
constexpr std::size_t k_most_depth = 512;

Value to_value(const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::BOOLEAN:
      return object.via.boolean;
    case msgpack::type::POSITIVE_INTEGER: {
      constexpr auto k_most = std::numeric_limits<std::int64_t>::max();
      if (object.via.u64 > static_cast<std::uint64_t>(k_most)) {
        return BigInteger{std::to_string(object.via.u64)};
      }
      return static_cast<std::int64_t>(object.via.u64);
    }
    case msgpack::type::NEGATIVE_INTEGER:
      return std::int64_t{object.via.i64};
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
      return object.via.f64;
    case msgpack::type::STR:
      return std::string(object.via.str.ptr, object.via.str.size);
    case msgpack::type::BIN:
      return Blob{std::string(object.via.bin.ptr, object.via.bin.size)};
    case msgpack::type::ARRAY: {
      List list;
      list.reserve(object.via.array.size);
      for (std::uint32_t i = 0; i < object.via.array.size; ++i) {
        list.push_back(to_value(object.via.array.ptr[i]));
      }
      return list;
    }
    case msgpack::type::MAP: {
      Map map;
      for (std::uint32_t i = 0; i < object.via.map.size; ++i) {
        const auto& [key, value] = object.via.map.ptr[i];
        // Keys of the protocol are text; what has another key is no member that anybody asks for.
        map.append(key.type == msgpack::type::STR ? std::string(key.via.str.ptr, key.via.str.size)
                                                  : std::string(),
                   to_value(value));
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

/// With U+FFFD for all that is not UTF-8.
std::string clean(std::string_view text) {
  constexpr char32_t k_replacement = 0xfffd;
  std::string out;
  for (std::size_t position = 0; position < text.size();) {
    const char32_t point = next_code_point(text, position);
    append_utf8(out, point >= 0xd800 && point <= 0xdfff ? k_replacement : point);
  }
  return out;
}

}  // namespace

struct MessageReader::Unpacker {
  msgpack::unpacker unpacker{nullptr,
                             nullptr,
                             MSGPACK_UNPACKER_INIT_BUFFER_SIZE,
                             msgpack::unpack_limit(k_most_elements,
                                                   k_most_elements,
                                                   k_most_bytes,
                                                   k_most_bytes,
                                                   k_most_bytes,
                                                   k_most_depth)};
};

MessageReader::MessageReader() : unpacker_(std::make_unique<Unpacker>()) {}

MessageReader::~MessageReader() = default;

void MessageReader::feed(std::string_view bytes) {
  auto& unpacker = unpacker_->unpacker;
  unpacker.reserve_buffer(bytes.size());
  std::memcpy(unpacker.buffer(), bytes.data(), bytes.size());
  unpacker.buffer_consumed(bytes.size());
}

Result<std::optional<Value>> MessageReader::next() {
  try {
    msgpack::object_handle handle;
    if (!unpacker_->unpacker.next(handle)) {
      return std::optional<Value>();
    }
    return std::optional(to_value(handle.get()));
  } catch (const std::exception& exception) {
    return fail(ErrorCode::response, concat("a message is not MessagePack: ", exception.what()));
  }
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
    pack_text(out, clean(text));
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
