// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "limit/lane.hpp"

namespace virga::limit {

/// What lanes learned, kept between runs and shared by the processes of a host: one small file for
/// each lane in one folder, replaced as a whole (docs/formats/limits.md). A file that is not
/// exactly as this writes it, of another version, or of the future counts as none and is replaced
/// at the next save.
///
/// What was learned ages: a limit moves to where a new lane begins, with a half-life of 30
/// minutes; a rate doubles every 6 hours; after a day both are forgotten. That too much was
/// assumed is found out by the first throttle or window of replies, so only being too low costs.
///
/// Threads: Thread-safe; so are any number of processes.
class Memory {
 public:
  /// An empty folder's name: nothing is kept.
  explicit Memory(std::string folder) : folder_(std::move(folder)) {}

  /// For a lane that would begin with `start` attempts in flight; none if nothing is known.
  [[nodiscard]] std::optional<Learned> load(std::string_view lane,
                                            double start,
                                            TimePoint now) const;
  /// Errors: io.
  [[nodiscard]] Status save(std::string_view lane, const Learned& learned, TimePoint now) const;

  /// Where a lane is kept. No part of the name can be read from it: it holds an account.
  [[nodiscard]] std::string path_of(std::string_view lane) const;

 private:
  std::string folder_;
};

/// The file's bytes, and back; none if they are not exactly such bytes.
struct Stored {
  Learned learned;
  TimePoint saved_at{};
};

[[nodiscard]] std::string to_bytes(const Stored& stored);
[[nodiscard]] std::optional<Stored> parse_stored(std::string_view bytes);

/// What is left of it at `now`; none if it is too old or of the future.
[[nodiscard]] std::optional<Learned> aged(const Stored& stored, double start, TimePoint now);

}  // namespace virga::limit
