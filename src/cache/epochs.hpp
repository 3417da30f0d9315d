// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "cache/posix.hpp"

namespace virga::cache {

/// When the answers of one account and service were last invalidated.
struct Epoch {
  std::uint64_t file = 0;   ///< which epochs file; 0 if there is none
  std::uint64_t count = 0;  ///< of invalidations
  TimePoint last{};         ///< the time of the last one

  /// Whether nothing was invalidated between two looks.
  bool operator==(const Epoch& other) const { return file == other.file && count == other.count; }
};

/// Counts invalidations across all processes, so that what was fetched before one is not kept after
/// it: begin an epoch's reading, fetch, and keep the answer only if the epoch is the same still.
///
/// One file of fixed size, ROOT/epochs, with a slot for each hash of an account and a service;
/// two that share a slot cost each other an answer that is not kept. It appears whole and is never
/// made shorter. Where there is none, nothing is kept: who fetches makes it first.
/// docs/design/cache.md tells the order of steps. Threads: safe.
class Epochs {
 public:
  /// An empty `root` means that epochs are this process's own.
  Epochs(std::string root, const Clock& clock, Random& random);
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;
  ~Epochs();

  /// Makes the file, if it is not there, and looks at it through memory from now on, for those who
  /// read epochs more often than they can afford to open files. That the file was removed is
  /// noticed within a tenth of a second. Where it cannot be made, epochs are this process's own.
  void map();

  /// As things are; file 0 if there is none.
  [[nodiscard]] Epoch read(std::string_view account, std::string_view service) const;
  /// The same for who is about to fetch: makes the file, if it is not there.
  [[nodiscard]] Epoch begin(std::string_view account, std::string_view service) const;

  /// Begins a new epoch; "*" for all accounts or services. Does nothing where there is no file:
  /// nobody has begun to fetch. One that cannot be written is removed.
  void advance(std::string_view account, std::string_view service);

  /// Runs `keep` if there is a file and the epoch is still this one, while advance() waits; true if
  /// it ran and said true.
  bool keep_if_same(std::string_view account,
                    std::string_view service,
                    const Epoch& epoch,
                    const std::function<bool()>& keep) const;

 private:
  [[nodiscard]] std::uint64_t new_number() const;
  /// Makes a whole file, in the place of one that is none.
  void make() const;
  [[nodiscard]] bool advance_file(std::uint64_t first, std::uint64_t count) const;
  void advance_own(std::uint64_t first, std::uint64_t count);
  [[nodiscard]] Epoch read_mapped(std::uint64_t offset) const;
  /// Maps the file that has the name now, over the one that had it.
  void look_again() const;

  std::string path_;  ///< empty: none
  const Clock& clock_;
  Random& random_;
  char* mapped_ = nullptr;  ///< stays where it is; what is mapped there changes
  mutable std::atomic<std::int64_t> next_look_{0};
  mutable std::mutex mutex_;
  mutable File file_;                       ///< that is mapped; guarded by mutex_
  mutable std::atomic<bool> is_own_{true};  ///< no file is
};

}  // namespace virga::cache
