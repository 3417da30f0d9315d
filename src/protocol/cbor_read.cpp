// SPDX-License-Identifier: Apache-2.0
#include "protocol/cbor_read.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

constexpr int k_max_depth = 256;
constexpr unsigned k_indefinite = 31;
constexpr unsigned char k_break = 0xFF;
/// Integers of tags 2 and 3 beyond this are no numbers that a service means; their decimal form
/// costs n².
constexpr std::size_t k_max_big_integer_bytes = 1024;

/// The number that a half-precision float is (RFC 8949 appendix D).
double half_to_double(std::uint64_t half) {
  const auto exponent = static_cast<int>(half >> 10U & 0x1FU);
  const auto mantissa = static_cast<double>(half & 0x3FFU);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  }
  return (half & 0x8000U) != 0 ? -value : value;
}

/// The decimal digits of a big-endian number.
std::string decimal(std::string_view bytes) {
  std::vector<std::uint32_t> groups;  // of nine decimal digits, lowest first
  for (const char c : bytes) {
    std::uint64_t carry = static_cast<unsigned char>(c);
    for (auto& group : groups) {
      carry += std::uint64_t{group} << 8U;
      group = static_cast<std::uint32_t>(carry % 1'000'000'000U);
      carry /= 1'000'000'000U;
    }
    if (carry != 0) {
      groups.push_back(static_cast<std::uint32_t>(carry));
    }
  }
  std::string out = groups.empty() ? "0" : concat(groups.back());
  for (std::size_t i = groups.size(); i > 1; --i) {
    const std::string digits = concat(groups[i - 2]);
    out.append(9 - digits.size(), '0');
    out += digits;
  }
  return out;
}

Value integer_of(std::string digits) {
  if (const auto number = parse_int(digits)) {
    return *number;
  }
  return BigInteger{std::move(digits)};
}

/// -1 - n, in decimal.
std::string negated_minus_one(std::string_view magnitude_bytes) {
  std::string bytes(magnitude_bytes);
  bool carry = true;
  for (std::size_t i = bytes.size(); carry && i > 0; --i) {
    const auto next = static_cast<unsigned char>(static_cast<unsigned char>(bytes[i - 1]) + 1U);
    bytes[i - 1] = static_cast<char>(next);
    carry = next == 0;
  }
  if (carry) {
    bytes.insert(bytes.begin(), '\x01');
  }
  return "-" + decimal(bytes);
}

/// A recursive descent. Methods return false after storing the error.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : bytes_(bytes) {}

  Result<Value> read() {
    Value value;
    if (!read_item(value, 0)) {
      return fail(ErrorCode::response, std::move(error_));
    }
    return value;
  }

 private:
  bool set_error(std::string message) {
    error_ = std::move(message);
    return false;
  }

  bool ended() {
    return set_error(
        "End of stream reached; this indicates a malformed CBOR response from the server.");
  }

  bool take_byte(unsigned char& out) {
    if (at_ >= bytes_.size()) {
      return ended();
    }
    out = static_cast<unsigned char>(bytes_[at_++]);
    return true;
  }

  bool take_number(std::size_t size, std::uint64_t& out) {
    if (bytes_.size() - at_ < size) {
      return ended();
    }
    out = 0;
    for (std::size_t i = 0; i < size; ++i) {
      out = out << 8U | static_cast<unsigned char>(bytes_[at_++]);
    }
    return true;
  }

  bool take_argument(unsigned info, std::uint64_t& out) {
    if (info < 24) {
      out = info;
      return true;
    }
    if (info > 27) {
      return set_error(
          concat("Invalid CBOR integer returned from the service; unparsable additional info found "
                 "for major type 0 or 1: ",
                 info));
    }
    return take_number(std::size_t{1} << (info - 24U), out);
  }

  bool take_break() {
    if (at_ < bytes_.size() && static_cast<unsigned char>(bytes_[at_]) == k_break) {
      ++at_;
      return true;
    }
    return false;
  }

  bool read_item(Value& out, int depth) {
    if (depth > k_max_depth) {
      return set_error("Unable to parse response: CBOR is nested too deeply.");
    }
    unsigned char initial = 0;
    if (!take_byte(initial)) {
      return false;
    }
    const unsigned info = initial & 31U;
    switch (initial >> 5U) {
      case 0:
      case 1:
        return read_integer(info, (initial >> 5U) == 1, out);
      case 2:
        out = Blob();
        return read_bytes(info, out.as_blob()->bytes);
      case 3:
        return read_text(info, out.become_string());
      case 4:
        return read_list(info, out, depth);
      case 5:
        return read_map(info, out, depth);
      case 6:
        return read_tagged(info, out, depth);
      default:
        return read_simple(info, out);
    }
  }

  bool read_integer(unsigned info, bool negative, Value& out) {
    std::uint64_t number = 0;
    if (!take_argument(info, number)) {
      return false;
    }
    constexpr auto k_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (number <= k_max) {
      const auto signed_number = static_cast<std::int64_t>(number);
      out = negative ? -1 - signed_number : signed_number;
    } else if (!negative) {
      out = BigInteger{concat(number)};
    } else if (number == std::numeric_limits<std::uint64_t>::max()) {
      out = BigInteger{"-18446744073709551616"};
    } else {
      out = BigInteger{concat("-", number + 1)};
    }
    return true;
  }

  bool append_chunk(unsigned info, std::string& out) {
    std::uint64_t size = 0;
    if (!take_argument(info, size)) {
      return false;
    }
    if (size > bytes_.size() - at_) {
      return ended();
    }
    out.append(bytes_, at_, size);
    at_ += size;
    return true;
  }

  bool read_bytes(unsigned info, std::string& out) {
    if (info != k_indefinite) {
      return append_chunk(info, out);
    }
    while (!take_break()) {
      unsigned char initial = 0;
      if (!take_byte(initial) || !append_chunk(initial & 31U, out)) {
        return false;
      }
    }
    return true;
  }

  bool read_text(unsigned info, std::string& out) {
    if (!read_bytes(info, out)) {
      return false;
    }
    return is_utf8(out) || set_error("Invalid CBOR response: text is not UTF-8.");
  }

  bool read_key(std::string& out) {
    unsigned char initial = 0;
    if (!take_byte(initial)) {
      return false;
    }
    if (initial >> 5U != 3) {
      return set_error("Invalid CBOR response: a map's key is not text.");
    }
    return read_text(initial & 31U, out);
  }

  bool read_list(unsigned info, Value& out, int depth) {
    std::uint64_t left = std::numeric_limits<std::uint64_t>::max();
    if (info != k_indefinite && !take_argument(info, left)) {
      return false;
    }
    List& list = out.become_list();
    if (info != k_indefinite) {
      list.reserve(std::min<std::uint64_t>({left, bytes_.size() - at_, 4096}));
    }
    for (; left > 0; --left) {
      if (info == k_indefinite && take_break()) {
        return true;
      }
      if (!read_item(list.emplace_back(), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  bool read_map(unsigned info, Value& out, int depth) {
    std::uint64_t left = std::numeric_limits<std::uint64_t>::max();
    if (info != k_indefinite && !take_argument(info, left)) {
      return false;
    }
    auto& map = out.become_map();
    auto& entries = map.entries();
    if (info != k_indefinite) {
      entries.reserve(std::min<std::uint64_t>({left, bytes_.size() - at_, 512}));
    }
    for (; left > 0; --left) {
      if (info == k_indefinite && take_break()) {
        break;
      }
      auto& [key, value] = entries.emplace_back();
      if (!read_key(key) || !read_item(value, depth + 1)) {
        return false;
      }
      if (value.is_null()) {
        entries.pop_back();
      }
    }
    map.unify_keys();
    return true;
  }

  bool read_tagged(unsigned info, Value& out, int depth) {
    std::uint64_t tag = 0;
    if (!take_argument(info, tag) || !read_item(out, depth + 1)) {
      return false;
    }
    if (tag == 1) {
      return make_timestamp(out);
    }
    if ((tag == 2 || tag == 3) && out.is_blob()) {
      const std::string bytes = std::move(out.as_blob()->bytes);
      if (bytes.size() > k_max_big_integer_bytes) {
        return set_error("Invalid CBOR response: an integer is too large.");
      }
      out = integer_of(tag == 2 ? decimal(bytes) : negated_minus_one(bytes));
      return true;
    }
    return set_error(concat("Found CBOR tag not supported: ", tag));
  }

  bool make_timestamp(Value& value) {
    if (const auto* integer = value.as_integer()) {
      value = Timestamp{concat(*integer), true};
    } else if (const auto* number = value.as_number()) {
      value = Timestamp{python_float(*number), true};
    } else if (const auto* big = value.as_big_integer()) {
      value = Timestamp{big->digits, true};
    } else {
      return set_error(concat("Unable to parse datetime value: ", to_json(value)));
    }
    return true;
  }

  bool read_simple(unsigned info, Value& out) {
    std::uint64_t bits = 0;
    switch (info) {
      case 20:
      case 21:
        out = info == 21;
        return true;
      case 22:
      case 23:
        out = nullptr;
        return true;
      case 25:
        if (!take_number(2, bits)) {
          return false;
        }
        out = half_to_double(bits);
        return true;
      case 26:
        if (!take_number(4, bits)) {
          return false;
        }
        out = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        return true;
      case 27:
        if (!take_number(8, bits)) {
          return false;
        }
        out = std::bit_cast<double>(bits);
        return true;
      default:
        return set_error(
            concat("Invalid additional info found for major type 7: ",
                   info,
                   ".  This indicates an unsupported simple type or an indefinite float value"));
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

Result<Value> read_cbor(std::string_view bytes) { return CborReader(bytes).read(); }

}  // namespace virga::protocol
