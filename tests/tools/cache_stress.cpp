// SPDX-License-Identifier: Apache-2.0
// A cache that many processes use at once while they are killed and stopped at random instants:
//
//   cache_stress [--seconds 10] [--processes 6] [--threads 2] [--seed N] [--full-disk]
//
// The service lives in shared memory: a version for each resource, which a write raises between two
// invalidations. Each answer says what it was asked, which version it saw and when. It must be that
// of its question, whole, of one fetch, no older than its bound, and of no version before a write
// that had finished when the reading began. Bounds of disk and memory must hold all the time, and
// what is left at the end must be intact. With no processes, threads of one do the same, for TSan;
// --full-disk has the cache on a file system with room for a part of its bound (77 where none can
// be mounted).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "support/cache_stress/worker.hpp"
#include "support/cache_stress/world.hpp"
#include "support/temporary_folder.hpp"

namespace virga::cache::stress {
namespace {

struct Options {
  seconds duration{10};
  std::size_t processes = 6;
  std::size_t threads = 2;
  std::uint64_t seed = std::random_device()();
  bool full_disk = false;
};

/// What all files of a folder take of the disk, in blocks.
std::uint64_t usage(const std::string& folder) {
  std::uint64_t out = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; at != end && !error;
       at.increment(error)) {
    struct stat info {};

    if (lstat(at->path().c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
      out += (static_cast<std::uint64_t>(info.st_size) + 4095) / 4096 * 4096;
    }
  }
  return out;
}

/// The processes, and who watches, kills and stops them.
class Stress {
 public:
  Stress(const Options& options, std::string root)
      : options_(options),
        root_(std::move(root)),
        rng_(options.seed),
        workers_(options.processes) {}

  void run() {
    const auto end = std::chrono::steady_clock::now() + options_.duration;
    auto next_look = std::chrono::steady_clock::now();
    std::thread threads;
    if (workers_.empty()) {
      threads =
          std::thread([this] { Worker(root_, true, options_.seed).run(options_.threads, 0); });
    }
    while (std::chrono::steady_clock::now() < end && !g_world->stop) {
      for (auto& worker : workers_) {
        if (worker.pid == 0) {
          start(worker);
        }
      }
      std::this_thread::sleep_for(milliseconds(1 + below(rng_, 40)));
      if (!workers_.empty()) {
        disturb(workers_[below(rng_, workers_.size())]);
      }
      if (const auto now = std::chrono::steady_clock::now(); now >= next_look) {
        look();
        next_look = now + milliseconds(200);
      }
    }
    g_world->stop = true;
    for (auto& worker : workers_) {
      end_process(worker);
    }
    if (threads.joinable()) {
      threads.join();
    }
  }

  /// Reads all that is left.
  void verify() {
    SystemClock clock;
    SystemRandom random;
    CacheOptions options;
    options.root = root_;
    options.disk_bytes = k_disk_bytes;
    Cache cache(options, clock, random);
    expect(cache.sweep(), "the lock of a process that swept is still held");
    std::uint64_t bytes = 0;
    cache.disk()->visit([&](const Found& found) {
      bytes += found.bytes;
      ++entries_;
      const auto entry = cache.disk()->open(found);
      expect(entry != nullptr, concat("entry ", found.key, " is damaged"));
      if (entry == nullptr) {
        return false;
      }
      const auto& metadata = entry->metadata();
      expect(metadata.key.hex() == found.key && make_key(metadata.question).hex() == found.key,
             concat("entry ", found.key, " has another key"));
      for (std::uint32_t i = 0; i < metadata.pages; ++i) {
        const auto frame = entry->frame(i);
        expect(frame && read_page(metadata.codec, frame->stored, frame->raw_size),
               concat("page ", i, " of entry ", found.key, " is damaged"));
      }
      return true;
    });
    expect(bytes <= k_disk_bytes, concat("a sweep left ", bytes, " bytes"));
  }

  /// What was done; false, and why, if something went wrong.
  bool report() const {
    std::printf("seed %llu: ", static_cast<unsigned long long>(options_.seed));
    for (std::size_t i = 0; i < k_outcomes; ++i) {
      std::printf("%s %llu, ",
                  std::string(outcome_name(static_cast<Outcome>(i))).c_str(),
                  static_cast<unsigned long long>(g_world->outcomes[i]));
    }
    std::printf(
        "memory %llu, errors %llu, writes %llu, sweeps %llu, killed %d, stopped %d; "
        "at most %llu KiB on disk, %d entries at the end\n",
        static_cast<unsigned long long>(g_world->memory_hits),
        static_cast<unsigned long long>(g_world->errors),
        static_cast<unsigned long long>(g_world->writes),
        static_cast<unsigned long long>(g_world->sweeps),
        killed_,
        stopped_,
        static_cast<unsigned long long>(most_bytes_ / 1024),
        entries_);
    if (g_world->failed != 0) {
      std::printf("FAILED: %s\n", g_world->failure);
    }
    return g_world->failed == 0;
  }

  /// Whether everything that is to be tested happened at all.
  void expect_variety() const {
    const auto count = [](Outcome outcome) {
      return g_world->outcomes[static_cast<std::size_t>(outcome)].load();
    };
    expect(count(Outcome::hit) > 0 && count(Outcome::miss) > 0 && count(Outcome::coalesced) > 0 &&
               g_world->memory_hits > 0 && g_world->writes > 0,
           "too little happened");
    expect(workers_.empty() || killed_ > 0, "nobody was killed");
    expect(options_.full_disk || g_world->sweeps > 0, "nothing was swept");
  }

