// SPDX-License-Identifier: Apache-2.0
#include "protocol/event_stream.hpp"

#include <zlib.h>

#include "base/strings.hpp"

namespace virga::protocol {
namespace {

/// Total length, headers' length, checksum of both.
constexpr std::size_t k_prelude_size = 12;
constexpr std::size_t k_checksum_size = 4;
constexpr std::size_t k_max_headers_size = 128U * 1024U;
constexpr std::size_t k_max_payload_size = 24U * 1024U * 1024U;
/// The consumed front of the buffer is cut off when it is this large, not after each message.
constexpr std::size_t k_compact_above = 64U * 1024U;

enum class HeaderType : std::uint8_t {
  yes,
  no,
  int8,
  int16,
  int32,
  int64,
  bytes,
  text,
  time,
  uuid
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) {
    number = number << 8U | static_cast<unsigned char>(c);
  }
  return number;
}

std::int64_t signed_big_endian(std::string_view bytes) {
  const auto unused_bits = 64U - 8U * bytes.size();
  return static_cast<std::int64_t>(big_endian(bytes) << unused_bits) >> unused_bits;
}

std::uint32_t crc32_of(std::string_view bytes) {
  const auto* const data =
      reinterpret_cast<const Bytef*>(bytes.data());  // NOLINT: zlib's view of bytes
  return static_cast<std::uint32_t>(crc32_z(0, data, bytes.size()));
}

std::string hex32(std::uint32_t number) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  std::string out = "0x";
  for (unsigned shift = 32; shift > 0; shift -= 4) {
    out += k_hex[number >> (shift - 4) & 15U];
  }
  return out;
}

Status check_crc(std::string_view bytes, std::string_view expected) {
  const auto wanted = static_cast<std::uint32_t>(big_endian(expected));
  const auto actual = crc32_of(bytes);
  if (wanted == actual) {
    return {};
  }
  return fail(
      ErrorCode::response,
      concat("Checksum mismatch: expected ", hex32(wanted), ", calculated ", hex32(actual)));
}

/// Reads headers one after the other. Methods return false where the bytes end too soon.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool read(std::string& name, Value& value) {
    std::string_view size;
    std::string_view text;
    std::string_view type;
    if (!take(1, size) || !take(big_endian(size), text) || !take(1, type)) {
      return false;
    }
    name = text;
    return read_value(static_cast<unsigned char>(type.front()), value);
  }

 private:
  bool take(std::uint64_t size, std::string_view& out) {
    if (size > rest_.size()) {
      return false;
    }
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool read_value(unsigned type, Value& value) {
    std::string_view bytes;
    switch (static_cast<HeaderType>(type)) {
      case HeaderType::yes:
      case HeaderType::no:
        value = static_cast<HeaderType>(type) == HeaderType::yes;
        return true;
      case HeaderType::int8:
      case HeaderType::int16:
      case HeaderType::int32:
      case HeaderType::int64: {
        const auto shift = type - static_cast<unsigned>(HeaderType::int8);
        return take(1U << shift, bytes) && assign(value, signed_big_endian(bytes));
      }
      case HeaderType::time:
        return take(8, bytes) && assign(value, signed_big_endian(bytes));
      case HeaderType::bytes:
        return take(2, bytes) && take(big_endian(bytes), bytes) &&
               assign(value, Blob{std::string(bytes)});
      case HeaderType::text:
        return take(2, bytes) && take(big_endian(bytes), bytes) && assign(value, bytes);
      case HeaderType::uuid:
        return take(16, bytes) && assign(value, Blob{std::string(bytes)});
    }
    return false;
  }

  template <typename T>
  static bool assign(Value& value, T&& content) {
    value = std::forward<T>(content);
    return true;
  }

  std::string_view rest_;
};

Result<Map> read_headers(std::string_view bytes) {
  Map headers;
  HeaderReader reader(bytes);
  while (!reader.at_end()) {
    std::string name;
    Value value;
    if (!reader.read(name, value)) {
      return fail(ErrorCode::response, "Invalid event stream: a message's headers are damaged.");
    }
    if (headers.contains(name)) {
      return fail(ErrorCode::response, concat("Duplicate header present: \"", name, "\""));
    }
    headers.append(std::move(name), std::move(value));
  }
  return headers;
}

