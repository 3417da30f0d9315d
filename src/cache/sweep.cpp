// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "cache/posix.hpp"

namespace virga::cache {
namespace {

/// The file ROOT/ledger: what the entries take at most, and when that was last found out. It only
/// has to be about right; sweeping counts anew.
struct Ledger {
  std::uint64_t bytes = 0;
  std::int64_t swept = 0;  ///< microseconds since the epoch
};

constexpr std::uint64_t k_sweeper = 1000;  // the byte that the process which sweeps locks
/// Files take whole blocks.
constexpr std::uint64_t k_block = 4096;
constexpr std::chrono::hours k_between_sweeps{24};
/// What is left behind by killed processes is older; those that live hold a lock on theirs.
constexpr std::chrono::minutes k_leftover_age{1};
/// Files that claim to be used later than this from now were not: the clock was wrong.
constexpr std::chrono::hours k_clock_slack{1};

Ledger read_ledger(const File& file) {
  Ledger out;
  if (const std::string bytes = read_at(file, 0, sizeof out); bytes.size() == sizeof out) {
    std::memcpy(&out, bytes.data(), sizeof out);
  }
  return out;
}

void write_ledger(const File& file, const Ledger& ledger) {
  std::string bytes(sizeof ledger, '\0');
  std::memcpy(bytes.data(), &ledger, sizeof ledger);
  static_cast<void>(write_at(file, 0, bytes));
}

/// Has the ledger to itself while it is changed; after a while it goes on without.
class LedgerLock {
 public:
  explicit LedgerLock(const File& file) : file_(file) {
    constexpr int k_tries = 50;
    for (int i = 0; i < k_tries && !try_lock(file, Lock::exclusive, 0, sizeof(Ledger)); ++i) {
      if (!is_lock_taken()) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  LedgerLock(const LedgerLock&) = delete;
  LedgerLock& operator=(const LedgerLock&) = delete;

  ~LedgerLock() { unlock(file_, 0, sizeof(Ledger)); }

 private:
  const File& file_;
};

/// By the clock that the times of files are of.
TimePoint time_of_change(const File& file) {
  struct stat info {};

  static_cast<void>(fstat(file.get(), &info));
  return TimePoint(std::chrono::seconds(info.st_mtim.tv_sec));
}

std::uint64_t rounded(std::uint64_t bytes) { return (bytes + k_block - 1) / k_block * k_block; }

std::int64_t micros(TimePoint time) { return time.time_since_epoch().count(); }

/// Removes the files of a folder that nobody has touched for long; those that are locked stay.
void remove_leftovers(const std::string& folder, TimePoint now) {
  DIR* const stream = opendir(folder.c_str());
  if (stream == nullptr) {
    return;
  }
  while (const dirent* const entry = readdir(stream)) {  // NOLINT: a stream of our own
    const std::string path = concat(folder, "/", entry->d_name);

    struct stat info {};

    if (entry->d_name[0] == '.' || lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) ||
        TimePoint(std::chrono::seconds(info.st_mtim.tv_sec)) + k_leftover_age > now) {
      continue;
    }
    const File file = open_to_change(path);
    if (file && try_lock(file, Lock::exclusive, 0, 1)) {
      unlink(path.c_str());
    }
  }
  closedir(stream);
}

}  // namespace

void Cache::note_stored(std::uint64_t bytes) {
  const File file = open_or_make(options_.root + "/ledger");
  if (!file) {
    return;
  }
  const LedgerLock lock(file);
  Ledger ledger = read_ledger(file);
  ledger.bytes += rounded(bytes);
  if (ledger.swept == 0) {
    ledger.swept = micros(clock_.now());
  }
  write_ledger(file, ledger);
}

bool Cache::wants_sweep() const {
  const File file = options_.root.empty() ? File() : open_to_read(options_.root + "/ledger");
  if (!file) {
    return false;
  }
  const Ledger ledger = read_ledger(file);
  const auto since = std::chrono::microseconds(micros(clock_.now()) - ledger.swept);
  return ledger.bytes > options_.disk_bytes || since > k_between_sweeps ||
         since < -std::chrono::microseconds(k_between_sweeps);
}

bool Cache::sweep() {
  if (disk_ == nullptr) {
    return true;
  }
  const File file = open_or_make(options_.root + "/ledger");
  if (!file || !try_lock(file, Lock::exclusive, k_sweeper, 1)) {
    return false;
  }
  const TimePoint now = clock_.now();
  const Ledger ledger = read_ledger(file);
  write_ledger(file, ledger);
  const TimePoint present = time_of_change(file);
  std::vector<Found> entries;
  std::uint64_t total = 0;
  const auto erase = [&](const Found& found) {
    if (disk_->erase(found)) {
      total -= std::min(total, rounded(found.bytes));
    }
  };
  disk_->visit([&](Found found) {
    total += rounded(found.bytes);
    if (found.last_access > present + k_clock_slack) {
      found.last_access = TimePoint();
    }
    if (found.last_access + options_.most_idle < now) {
      erase(found);
    } else {
      entries.push_back(found);
    }
    return true;
  });
  if (total > options_.disk_bytes) {
    std::sort(entries.begin(), entries.end(), [](const Found& a, const Found& b) {
      return a.last_access < b.last_access;
    });
    // Some room, so that not every answer that is stored from now on begins another sweep.
    const std::uint64_t goal = options_.disk_bytes / 10 * 9;
    for (auto entry = entries.begin(); entry != entries.end() && total > goal; ++entry) {
      erase(*entry);
    }
  }
  remove_leftovers(options_.root + "/tmp", now);
  remove_leftovers(options_.root + "/flight", now);
  const LedgerLock lock(file);
  // What was stored meanwhile may have been seen or not.
  const std::uint64_t after = read_ledger(file).bytes;
  write_ledger(file, {total + (after - std::min(after, ledger.bytes)), micros(now)});
  debug(concat("swept: ", total, " bytes are left"));
  return true;
}

}  // namespace virga::cache
