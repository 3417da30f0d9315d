// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cache/entry.hpp"
#include "cache/epochs.hpp"
#include "cache/flight.hpp"
#include "cache/local_flight.hpp"
#include "cache/memory_tier.hpp"
#include "cache/selection.hpp"
#include "cache/tier.hpp"

namespace virga::cache {

struct CacheOptions {
  std::string root;  ///< the folder of the disk tier, flights and epochs; empty: none of these
  MemoryTier::Limits memory{};
  std::uint64_t disk_bytes = 512U << 20U;       ///< above this, sweeping erases
  std::uint64_t most_entry_bytes = 64U << 20U;  ///< stored; larger answers are not kept
  std::chrono::seconds most_idle = std::chrono::hours(24 * 30);  ///< then sweeping erases it
  Codec codec = Codec::zstd;
  std::chrono::milliseconds patience{10'000};  ///< with the one who fetches the same
  /// Prints what happens, for --debug. May be empty.
  std::function<void(const std::string& line)> debug{};
};

/// What the caller wants of one reading.
struct Terms {
  std::chrono::seconds ttl{0};  ///< how long the answer may be kept; 0: not at all
  std::optional<std::chrono::seconds> max_age{};  ///< no older answer will do
  bool look_up = true;                            ///< a kept answer will do
  bool store = true;                              ///< the answer may be kept
  bool share = true;                              ///< with those who ask the same now
  bool share_widely = true;                       ///< and with other processes
  bool only_kept = false;       ///< never fetch; a stale answer will do, if max_age allows it
  bool stale_if_error = false;  ///< a stale answer will do where the network fails
  /// A stale answer will do that is at most this much past its time; the caller then fetches it
  /// anew in the background.
  std::chrono::seconds stale_while_revalidate{0};
  std::stop_token stop{};  ///< ends the waiting for others with ErrorCode::interrupted
};

/// What the cache did for a reading.
enum class Outcome : std::uint8_t { bypass, hit, stale_hit, miss, coalesced };

[[nodiscard]] std::string_view outcome_name(Outcome outcome);

/// A page that was fetched, and whether it is the last one.
struct Fetched {
  Value value;
  bool is_last = true;
};

using Fetch = std::function<Result<Fetched>()>;

/// Whether these pages are all that the reader will ask for, however many there are besides.
using Enough = std::function<bool(const std::vector<PagePtr>& pages)>;

class Cache;

/// The pages of one answer, in order: those of a kept one, or of one fetch, which is kept as it
/// passes. Never a mixture. Thread-compatible.
class Reading {
 public:
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  /// What was fetched so far is kept as an incomplete answer.
  ~Reading();

  /// Looks for a kept answer, without asking anybody. True if one will do: all pages are its pages
  /// then. To be called before next(), which else does the same first.
  [[nodiscard]] bool find();

  /// The next page; the caller knows when to stop. `fetch` gets it from the service if it has to
  /// be; it must not throw.
  /// Errors: those of fetch(), also of the one that another process made; general where terms
  /// forbid to fetch and nothing is kept, or a kept answer breaks off.
  [[nodiscard]] Result<PagePtr> next(const Fetch& fetch);

  [[nodiscard]] Outcome outcome() const { return outcome_; }

  /// Of a hit: how old the answer is.
  [[nodiscard]] std::chrono::microseconds age() const { return age_; }

 private:
  friend class Cache;

  Reading(Cache& cache, Question question, Terms terms, Enough enough);

  [[nodiscard]] bool looks() const { return terms_.look_up && terms_.ttl.count() > 0; }

  [[nodiscard]] Status start();
  [[nodiscard]] Status join_others();
  void begin_fetch();
  [[nodiscard]] bool find_kept();
  [[nodiscard]] bool take(std::shared_ptr<const Answer> answer);
  [[nodiscard]] bool take(std::unique_ptr<StoredEntry> entry);
  [[nodiscard]] bool is_young(const Metadata& metadata) const;
  [[nodiscard]] std::optional<Outcome> usable(const Metadata& metadata) const;
  [[nodiscard]] bool take_landed();
  [[nodiscard]] Result<PagePtr> replay();
  [[nodiscard]] Result<PagePtr> fetch_next(const Fetch& fetch);
  void keep(const PagePtr& page);
  void store(const Metadata& whole);
  void finish(bool complete);
  void finish(const Error& error);
  [[nodiscard]] Metadata metadata(bool complete) const;
  void promote(const Epoch& epoch);

