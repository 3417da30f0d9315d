// SPDX-License-Identifier: Apache-2.0
#include "cache/epochs.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "cache/posix.hpp"

namespace virga::cache {
namespace {

// docs/formats/cache-entry.md, "epochs".
constexpr std::string_view k_magic = "virgaEP1";
constexpr std::uint64_t k_head = 16;
constexpr std::uint64_t k_slot = 16;
constexpr std::uint64_t k_slots = 512;
constexpr std::uint64_t k_size = k_head + k_slots * k_slot;
/// How long an invalidation waits for answers that are being stored at this moment, which takes
/// microseconds unless a process was stopped in the middle.
constexpr int k_patience_ms = 500;

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t out = 0;
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

std::string bytes_of(std::uint64_t number) {
  std::string out(sizeof number, '\0');
  std::memcpy(out.data(), &number, sizeof number);
  return out;
}

std::uint64_t offset_of(std::string_view account, std::string_view service) {
  const std::uint32_t hash = crc32c(crc32c(crc32c(0, account), "\n"), service);
  return k_head + (hash % k_slots) * k_slot;
}

/// 0 if this is no epochs file.
std::uint64_t file_number(const File& file) {
  const std::string head = read_at(file, 0, k_head);
  return head.size() == k_head && head.starts_with(k_magic) ? number_at(head, k_magic.size()) : 0;
}

Epoch read_slot(const File& file, std::uint64_t offset) {
  Epoch out;
  out.file = file_number(file);
  const std::string slot = read_at(file, offset, k_slot);
  if (out.file == 0 || slot.size() != k_slot) {
    return Epoch();
  }
  out.count = number_at(slot, 0);
  out.last = TimePoint(
      std::chrono::microseconds(static_cast<std::int64_t>(number_at(slot, sizeof out.count))));
  return out;
}

bool lock_patiently(const File& file, Lock kind, std::uint64_t first, std::uint64_t count) {
  for (int waited = 0; waited < k_patience_ms; ++waited) {
    if (try_lock(file, kind, first, count)) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace

Epochs::Epochs(std::string root, const Clock& clock, Random& random)
    : path_(root.empty() ? std::string() : std::move(root) + "/epochs"),
      clock_(clock),
      random_(random) {
  if (path_.empty()) {
    map();
  }
}

Epochs::~Epochs() {
  if (mapped_ != nullptr) {
    munmap(mapped_, k_size);
  }
}

void Epochs::initialize(const File& file) const {
  if (file_number(file) == 0) {
    const auto number =
        static_cast<std::uint64_t>(random_.uniform() * 9007199254740992.0) + 1;  // 2^53
    static_cast<void>(
        write_at(file, 0, concat(k_magic, bytes_of(number), std::string(k_size - k_head, '\0'))));
  }
}

void Epochs::map() {
  File file;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;  // NOLINT: the system's
  int protection = PROT_READ | PROT_WRITE;  // NOLINT: the system's
  if (!path_.empty() && (file = open_or_make(path_))) {
    static_cast<void>(lock_patiently(file, Lock::exclusive, k_head, k_size - k_head));
    initialize(file);
    // Now: a mapping keeps the open file, and with it its locks, beyond close().
    unlock(file, k_head, k_size - k_head);
    if (size_of(file) == k_size) {
      flags = MAP_SHARED;
      protection = PROT_READ;
    }
  }
  void* const place =
      mmap(nullptr, k_size, protection, flags, flags == MAP_SHARED ? file.get() : -1, 0);
  mapped_ = place == MAP_FAILED ? nullptr : static_cast<char*>(place);  // NOLINT: the macro casts
  if (mapped_ != nullptr && flags != MAP_SHARED) {
    mapped_[k_magic.size()] = 1;  // the file's number
  }
}

Epoch Epochs::read_mapped(std::uint64_t offset) const {
  const auto load = [&](std::uint64_t at) {
    // Other processes write it; the file begins at a page, and all offsets are multiples of 8.
    return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(mapped_ + at),  // NOLINT
                           __ATOMIC_ACQUIRE);
  };
  Epoch out;
  out.file = load(k_magic.size());
  out.count = load(offset);
  out.last = TimePoint(std::chrono::microseconds(static_cast<std::int64_t>(load(offset + 8))));
  return out;
}

Epoch Epochs::read(std::string_view account, std::string_view service) const {
  const std::uint64_t offset = offset_of(account, service);
  if (mapped_ != nullptr) {
    return read_mapped(offset);
  }
  const File file = open_to_read(path_);
  return file ? read_slot(file, offset) : Epoch();
}

void Epochs::advance(std::string_view account, std::string_view service) {
  const bool all = account == "*" || service == "*";
  const std::uint64_t first = all ? k_head : offset_of(account, service);
  const std::uint64_t count = all ? k_slots : 1;
  const auto now = static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
  if (path_.empty()) {
    for (std::uint64_t at = first; mapped_ != nullptr && at < first + count * k_slot;
         at += k_slot) {
      auto* const slot = reinterpret_cast<std::uint64_t*>(mapped_ + at);  // NOLINT: as above
      __atomic_store_n(slot + 1, now, __ATOMIC_RELEASE);
      __atomic_add_fetch(slot, 1, __ATOMIC_ACQ_REL);
    }
    return;
  }
  File file = open_to_change(path_);
  if (!file && errno == ENOENT && access(path_.substr(0, path_.rfind('/')).c_str(), F_OK) == 0) {
    file = open_or_make(path_);
  }
  if (!file) {
    return;
  }
  // Even without the lock the count moves on: who stores looks at it again afterwards.
  static_cast<void>(lock_patiently(file, Lock::exclusive, first, count * k_slot));
  initialize(file);
  std::string slots = read_at(file, first, count * k_slot);
  for (std::size_t at = 0; at + k_slot <= slots.size(); at += k_slot) {
    slots.replace(at, k_slot, concat(bytes_of(number_at(slots, at) + 1), bytes_of(now)));
  }
  static_cast<void>(write_at(file, first, slots));
}

bool Epochs::keep_if_same(std::string_view account,
                          std::string_view service,
                          const Epoch& epoch,
                          const std::function<bool()>& keep) const {
  const std::uint64_t offset = offset_of(account, service);
  const File file = path_.empty() ? File() : open_to_read(path_);
  if (!file) {
    return read(account, service) == epoch && keep();
  }
  if (!lock_patiently(file, Lock::shared, offset, k_slot)) {
    return false;
  }
  return read_slot(file, offset) == epoch && keep();
}

}  // namespace virga::cache
