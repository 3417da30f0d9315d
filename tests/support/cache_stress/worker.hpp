// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "support/cache_stress/world.hpp"

namespace virga::cache::stress {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline Terms random_terms(Rng& rng) {
  Terms out;
  out.ttl = seconds(chance(rng, 0.08) ? 0 : 1 + below(rng, 4));
  if (chance(rng, 0.1)) {
    out.max_age = seconds(below(rng, 2));
  }
  out.look_up = !chance(rng, 0.03);
  out.store = !chance(rng, 0.03);
  out.share = !chance(rng, 0.03);
  return out;
}

/// A process of the stress, or its only one.
class Worker {
 public:
  Worker(std::string root, bool has_memory, std::uint64_t seed)
      : seed_(seed), cache_(options(std::move(root), has_memory), clock_, random_) {}

  /// Works until the world stops.
  void run(std::size_t threads, std::size_t first_beat) {
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads; ++i) {
      all.emplace_back([this, i, first_beat] {
        Rng rng(seed_ * 31 + i);
        while (!g_world->stop) {
          step(rng);
          ++g_world->beats[(first_beat + i) % k_most_workers];
        }
      });
    }
    for (auto& thread : all) {
      thread.join();
    }
  }

 private:
  static CacheOptions options(std::string root, bool has_memory) {
    CacheOptions out;
    out.root = std::move(root);
    out.memory = has_memory ? k_memory : MemoryTier::Limits{};
    out.disk_bytes = k_disk_bytes;
    out.patience = milliseconds(400);
    return out;
  }

  void step(Rng& rng) {
    const Resource resource{below(rng, k_accounts),
                            below(rng, k_services),
                            std::min(below(rng, k_resources), below(rng, k_resources))};
    // The last service is hardly ever written to, so that its answers are kept for long.
    const double writes = resource.service + 1 == k_services ? 0.0005 : 0.02;
    if (chance(rng, writes)) {
      write(resource, rng);
    } else {
      read(resource, rng);
    }
    const auto usage = cache_.memory().usage();
    expect(usage.bytes <= k_memory.bytes && usage.entries <= k_memory.entries,
           concat("the memory tier holds ", usage.bytes, " bytes in ", usage.entries, " entries"));
    if (cache_.wants_sweep()) {
      g_world->sweeps += cache_.sweep() ? 1 : 0;
    }
  }

  void read(const Resource& resource, Rng& rng) {
    const Terms terms = random_terms(rng);
    const std::uint32_t wanted = chance(rng, 0.3) ? 1 : resource.pages();
    const auto enough = [wanted](const std::vector<PagePtr>& pages) {
      return pages.size() >= wanted;
    };
    const std::uint64_t settled = g_world->settled[resource.index()];
    const TimePoint start = clock_.now();
    if (chance(rng, 0.3)) {
      const auto question = resource.question();
      if (const auto answer = cache_.find_in_memory(make_key(question), question, terms.ttl)) {
        ++g_world->memory_hits;
        check(resource, answer->pages, settled, start - terms.ttl);
        return;
      }
    }
    const auto reading = cache_.read(resource.question(), terms, enough);
    Service service(resource, clock_, rng);
    std::vector<PagePtr> pages;
    while (pages.size() < wanted) {
      auto page = reading->next(std::ref(service));
      if (!page) {
        ++g_world->errors;
        expect(page.error().message == concat("error of ", resource.index()),
               concat("resource ", resource.index(), ": ", page.error().message));
        return;
      }
      pages.push_back(std::move(*page));
    }
    ++g_world->outcomes[static_cast<std::size_t>(reading->outcome())];
    // What is shared may have been asked for a moment ago, also where nothing is kept.
    TimePoint oldest;
    if (reading->outcome() == Outcome::hit) {
      oldest = start - terms.ttl;
    }
    if (terms.max_age) {
      oldest = std::max(oldest, start - *terms.max_age);
    }
    check(resource, pages, settled, oldest);
  }

  static void check(const Resource& resource,
                    const std::vector<PagePtr>& pages,
                    std::uint64_t settled,
                    TimePoint oldest) {
    const auto number = [](const Value& page, std::string_view name) {
      const auto* member = page.find(name);
      return member != nullptr && member->is_integer() ? *member->as_integer() : -1;
    };
    const std::string who = concat("resource ", resource.index(), ": ");
    for (std::size_t i = 0; i < pages.size(); ++i) {
      const Value& page = *pages[i];
      const auto fetch = number(page, "Fetch");
      expect(number(page, "Resource") == static_cast<std::int64_t>(resource.index()),
             concat(who, "an answer for ", number(page, "Resource")));
      expect(number(page, "Page") == static_cast<std::int64_t>(i) &&
                 fetch == number(*pages[0], "Fetch"),
             concat(who, "pages of two fetches, or not in order"));
      expect(
          number(page, "Version") >= static_cast<std::int64_t>(settled),
          concat(who, "version ", number(page, "Version"), ", but ", settled, " had been written"));
      const TimePoint time{microseconds(number(page, "Time"))};
      expect(time >= oldest,
             concat(who, "older than its bound by ", std::int64_t{(oldest - time).count()}, " us"));
      expect(
          page.text("Filler") == filler(resource.filler(), static_cast<std::uint64_t>(fetch) + i),
          concat(who, "its text is damaged"));
    }
  }

  /// As the engine does: the answer of a write may never come.
  void write(const Resource& resource, Rng& rng) {
    Selection selection;
    selection.account = resource.account_name();
    selection.service = chance(rng, 0.05) ? "*" : resource.service_name();
    if (chance(rng, 0.2)) {
      const std::string operation = resource.question().operation;
      selection.reaches = [operation](std::string_view, std::string_view name) {
        return name == operation;
      };
    }
    if (chance(rng, 0.5)) {
      selection.test = [&resource](const Metadata& metadata) {
        const auto* id = metadata.question.params.find("Id");
        return id != nullptr && *id == Value(static_cast<std::int64_t>(resource.id));
      };
    }
    cache_.invalidate(selection);
    const std::uint64_t version = ++g_world->versions[resource.index()];
    std::this_thread::sleep_for(microseconds(below(rng, 500)));
    cache_.invalidate(selection);
    auto& settled = g_world->settled[resource.index()];
    std::uint64_t known = settled;
    while (known < version && !settled.compare_exchange_weak(known, version)) {
    }
    ++g_world->writes;
  }

  std::uint64_t seed_;
  SystemClock clock_;
  SystemRandom random_;
  Cache cache_;
};

}  // namespace virga::cache::stress