  Cache& cache_;
  Terms terms_;
  Enough enough_;
  Key key_;
  Question question_;
  Outcome outcome_ = Outcome::bypass;
  std::chrono::microseconds age_{0};
  bool looked_ = false;
  bool started_ = false;
  bool finished_ = false;
  std::uint32_t next_ = 0;  ///< page

  // Where kept pages come from: memory, or a tier.
  std::shared_ptr<const Answer> answer_;
  std::unique_ptr<StoredEntry> entry_;
  PagePtr first_page_;                  ///< of entry_, read when it was taken
  Status shared_error_;                 ///< of the flight that was waited for
  std::unique_ptr<StoredEntry> stale_;  ///< to fall back to where the network fails

  // A fetch.
  TimePoint created_;
  Epoch epoch_;
  LocalFlight local_;
  Flight flight_;
  std::optional<Compressor> compressor_;
  std::unique_ptr<EntryWriter> writer_;
  bool hands_over_ = false;
  std::vector<StoredEntry::Frame> frames_;  ///< to be handed over
  std::vector<PagePtr> pages_;              ///< for the memory tier and for other threads
  std::size_t pages_bytes_ = 0;
  bool keeps_pages_ = false;
  std::uint64_t stored_bytes_ = 0;
  std::uint64_t raw_bytes_ = 0;
};

/// The cache: memory, then disk, then whoever fetches; with one fetch for all who ask the same at
/// the same time, in this process and in others. No failure of the cache is one of the caller's: it
/// costs time. docs/design/cache.md tells how the parts fit.
///
/// Threads: safe. Clock and random are borrowed.
class Cache {
 public:
  Cache(CacheOptions options, Clock& clock, Random& random);
  ~Cache();

  /// Begins to read an answer; nothing happens before its first page is asked for. `enough` is
  /// asked of answers that are incomplete; without it one page is. The cache must outlive the
  /// reading.
  [[nodiscard]] std::unique_ptr<Reading> read(Question question, Terms terms, Enough enough = {});

  /// The quick way to an answer that is in memory, complete and younger than `ttl`; null if there
  /// is none. `key` is that of the question.
  [[nodiscard]] std::shared_ptr<const Answer> find_in_memory(const Key& key,
                                                             const Question& question,
                                                             std::chrono::seconds ttl);

  /// Erases what is selected, and keeps out what is being fetched of it at this moment. An account
  /// that is not known ("") stands for all. How many entries were erased.
  std::uint64_t invalidate(const Selection& selection);

  /// Whether sweep() has something to do, by a look at one small file. To be asked after an answer
  /// was printed, and only where something was stored.
  [[nodiscard]] bool wants_sweep() const;
  /// Erases what was not used for long, then the least recently used until the bound is kept with
  /// some room; and what killed processes left behind. One process at a time: false if another is
  /// at it. Takes time in proportion to the number of entries.
  bool sweep();

  /// The entry for a question as the disk has it, for explaining; null if there is none.
  [[nodiscard]] std::unique_ptr<StoredEntry> peek(const Question& question);

  [[nodiscard]] const CacheOptions& options() const { return options_; }

  /// The tier with one file per entry, for listing; null without a root.
  [[nodiscard]] Tier* disk() { return disk_.get(); }

  [[nodiscard]] const MemoryTier& memory() const { return memory_; }

 private:
  friend class Reading;

  void debug(const std::string& line) const;
  void note_stored(std::uint64_t bytes);

  CacheOptions options_;
  Clock& clock_;
  Random& random_;
  MemoryTier memory_;
  std::unique_ptr<Tier> disk_;
  Epochs epochs_;
  Flights flights_;
  LocalFlights local_flights_;
};

/// How long an answer may be kept that was fetched `quiet` after the last write to its service:
/// what was written to still changes (instances start, copies become consistent), so nothing is
/// kept for longer than it has been quiet.
[[nodiscard]] std::chrono::microseconds settled(std::chrono::microseconds ttl,
                                                std::chrono::microseconds quiet);

/// The decorator for anything that has one page: the kept answer to the question, or that of
/// `fetch`, which is then kept; equal questions that are asked at the same time make one fetch.
/// Errors: those of fetch, and of Reading::next().
[[nodiscard]] Result<PagePtr> cached(Cache& cache,
                                     Question question,
                                     const Terms& terms,
                                     const std::function<Result<Value>()>& fetch);

/// The value itself: moved out if nobody shares the page, else copied.
[[nodiscard]] Value take_value(PagePtr page);

}  // namespace virga::cache