void append_big_endian(std::string& out, std::uint64_t number, unsigned size) {
  for (unsigned shift = size * 8; shift > 0; shift -= 8) {
    out += static_cast<char>(number >> (shift - 8) & 0xFFU);
  }
}

void append_header(std::string& out, const std::string& name, const Value& value) {
  const auto append_type = [&](HeaderType type) { out += static_cast<char>(type); };
  append_big_endian(out, name.size(), 1);
  out += name;
  if (const auto* truth = value.as_bool()) {
    append_type(*truth ? HeaderType::yes : HeaderType::no);
  } else if (const auto* integer = value.as_integer()) {
    append_type(HeaderType::int64);
    append_big_endian(out, static_cast<std::uint64_t>(*integer), 8);
  } else {
    const auto* const blob = value.as_blob();
    const auto* const text = value.as_string();
    const std::string_view bytes = blob != nullptr   ? std::string_view(blob->bytes)
                                   : text != nullptr ? std::string_view(*text)
                                                     : std::string_view();
    append_type(blob != nullptr ? HeaderType::bytes : HeaderType::text);
    append_big_endian(out, bytes.size(), 2);
    out += bytes;
  }
}

}  // namespace

std::string_view EventMessage::header(std::string_view name) const {
  const auto* const value = headers.find(name);
  const auto* const text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

void EventStreamReader::feed(std::string_view bytes) {
  if (!failure_.empty()) {
    return;
  }
  if (at_ == buffer_.size() || at_ > k_compact_above) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

Result<std::size_t> EventStreamReader::message_size() const {
  const auto prelude = std::string_view(buffer_).substr(at_, k_prelude_size);
  VIRGA_TRY(check_crc(prelude.substr(0, 8), prelude.substr(8)));
  const auto total = big_endian(prelude.substr(0, 4));
  const auto headers = big_endian(prelude.substr(4, 4));
  if (headers > k_max_headers_size) {
    return fail(
        ErrorCode::response,
        concat("Header length of ", headers, " exceeded the maximum of ", k_max_headers_size));
  }
  if (total < k_prelude_size + headers + k_checksum_size) {
    return fail(ErrorCode::response,
                "Invalid event stream: a message is shorter than its headers.");
  }
  const auto payload = total - headers - k_prelude_size - k_checksum_size;
  if (payload > k_max_payload_size) {
    return fail(
        ErrorCode::response,
        concat("Payload length of ", payload, " exceeded the maximum of ", k_max_payload_size));
  }
  return total;
}

Result<EventMessage> EventStreamReader::read_message(std::string_view bytes) const {
  const auto end = bytes.size() - k_checksum_size;
  VIRGA_TRY(check_crc(bytes.substr(0, end), bytes.substr(end)));
  const auto headers_size = big_endian(bytes.substr(4, 4));
  EventMessage message;
  VIRGA_TRY_ASSIGN(message.headers, read_headers(bytes.substr(k_prelude_size, headers_size)));
  message.payload =
      bytes.substr(k_prelude_size + headers_size, end - k_prelude_size - headers_size);
  return message;
}

Result<std::optional<EventMessage>> EventStreamReader::next() {
  if (!failure_.empty()) {
    return fail(ErrorCode::response, failure_);
  }
  if (buffer_.size() - at_ < k_prelude_size) {
    return std::optional<EventMessage>();
  }
  const auto size = message_size();
  if (!size) {
    failure_ = size.error().message;
    return fail(size.error());
  }
  if (buffer_.size() - at_ < *size) {
    return std::optional<EventMessage>();
  }
  auto message = read_message(std::string_view(buffer_).substr(at_, *size));
  if (!message) {
    failure_ = message.error().message;
    return fail(std::move(message).error());
  }
  at_ += *size;
  return std::optional(std::move(*message));
}

std::string write_event_message(const EventMessage& message) {
  std::string headers;
  for (const auto& [name, value] : message.headers) {
    append_header(headers, name, value);
  }
  std::string out;
  append_big_endian(
      out, k_prelude_size + headers.size() + message.payload.size() + k_checksum_size, 4);
  append_big_endian(out, headers.size(), 4);
  append_big_endian(out, crc32_of(out), 4);
  append(out, headers, message.payload);
  append_big_endian(out, crc32_of(out), 4);
  return out;
}

}  // namespace virga::protocol
