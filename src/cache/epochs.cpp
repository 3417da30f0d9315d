// SPDX-License-Identifier: Apache-2.0
#include "cache/epochs.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
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
/// Between looks whether a mapped file still has its name.
constexpr std::chrono::milliseconds k_between_looks{100};

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

/// False if it takes too long, or there are no locks here.
bool lock_patiently(const File& file, Lock kind, std::uint64_t first, std::uint64_t count) {
  for (int waited = 0; waited < k_patience_ms; ++waited) {
    if (try_lock(file, kind, first, count)) {
      return true;
    }
    if (!is_lock_taken()) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// Other threads and processes look at what is mapped. It begins at a page, and all offsets are
// multiples of 8.

std::uint64_t load_at(const char* place) {
  return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(place),
                         __ATOMIC_ACQUIRE);  // NOLINT
}

void store_at(char* place, std::uint64_t number) {
  __atomic_store_n(reinterpret_cast<std::uint64_t*>(place), number, __ATOMIC_RELEASE);  // NOLINT
}

bool is_whole(const File& file) { return file_number(file) != 0 && size_of(file) == k_size; }

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

/// What tells a file, or what stands for it in this process, from all others.
std::uint64_t Epochs::new_number() const {
  return static_cast<std::uint64_t>(random_.uniform() * 9007199254740992.0) + 1;  // 2^53
}

void Epochs::make() const {
  const std::uint64_t number = new_number();
  const std::string folder = path_.substr(0, path_.rfind('/')) + "/tmp";
  const std::string temporary = concat(folder, "/epochs-", number);
  File file = make_new(temporary);
  if (!file && errno == ENOENT && make_folders(folder)) {
    file = make_new(temporary);
  }
  if (!file) {
    return;
  }
  if (write_at(file, 0, concat(k_magic, bytes_of(number), std::string(k_size - k_head, '\0'))) &&
      link(temporary.c_str(), path_.c_str()) != 0) {
    // Another made one at the same time; or it is damaged; or the file system has no links.
    if (const File there = open_to_read(path_); !is_whole(there)) {
      static_cast<void>(rename(temporary.c_str(), path_.c_str()));
    }
  }
  unlink(temporary.c_str());
}

void Epochs::map() {
  void* const place =
      mmap(nullptr, k_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // NOLINT
  if (place == MAP_FAILED) {  // NOLINT: the macro casts
    return;
  }
  mapped_ = static_cast<char*>(place);
  store_at(mapped_ + k_magic.size(), new_number());
  if (!path_.empty()) {
    look_again();
  }
}

void Epochs::look_again() const {
  const std::lock_guard lock(mutex_);
  next_look_ = (clock_.steady_now() + k_between_looks).time_since_epoch().count();
  if (file_ && has_name(file_)) {
    return;
  }
  File file = open_to_read(path_);
  if (!is_whole(file)) {
    make();
    file = open_to_read(path_);
  }
  // A mapping holds on to the open file, and would to locks on it: this one must have none.
  const bool is_shared = is_whole(file);
  const int flags =  // NOLINT: the system's
      MAP_FIXED | (is_shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS);
  if (!is_shared && is_own_) {
    return;
  }
  if (mmap(mapped_,
           k_size,
           is_shared ? PROT_READ : PROT_READ | PROT_WRITE,  // NOLINT: the system's
           flags,
           is_shared ? file.get() : -1,
           0) == MAP_FAILED) {  // NOLINT: the macro casts
    return;
  }
  if (!is_shared) {
    store_at(mapped_ + k_magic.size(), new_number());
  }
  is_own_ = !is_shared;
  file_ = std::move(file);
}

Epoch Epochs::read_mapped(std::uint64_t offset) const {
  Epoch out;
  out.file = load_at(mapped_ + k_magic.size());
  out.count = load_at(mapped_ + offset);
  out.last = TimePoint(std::chrono::microseconds(
      static_cast<std::int64_t>(load_at(mapped_ + offset + sizeof out.count))));
  return out;
}

Epoch Epochs::read(std::string_view account, std::string_view service) const {
  const std::uint64_t offset = offset_of(account, service);
  if (mapped_ != nullptr) {
    if (!path_.empty() && clock_.steady_now().time_since_epoch().count() >= next_look_) {
      look_again();
    }
    return read_mapped(offset);
  }
  const File file = open_to_read(path_);
  return file ? read_slot(file, offset) : Epoch();
}

Epoch Epochs::begin(std::string_view account, std::string_view service) const {
  Epoch out = read(account, service);
  if (out.file == 0) {
    make();
    out = read(account, service);
  }
  return out;
}

void Epochs::advance(std::string_view account, std::string_view service) {
  const bool all = account == "*" || service == "*";
  const std::uint64_t first = all ? k_head : offset_of(account, service);
  const std::uint64_t count = all ? k_slots : 1;
  if (!path_.empty() && !advance_file(first, count)) {
    // Those who have begun to fetch find that it is gone, and keep nothing.
    unlink(path_.c_str());
  }
  if (mapped_ != nullptr && !path_.empty()) {
    look_again();
  }
  advance_own(first, count);
}

/// False if there is a file and it cannot be written.
bool Epochs::advance_file(std::uint64_t first, std::uint64_t count) const {
  const auto now = static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
  // The file that was opened may have been removed, and another one be in its place.
  constexpr int k_tries = 5;
  for (int i = 0; i < k_tries; ++i) {
    File file = open_to_change(path_);
    if (!file && errno == ENOENT) {
      make();  // what is fetched next must know of this write
      file = open_to_change(path_);
    }
    if (!file) {
      return errno == ENOENT || errno == ENOTDIR;
    }
    if (!is_whole(file)) {
      return false;
    }
    // Even without the lock the count moves on: who stores looks at it again afterwards.
    static_cast<void>(lock_patiently(file, Lock::exclusive, first, count * k_slot));
    std::string slots = read_at(file, first, count * k_slot);
    for (std::size_t at = 0; at + k_slot <= slots.size(); at += k_slot) {
      slots.replace(at, k_slot, concat(bytes_of(number_at(slots, at) + 1), bytes_of(now)));
    }
    if (slots.size() != count * k_slot || !write_at(file, first, slots)) {
      return false;
    }
    if (has_name(file)) {
      return true;
    }
  }
  return false;
}

/// The same in this process's own epochs.
void Epochs::advance_own(std::uint64_t first, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (mapped_ == nullptr || !is_own_) {
    return;
  }
  const auto now = static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
  for (std::uint64_t at = first; at < first + count * k_slot; at += k_slot) {
    store_at(mapped_ + at + sizeof now, now);
    store_at(mapped_ + at, load_at(mapped_ + at) + 1);
  }
}

bool Epochs::keep_if_same(std::string_view account,
                          std::string_view service,
                          const Epoch& epoch,
                          const std::function<bool()>& keep) const {
  const std::uint64_t offset = offset_of(account, service);
  if (path_.empty()) {
    return read(account, service) == epoch && keep();
  }
  const File file = epoch.file == 0 ? File() : open_to_read(path_);
  return file && lock_patiently(file, Lock::shared, offset, k_slot) &&
         read_slot(file, offset) == epoch && keep();
}

}  // namespace virga::cache