 private:
  struct Process {
    pid_t pid = 0;
    bool is_stopped = false;
    std::chrono::steady_clock::time_point until{};  ///< when a stopped one goes on
  };

  void start(Process& worker) {
    const std::uint64_t seed = rng_();
    worker.pid = fork();
    if (worker.pid == 0) {
      const auto index = static_cast<std::size_t>(&worker - workers_.data());
      Worker(root_, index % 2 == 0, seed).run(options_.threads, index * options_.threads);
      std::_Exit(0);
    }
    worker.is_stopped = false;
  }

  void disturb(Process& worker) {
    const auto now = std::chrono::steady_clock::now();
    for (auto& other : workers_) {
      if (other.is_stopped && now >= other.until) {
        kill(other.pid, SIGCONT);
        other.is_stopped = false;
      }
    }
    if (chance(rng_, 0.4)) {
      ++killed_;
      kill(worker.pid, SIGKILL);
      reap(worker, "");
    } else if (!worker.is_stopped && chance(rng_, 0.03)) {
      ++stopped_;
      kill(worker.pid, SIGSTOP);
      worker.is_stopped = true;
      worker.until = now + milliseconds(below(rng_, 700));
    }
  }

  /// Waits for the end of the process; `complaint` if it is not the one expected.
  void reap(Process& worker, const std::string& complaint) {
    int status = 0;
    waitpid(worker.pid, &status, 0);
    expect(complaint.empty() || (WIFEXITED(status) && WEXITSTATUS(status) == 0), complaint);
    worker.pid = 0;
  }

  void end_process(Process& worker) {
    if (worker.pid == 0) {
      return;
    }
    kill(worker.pid, SIGCONT);
    const auto patience = std::chrono::steady_clock::now() + seconds(20);
    siginfo_t info{};
    while (std::chrono::steady_clock::now() < patience && info.si_pid == 0) {
      waitid(P_PID, static_cast<id_t>(worker.pid), &info, WEXITED | WNOHANG | WNOWAIT);
      std::this_thread::sleep_for(milliseconds(5));
    }
    expect(info.si_pid != 0, "a process hangs");
    kill(worker.pid, SIGKILL);
    reap(worker, info.si_pid == 0 ? "" : "a process crashed");
  }

  /// Bounds, crashes and standstills.
  void look() {
    for (auto& worker : workers_) {
      siginfo_t info{};
      waitid(P_PID, static_cast<id_t>(worker.pid), &info, WEXITED | WNOHANG | WNOWAIT);
      if (worker.pid != 0 && info.si_pid != 0) {
        reap(worker, "a process crashed");
      }
    }
    const std::uint64_t bytes = usage(root_);
    most_bytes_ = std::max(most_bytes_, bytes);
    expect(bytes <= k_disk_bytes + k_disk_slack, concat("the disk tier takes ", bytes, " bytes"));
    std::uint64_t beats = 0;
    for (const auto& beat : g_world->beats) {
      beats += beat;
    }
    const auto now = std::chrono::steady_clock::now();
    if (beats != beats_ || beats_ == 0) {
      beats_ = beats;
      moved_ = now;
    }
    expect(now < moved_ + seconds(10), "nobody moves");
  }

  Options options_;
  std::string root_;
  Rng rng_;
  std::vector<Process> workers_;
  std::uint64_t beats_ = 0;
  std::chrono::steady_clock::time_point moved_ = std::chrono::steady_clock::now();
  std::uint64_t most_bytes_ = 0;
  int killed_ = 0, stopped_ = 0, entries_ = 0;
};

/// A file system of its own for the folder, with less room than the cache would like.
bool mount_small(const std::string& folder) {
  const bool is_apart = unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  return is_apart && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m,mode=700") == 0;
}

bool parse(int count, char** words, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--full-disk") {
      options.full_disk = true;
      continue;
    }
    const auto number = i + 1 < count ? parse_int(words[++i]) : std::nullopt;
    if (!number || *number < 0) {
      return false;
    }
    const auto size = static_cast<std::size_t>(*number);
    if (word == "--seconds") {
      options.duration = seconds(*number);
    } else if (word == "--processes") {
      options.processes = size;
    } else if (word == "--threads") {
      options.threads = size;
    } else if (word == "--seed") {
      options.seed = size;
    } else {
      return false;
    }
  }
  return true;
}

int run(const Options& options) {
  void* const place =
      mmap(nullptr, sizeof(World), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) {  // NOLINT: the macro casts
    return 1;
  }
  g_world = new (place) World;
  const test::TemporaryFolder folder;
  if (options.full_disk && !mount_small(folder.path())) {
    std::printf("skipped: no file system can be mounted here\n");
    return 77;
  }
  Stress stress(options, folder.path() + "/cache");
  stress.run();
  if (g_world->failed == 0) {
    stress.verify();
    stress.expect_variety();
  }
  const bool good = stress.report();
  if (options.full_disk) {
    umount(folder.path().c_str());
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace virga::cache::stress

int main(int count, char** words) {
  virga::cache::stress::Options options;
  if (!virga::cache::stress::parse(count, words, options)) {
    std::printf(
        "usage: cache_stress [--seconds N] [--processes N] [--threads N] [--seed N] "
        "[--full-disk]\n");
    return 2;
  }
  return virga::cache::stress::run(options);
}
