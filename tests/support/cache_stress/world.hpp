// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <thread>

#include "base/strings.hpp"
#include "cache/cache.hpp"

// The service that tools/cache_stress.cpp asks, and how it is told what went wrong.
namespace virga::cache::stress {

using Rng = std::mt19937_64;
using std::chrono::microseconds;

constexpr std::size_t k_accounts = 3;  // the first one is not known
constexpr std::size_t k_services = 4;
constexpr std::size_t k_resources = 12;
constexpr std::size_t k_all = k_accounts * k_services * k_resources;
constexpr std::size_t k_most_workers = 64;
constexpr std::size_t k_outcomes = 5;
constexpr std::uint64_t k_disk_bytes = 2U << 20U;
/// What may be stored, beyond the bound, while one process sweeps and until the next one notices.
constexpr std::uint64_t k_disk_slack = k_disk_bytes;
constexpr MemoryTier::Limits k_memory{384U << 10U, 40, 4};

/// The service, and what the workers tell the one who watches them. In shared memory.
struct World {
  std::array<std::atomic<std::uint64_t>, k_all> versions{};
  /// The newest version whose write was followed by a finished invalidation.
  std::array<std::atomic<std::uint64_t>, k_all> settled{};
  std::atomic<std::uint64_t> next_fetch{1};
  std::array<std::atomic<std::uint64_t>, k_outcomes> outcomes{};
  std::atomic<std::uint64_t> writes{0}, errors{0}, sweeps{0}, memory_hits{0};
  std::array<std::atomic<std::uint64_t>, k_most_workers> beats{};
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  char failure[512] = {};
};

inline World* g_world = nullptr;  // NOLINT: of this program, and its children's

inline void expect(bool holds, const std::string& what) {
  if (!holds && g_world->failed.exchange(1) == 0) {
    std::snprintf(g_world->failure, sizeof g_world->failure, "%s", what.c_str());
    g_world->failed = 2;
    g_world->stop = true;
  }
}

inline std::uint64_t below(Rng& rng, std::uint64_t bound) { return rng() % bound; }

inline bool chance(Rng& rng, double probability) {
  return std::uniform_real_distribution<double>(0, 1)(rng) < probability;
}

/// One resource of the service.
struct Resource {
  std::size_t account, service, id;

  [[nodiscard]] std::size_t index() const {
    return (account * k_services + service) * k_resources + id;
  }

  [[nodiscard]] std::string account_name() const {
    return account == 0 ? "" : concat("10000000000", account);
  }

  [[nodiscard]] std::string service_name() const { return concat("service", service); }

  [[nodiscard]] std::uint32_t pages() const { return id % 5 == 0 ? 3 : 1; }

  /// From nothing to about 30 KB a page, and one that no memory tier takes.
  [[nodiscard]] std::size_t filler() const {
    return id == 7 && service == 1 ? 300'000 : (id * 7919) % 97 * (id % 3 == 0 ? 300 : 10);
  }

  [[nodiscard]] Question question() const {
    Question out;
    out.service = service_name();
    out.operation = id % 2 == 0 ? "DescribeThings" : "ListThings";
    out.params.as_map()->append("Id", static_cast<std::int64_t>(id));
    out.identity = concat("key ", account);
    out.account = account_name();
    out.region = id % 4 == 0 ? "" : "eu-west-1";
    return out;
  }
};

/// Text that hardly compresses and that only this page of this fetch has.
inline std::string filler(std::size_t size, std::uint64_t seed) {
  Rng rng(seed);
  std::string out(size, '\0');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits = i % 8 == 0 ? rng() : bits >> 8U;
    out[i] = static_cast<char>(' ' + bits % 64);
  }
  return out;
}

/// The service's side of one fetch.
class Service {
 public:
  Service(const Resource& resource, Clock& clock, Rng& rng)
      : resource_(resource), clock_(clock), rng_(rng) {}

  Result<Fetched> operator()() {
    nap();
    if (chance(rng_, 0.02)) {
      return fail(ErrorCode::service, concat("error of ", resource_.index()));
    }
    fetch_ = fetch_ == 0 ? g_world->next_fetch++ : fetch_;
    Map page;
    page.append("Resource", static_cast<std::int64_t>(resource_.index()));
    page.append("Time", std::int64_t{clock_.now().time_since_epoch().count()});
    page.append("Version", static_cast<std::int64_t>(g_world->versions[resource_.index()].load()));
    page.append("Fetch", static_cast<std::int64_t>(fetch_));
    page.append("Page", std::int64_t{page_});
    page.append("Filler", filler(resource_.filler(), fetch_ + page_));
    nap();
    const bool is_last = ++page_ == resource_.pages();
    return Fetched{std::move(page), is_last};
  }

 private:
  void nap() { std::this_thread::sleep_for(microseconds(below(rng_, 1500))); }

  const Resource& resource_;
  Clock& clock_;
  Rng& rng_;
  std::uint64_t fetch_ = 0;
  std::uint32_t page_ = 0;
};

}  // namespace virga::cache::stress
