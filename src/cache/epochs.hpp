// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
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
/// it: read the epoch, fetch, and keep the answer only if the epoch is the same still.
///
/// One file of fixed size, ROOT/epochs, with a slot for each hash of an account and a service;
/// two that share a slot cost each other an answer that is not kept. docs/design/cache.md tells the
/// order of steps. Threads: safe.
class Epochs {
 public:
  /// An empty `root` means that epochs are this process's own.
  Epochs(std::string root, const Clock& clock, Random& random);
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;
  ~Epochs();

  /// Makes the file, if it is not there, and looks at it through memory from now on, for those who
  /// read epochs more often than they can afford to open files.
  void map();

  [[nodiscard]] Epoch read(std::string_view account, std::string_view service) const;

  /// Begins a new epoch; "*" for all accounts or services. Does nothing where there is no cache
  /// folder: nobody can have begun to fetch for it.
  void advance(std::string_view account, std::string_view service);

  /// Runs `keep` if the epoch is still this one, while advance() waits; true if it ran and said
  /// true.
  bool keep_if_same(std::string_view account,
                    std::string_view service,
                    const Epoch& epoch,
                    const std::function<bool()>& keep) const;

 private:
  /// Makes the file's head and slots, which whoever comes first does.
  void initialize(const File& file) const;
  [[nodiscard]] Epoch read_mapped(std::uint64_t offset) const;

  std::string path_;  ///< empty: none
  const Clock& clock_;
  Random& random_;
  char* mapped_ = nullptr;
};

}  // namespace virga::cache
