// SPDX-License-Identifier: Apache-2.0
#include "limit/memory.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace virga::limit {
namespace {

constexpr std::string_view k_magic = "virga-limit 1 ";
constexpr std::size_t k_most_bytes = 256;
constexpr double k_most_requests = 1e5;
constexpr double k_most_rate = 1e6;
constexpr double k_limit_half_life = 1800;    // seconds
constexpr double k_rate_doubling = 6 * 3600;  // seconds
constexpr double k_oldest = 24 * 3600;        // seconds
constexpr double k_most_skew = 60;            // seconds

void append_number(std::string& out, double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
  out.push_back(' ');
}

std::string checksum(std::string_view bytes) { return hex_encode(big_endian(crc32(0, bytes))); }

/// At most k_most_bytes of a regular file; nothing else is opened for long: a pipe in its place
/// must not hold a call up.
std::optional<std::string> read_small(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0) {
    return std::nullopt;
  }

  struct stat info {};

  std::string bytes(k_most_bytes + 1, '\0');
  ssize_t got = -1;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    got = read(fd, bytes.data(), bytes.size());
  }
  close(fd);
  if (got < 0 || static_cast<std::size_t>(got) > k_most_bytes) {
    return std::nullopt;
  }
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

bool is_within(double number, double least, double most) {
  return std::isfinite(number) && number >= least && number <= most;
}

bool is_plausible(const Stored& stored) {
  const auto& [limit, rate] = stored.learned;
  return is_within(limit.limit, 0, k_most_requests) && is_within(rate.per_second, 0, k_most_rate) &&
         is_within(rate.burst, 0, k_most_rate) && is_within(rate.idle_seconds, 0, 10 * k_oldest);
}

}  // namespace

std::string to_bytes(const Stored& stored) {
  std::string out(k_magic);
  const auto& [limit, rate] = stored.learned;
  append_number(out, limit.limit);
  append_number(out, limit.bounded ? 1 : 0);
  append_number(out, rate.per_second);
  append_number(out, rate.burst);
  append_number(out, rate.idle_seconds);
  append(
      out,
      std::chrono::duration_cast<std::chrono::seconds>(stored.saved_at.time_since_epoch()).count(),
      ' ');
  append(out, checksum(out), '\n');
  return out;
}

std::optional<Stored> parse_stored(std::string_view bytes) {
  constexpr std::size_t k_tail = 9;  // checksum and line end
  if (bytes.size() > k_most_bytes || bytes.size() < k_magic.size() + k_tail ||
      !bytes.starts_with(k_magic) || bytes.back() != '\n') {
    return std::nullopt;
  }
  const auto body = bytes.substr(0, bytes.size() - k_tail);
  if (checksum(body) != bytes.substr(body.size(), k_tail - 1)) {
    return std::nullopt;
  }
  const auto words = split(body.substr(k_magic.size()), ' ');
  if (words.size() != 7 || !words.back().empty()) {
    return std::nullopt;
  }
  std::array<double, 5> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = parse_double(words[i]);
    if (!number) {
      return std::nullopt;
    }
    numbers[i] = *number;
  }
  const auto saved = parse_int(words[5]);
  constexpr std::int64_t k_last_second = 100'000'000'000;
  if (!saved || *saved < 0 || *saved > k_last_second) {
    return std::nullopt;
  }
  Stored out;
  out.learned.limit = {numbers[0], numbers[1] == 1};
  out.learned.rate = {numbers[2], numbers[3], numbers[4]};
  out.saved_at = TimePoint(std::chrono::seconds(*saved));
  return is_plausible(out) ? std::optional(out) : std::nullopt;
}

std::optional<Learned> aged(const Stored& stored, double start, TimePoint now) {
  const double age = std::chrono::duration<double>(now - stored.saved_at).count();
  if (age < -k_most_skew || age > k_oldest) {
    return std::nullopt;
  }
  const double passed = std::max(0.0, age);
  Learned out = stored.learned;
  if (out.limit.limit > 0) {
    const double weight = std::exp2(-passed / k_limit_half_life);
    out.limit.limit = std::pow(start, 1 - weight) * std::pow(out.limit.limit, weight);
    out.limit.bounded = out.limit.bounded && weight >= 0.5;
  }
  if (out.rate.per_second > 0) {
    out.rate.idle_seconds += passed;
    out.rate.per_second *= std::exp2(passed / k_rate_doubling);
  }
  return out;
}

std::string Memory::path_of(std::string_view lane) const {
  constexpr std::size_t k_name_bytes = 16;
  return concat(folder_, "/", hex_encode(sha256(lane).substr(0, k_name_bytes)));
}

std::optional<Learned> Memory::load(std::string_view lane, double start, TimePoint now) const {
  if (folder_.empty()) {
    return std::nullopt;
  }
  const auto bytes = read_small(path_of(lane));
  const auto stored = bytes ? parse_stored(*bytes) : std::nullopt;
  return stored ? aged(*stored, start, now) : std::nullopt;
}

Status Memory::save(std::string_view lane, const Learned& learned, TimePoint now) const {
  constexpr unsigned k_private = 0600;
  if (folder_.empty()) {
    return {};
  }
  return write_file_atomically(path_of(lane), to_bytes({learned, now}), k_private);
}

}  // namespace virga::limit
