// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <cstdint>
#include <random>
#include <thread>

#include <sys/random.h>

#include "base/encoding.hpp"

namespace virga {
namespace {

template <std::size_t N>
std::string random_bytes() {
  std::string bytes(N, '\0');
  // Up to 256 bytes come whole or not at all (getrandom(2)); where the call itself is forbidden,
  // the processor's or the device's numbers do.
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    std::random_device device;
    for (char& byte : bytes) {
      byte = static_cast<char>(device());
    }
  }
  return bytes;
}

}  // namespace

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

SteadyPoint SystemClock::steady_now() const { return std::chrono::steady_clock::now(); }

bool SystemClock::sleep(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
  return true;
}

double SystemRandom::uniform() {
  std::uint64_t bits = 0;
  for (const char c : random_bytes<7>()) {
    bits = bits << 8U | static_cast<unsigned char>(c);
  }
  return static_cast<double>(bits >> 3U) / static_cast<double>(1ULL << 53U);
}

std::string SystemRandom::uuid() {
  std::string bytes = random_bytes<16>();
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  const std::string hex = hex_encode(bytes);
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
         hex.substr(16, 4) + '-' + hex.substr(20);
}

}  // namespace virga
