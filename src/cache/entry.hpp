// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cache/codec.hpp"
#include "cache/key.hpp"
#include "value/value.hpp"

namespace virga::cache {

/// One page of an answer, shared by all who read it.
using PagePtr = std::shared_ptr<const Value>;

/// All that is known of an entry besides its pages.
struct Metadata {
  Key key;
  Question question;
  Codec codec = Codec::none;
  TimePoint created;                 ///< when its first page was asked for
  std::chrono::microseconds ttl{0};  ///< after which it is stale
  bool complete = false;             ///< no page follows the last one
  bool is_error = false;             ///< its page describes an Error; only between processes
  std::uint32_t pages = 0;
  std::uint64_t stored_bytes = 0;  ///< of all pages, as they are kept
  std::uint64_t raw_bytes = 0;     ///< of all pages, before compression
  std::uint64_t flight = 0;        ///< the flight that fetched it, 0 if none
  // Kept outside of the checksum, and lost updates do not matter.
  std::uint32_t accesses = 0;
  TimePoint last_access;
};

/// What a value takes of memory, about.
[[nodiscard]] std::size_t footprint(const Value& value);
/// What the memory tier needs for an answer besides its pages.
[[nodiscard]] std::size_t footprint(const Metadata& metadata);

// The form of an entry as bytes; docs/formats/cache-entry.md describes it.

inline constexpr std::size_t k_header_bytes = 112;
inline constexpr std::size_t k_frame_head_bytes = 12;
/// Where the access count (4 bytes) and the time of the last access (8 bytes) are.
inline constexpr std::size_t k_access_offset = 100;
/// The description of a request is no longer.
inline constexpr std::uint32_t k_most_description_bytes = 16U << 20U;

/// The header and, behind it, the description of the request. Errors: those of append_binary().
[[nodiscard]] Result<std::string> write_head(const Metadata& metadata);
/// The 12 bytes at k_access_offset.
[[nodiscard]] std::string write_access(std::uint32_t accesses, TimePoint last_access);
/// The head of the frame of page `index`; the stored bytes follow it.
[[nodiscard]] std::string write_frame_head(std::uint32_t index,
                                           std::string_view stored,
                                           std::uint32_t raw_size);

/// What read_header() finds out about the rest of the bytes.
struct Header {
  Metadata metadata;  ///< without the question
  std::uint32_t description_bytes = 0;
  std::uint32_t description_crc = 0;
};

/// Errors: response, if these are no k_header_bytes of an entry of this version.
[[nodiscard]] Result<Header> read_header(std::string_view bytes);
/// Errors: response, if the description is damaged.
[[nodiscard]] Result<Question> read_description(const Header& header, std::string_view bytes);

struct FrameHead {
  std::uint32_t stored_size = 0;
  std::uint32_t raw_size = 0;
  std::uint32_t crc = 0;
};

[[nodiscard]] FrameHead read_frame_head(std::string_view bytes);
/// Whether the stored bytes are those of page `index`.
[[nodiscard]] bool is_frame(const FrameHead& head, std::uint32_t index, std::string_view stored);

/// A page from its stored bytes. Errors: response, if they are damaged.
[[nodiscard]] Result<PagePtr> read_page(Codec codec,
                                        std::string_view stored,
                                        std::uint32_t raw_size);

/// An error as the page of an entry, and back.
[[nodiscard]] Value describe_error(const Error& error);
[[nodiscard]] Error error_of(const Value& description);

}  // namespace virga::cache
