// SPDX-License-Identifier: Apache-2.0
#include "cache/entry.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/hash.hpp"
#include "base/prefault.hpp"
#include "value/binary.hpp"

namespace virga::cache {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

constexpr std::string_view k_magic =
    "virga\x1a"
    "CE";
// Of version 1, which called an answer whole that had a token, but no paginator, nothing is used.
constexpr std::uint16_t k_version = 2;
constexpr std::uint8_t k_complete = 1;
constexpr std::uint8_t k_is_error = 2;
constexpr std::size_t k_header_crc_offset = 96;
/// Microseconds; later than any clock, and far enough from what overflows.
constexpr std::int64_t k_latest = std::int64_t{1} << 60U;

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::response, "The cache entry is damaged: " + std::string(what) + ".");
}

template <typename Number>
void put(std::string& out, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof bytes);
}

template <typename Number>
Number get(std::string_view bytes, std::size_t at) {
  Number out{};
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

std::int64_t micros(TimePoint time) { return time.time_since_epoch().count(); }

TimePoint time_of(std::int64_t micros) { return TimePoint(std::chrono::microseconds(micros)); }

Value describe(const Question& question) {
  Map out;
  out.append("service", question.service);
  out.append("operation", question.operation);
  out.append("params", question.params);
  out.append("identity", question.identity);
  out.append("account", question.account);
  out.append("region", question.region);
  out.append("endpoint", question.endpoint);
  out.append("models", question.models);
  return out;
}

std::uint32_t frame_crc(std::uint32_t index,
                        std::uint32_t stored_size,
                        std::uint32_t raw_size,
                        std::string_view stored) {
  std::string head;
  put(head, index);
  put(head, stored_size);
  put(head, raw_size);
  return crc32c(crc32c(0, head), stored);
}

}  // namespace

std::size_t footprint(const Value& value) {
  // Short texts lie within the string itself.
  const auto heap = [](const std::string& text) {
    constexpr std::size_t k_inside = 15;
    return text.capacity() > k_inside ? text.capacity() + 1 : 0;
  };
  std::size_t out = sizeof(Value);
  if (const auto* text = value.as_string()) {
    out += heap(*text);
  } else if (const auto* blob = value.as_blob()) {
    out += heap(blob->bytes);
  } else if (const auto* time = value.as_timestamp()) {
    out += heap(time->wire);
  } else if (const auto* list = value.as_list()) {
    for (const auto& element : *list) {
      out += footprint(element);
    }
  } else if (const auto* map = value.as_map()) {
    for (const auto& [name, member] : *map) {
      out += sizeof(std::string) + heap(name) + footprint(member);
    }
  }
  return out;
}

std::size_t footprint(const Metadata& metadata) {
  // The answer, its places in a list and in a table, and the blocks of memory that all are in.
  constexpr std::size_t k_frame = 512;
  const Question& question = metadata.question;
  return sizeof(Metadata) + k_frame + footprint(question.params) + question.identity.capacity() +
         question.endpoint.capacity() + question.models.capacity();
}

Result<std::string> write_head(const Metadata& metadata) {
  std::string description;
  VIRGA_TRY(append_binary(description, describe(metadata.question)));
  if (description.size() > k_most_description_bytes) {
    return fail(ErrorCode::general, "The request is too long to be kept.");
  }
  std::string out;
  out.reserve(k_header_bytes + description.size());
  out.append(k_magic);
  put(out, k_version);
  put(out, static_cast<std::uint8_t>(metadata.codec));
  put(out,
      static_cast<std::uint8_t>((metadata.complete ? k_complete : 0U) |
                                (metadata.is_error ? k_is_error : 0U)));
  put(out, metadata.pages);
  put(out, micros(metadata.created));
  put(out, std::int64_t{metadata.ttl.count()});
  put(out, metadata.stored_bytes);
  put(out, metadata.raw_bytes);
  out.append(reinterpret_cast<const char*>(metadata.key.bytes.data()),  // NOLINT: bytes
             metadata.key.bytes.size());
  put(out, static_cast<std::uint32_t>(description.size()));
  put(out, crc32c(0, description));
  put(out, metadata.flight);
  put(out, crc32c(0, out));
  out.append(write_access(metadata.accesses, metadata.last_access));
  out.append(description);
  return out;
}

std::string write_access(std::uint32_t accesses, TimePoint last_access) {
  std::string out;
  put(out, accesses);
  put(out, micros(last_access));
  return out;
}

std::string write_frame_head(std::uint32_t index, std::string_view stored, std::uint32_t raw_size) {
  const auto size = static_cast<std::uint32_t>(stored.size());
  std::string out;
  put(out, size);
  put(out, raw_size);
  put(out, frame_crc(index, size, raw_size, stored));
  return out;
}

