// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cache/entry.hpp"
#include "cache/selection.hpp"

namespace virga::cache {

/// An entry that a tier holds, opened for reading. It stays readable while it is held open,
/// whatever becomes of the entry. Thread-compatible.
class StoredEntry {
 public:
  virtual ~StoredEntry() = default;

  [[nodiscard]] virtual const Metadata& metadata() const = 0;

  /// The stored bytes of a page, `index` below metadata().pages; `raw_size` is what they
  /// decompress to. Their checksum has been verified. Errors: io, response.
  struct Frame {
    std::string stored;
    std::uint32_t raw_size = 0;
  };

  [[nodiscard]] virtual Result<Frame> frame(std::uint32_t index) = 0;

  /// Notes that the entry was used.
  virtual void touch(TimePoint now) = 0;
};

/// An entry that is being stored, page by page; nobody sees it before publish(). One that is
/// destroyed without it leaves nothing behind. Thread-compatible.
class EntryWriter {
 public:
  virtual ~EntryWriter() = default;
  /// Errors: io.
  [[nodiscard]] virtual Status add(std::string_view stored, std::uint32_t raw_size) = 0;
  /// Writes what is left, with the metadata of the whole. Errors: io.
  [[nodiscard]] virtual Status complete(const Metadata& metadata) = 0;
  /// Makes the completed entry visible, in the place of one that was there; takes no time.
  /// Errors: io.
  [[nodiscard]] virtual Status publish() = 0;
  /// What the completed entry takes of the tier.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
};

/// An entry as its place tells about it, without having been read.
struct Found {
  std::string account, region, service, operation, key;  ///< the key in hexadecimal
  std::uint64_t bytes = 0;                               ///< that it takes of the tier
  TimePoint last_access;
};

/// A level of the cache that keeps entries as bytes. Compression lies above, so that an entry can
/// be copied from one tier to another as it is. A tier answers within a bound of its own: one that
/// is slow or absent has no entries, and failing to store something is no failure of the call.
/// Thread-safe.
class Tier {
 public:
  virtual ~Tier() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// The entry with this key, or null. What is damaged or of another version counts as absent.
  [[nodiscard]] virtual std::unique_ptr<StoredEntry> get(const Question& question,
                                                         const Key& key) = 0;
  /// Begins an entry. Errors: io.
  [[nodiscard]] virtual Result<std::unique_ptr<EntryWriter>> begin(const Question& question,
                                                                   const Key& key) = 0;
  virtual void erase(const Question& question, const Key& key) = 0;

  /// Erases what visit() found; whether it was there.
  virtual bool erase(const Found& found) = 0;
  /// Erases what is selected; how many entries that were.
  virtual std::uint64_t erase(const Selection& selection) = 0;
  /// Calls `visitor` for each entry until it returns false. Entries that come or go meanwhile may
  /// be seen or not.
  virtual void visit(const std::function<bool(const Found& found)>& visitor) = 0;
  /// Opens what visit() found; null if it is gone or damaged.
  [[nodiscard]] virtual std::unique_ptr<StoredEntry> open(const Found& found) = 0;
};

}  // namespace virga::cache