Result<Header> read_header(std::string_view bytes) {
  if (bytes.size() < k_header_bytes || !bytes.starts_with(k_magic)) {
    return damaged("it does not begin as one");
  }
  if (get<std::uint16_t>(bytes, 8) != k_version) {
    return damaged("it is of another version");
  }
  if (crc32c(0, bytes.substr(0, k_header_crc_offset)) !=
      get<std::uint32_t>(bytes, k_header_crc_offset)) {
    return damaged("its header");
  }
  Header out;
  Metadata& metadata = out.metadata;
  const auto codec = get<std::uint8_t>(bytes, 10);
  if (codec > static_cast<std::uint8_t>(Codec::gzip)) {
    return damaged("its codec is not known");
  }
  metadata.codec = static_cast<Codec>(codec);
  const auto flags = get<std::uint8_t>(bytes, 11);
  metadata.complete = (flags & k_complete) != 0;
  metadata.is_error = (flags & k_is_error) != 0;
  metadata.pages = get<std::uint32_t>(bytes, 12);
  metadata.created = time_of(get<std::int64_t>(bytes, 16));
  metadata.ttl = std::chrono::microseconds(get<std::int64_t>(bytes, 24));
  if (const auto created = micros(metadata.created); created < 0 || created > k_latest) {
    return damaged("its time");
  }
  metadata.stored_bytes = get<std::uint64_t>(bytes, 32);
  metadata.raw_bytes = get<std::uint64_t>(bytes, 40);
  std::memcpy(metadata.key.bytes.data(), bytes.data() + 48, metadata.key.bytes.size());
  out.description_bytes = get<std::uint32_t>(bytes, 80);
  out.description_crc = get<std::uint32_t>(bytes, 84);
  metadata.flight = get<std::uint64_t>(bytes, 88);
  metadata.accesses = get<std::uint32_t>(bytes, k_access_offset);
  metadata.last_access = time_of(get<std::int64_t>(bytes, k_access_offset + 4));
  if (out.description_bytes > k_most_description_bytes) {
    return damaged("its description is too long");
  }
  return out;
}

Result<Question> read_description(const Header& header, std::string_view bytes) {
  if (bytes.size() != header.description_bytes || crc32c(0, bytes) != header.description_crc) {
    return damaged("its description");
  }
  VIRGA_TRY_ASSIGN(Value description, read_binary(bytes));
  Question out;
  out.service = description.text("service");
  out.operation = description.text("operation");
  out.identity = description.text("identity");
  out.account = description.text("account");
  out.region = description.text("region");
  out.endpoint = description.text("endpoint");
  out.models = description.text("models");
  auto* map = description.as_map();
  auto* params = map == nullptr ? nullptr : map->find("params");
  if (params == nullptr || !params->is_map()) {
    return damaged("its description");
  }
  out.params = std::move(*params);
  return out;
}

FrameHead read_frame_head(std::string_view bytes) {
  return {get<std::uint32_t>(bytes, 0), get<std::uint32_t>(bytes, 4), get<std::uint32_t>(bytes, 8)};
}

bool is_frame(const FrameHead& head, std::uint32_t index, std::string_view stored) {
  return stored.size() == head.stored_size &&
         frame_crc(index, head.stored_size, head.raw_size, stored) == head.crc;
}

Result<PagePtr> read_page(Codec codec, std::string_view stored, std::uint32_t raw_size) {
  // Values take about ten times the room of their binary form, in which a key stands once.
  constexpr std::size_t k_growth = 8;
  constexpr std::size_t k_large = std::size_t{16} << 10U;
  constexpr std::size_t k_most = std::size_t{8} << 20U;
  if (raw_size > k_large) {
    prefault_heap(std::min(raw_size * k_growth, k_most));
  }
  VIRGA_TRY_ASSIGN(const std::string raw, decompress(codec, stored, raw_size));
  VIRGA_TRY_ASSIGN(Value value, read_binary(raw));
  return std::make_shared<Value>(std::move(value));
}

Value describe_error(const Error& error) {
  Map out;
  out.append("code", static_cast<std::int64_t>(error.code));
  out.append("message", error.message);
  out.append("network", static_cast<std::int64_t>(error.network));
  if (error.service) {
    Map service;
    service.append("code", error.service->code);
    service.append("message", error.service->message);
    service.append("status", error.service->status);
    service.append("request_id", error.service->request_id);
    if (!error.service->members.empty()) {
      service.append("members", Blob{error.service->members});
    }
    out.append("service", std::move(service));
  }
  return out;
}

Error error_of(const Value& description) {
  const auto number = [](const Value& map, std::string_view name, std::int64_t most) {
    const auto* member = map.find(name);
    const auto* integer = member == nullptr ? nullptr : member->as_integer();
    return integer == nullptr ? 0 : std::clamp<std::int64_t>(*integer, 0, most);
  };
  Error out;
  out.code = static_cast<ErrorCode>(
      number(description, "code", static_cast<std::int64_t>(ErrorCode::general)));
  out.message = description.text("message");
  out.network = static_cast<NetworkFailure>(
      number(description, "network", static_cast<std::int64_t>(NetworkFailure::other)));
  if (const auto* service = description.find("service")) {
    constexpr std::int64_t k_most_status = 999;
    out.service = ServiceErrorDetail{std::string(service->text("code")),
                                     std::string(service->text("message")),
                                     static_cast<int>(number(*service, "status", k_most_status)),
                                     std::string(service->text("request_id"))};
    if (const auto* members = service->find("members"); members != nullptr && members->as_blob()) {
      out.service->members = members->as_blob()->bytes;
    }
  }
  return out;
}

}  // namespace virga::cache
