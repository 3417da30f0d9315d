// SPDX-License-Identifier: Apache-2.0
#include "cache/cache.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cache/disk_tier.hpp"

namespace virga::cache {

namespace {

/// Without the folder if it is another user's, whose cache this one must neither believe nor make
/// unreadable for its owner: a superuser may find himself in anybody's home.
CacheOptions with_own_folder(CacheOptions options) {
  std::string path = options.root;

  struct stat info {};

  while (!path.empty() && stat(path.c_str(), &info) != 0 && errno == ENOENT && geteuid() == 0) {
    const auto slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
  if (info.st_nlink > 0 && info.st_uid != geteuid()) {
    if (options.debug) {
      options.debug("cache: " + path + " is another user's, so that nothing is kept there");
    }
    options.root.clear();
  } else if (path == options.root && access(path.c_str(), W_OK) != 0 &&
             (errno == EACCES || errno == EROFS)) {
    // Nor could it be dropped there.
    if (options.debug) {
      options.debug("cache: " + path + " cannot be written, so that nothing in it is believed");
    }
    options.root.clear();
  }
  return options;
}

}  // namespace

Cache::Cache(CacheOptions options, Clock& clock, Random& random)
    : options_(with_own_folder(std::move(options))),
      clock_(clock),
      random_(random),
      memory_(options_.memory),
      disk_(options_.root.empty() ? nullptr : make_disk_tier(options_.root, clock)),
      epochs_(options_.root, clock, random),
      flights_(options_.root, clock, random, options_.patience),
      local_flights_(options_.patience) {
  if (memory_.is_on() && !options_.root.empty()) {
    epochs_.map();
  }
}

Cache::~Cache() = default;

void Cache::debug(const std::string& line) const {
  if (options_.debug) {
    options_.debug("cache: " + line);
  }
}

std::unique_ptr<Reading> Cache::read(Question question, Terms terms, Enough enough) {
  return std::unique_ptr<Reading>(
      new Reading(*this, std::move(question), std::move(terms), std::move(enough)));
}

std::shared_ptr<const Answer> Cache::find_in_memory(const Key& key,
                                                    const Question& question,
                                                    std::chrono::seconds ttl) {
  auto answer = memory_.get(key);
  if (answer == nullptr || !(answer->epoch == epochs_.read(question.account, question.service))) {
    return nullptr;
  }
  const std::chrono::microseconds age = clock_.now() - answer->metadata.created;
  const bool is_fresh = answer->metadata.complete && age.count() >= 0 &&
                        age < std::min<std::chrono::microseconds>(answer->metadata.ttl, ttl);
  return is_fresh ? answer : nullptr;
}

std::uint64_t Cache::invalidate(const Selection& selection) {
  Selection wider = selection;
  if (wider.account.empty()) {
    wider.account = "*";
  }
  const bool is_pattern = wider.account.find_first_of("*?") != std::string::npos ||
                          wider.service.find_first_of("*?") != std::string::npos;
  const auto advance = [&] {
    if (is_pattern) {
      epochs_.advance("*", "*");
    } else {
      epochs_.advance(wider.account, wider.service);
      epochs_.advance("", wider.service);
    }
  };
  // First the epoch, then the entries: what is stored in between belongs to the old epoch and is
  // refused, what was stored before is found. Then the epoch again: what was found on disk in
  // between may have been copied to the memory of some process as of the first one.
  advance();
  std::uint64_t erased = 0;
  if (disk_ != nullptr) {
    erased = disk_->erase(wider);
    advance();
  }
  if (erased > 0) {
    debug(concat("erased ", erased, " entries of ", wider.service, ":", wider.operation));
  }
  return erased;
}

std::unique_ptr<StoredEntry> Cache::peek(const Question& question) {
  return disk_ == nullptr ? nullptr : disk_->get(question, make_key(question));
}

std::string_view outcome_name(Outcome outcome) {
  constexpr std::array<std::string_view, 5> k_names = {
      "bypass", "hit", "stale hit", "miss", "coalesced"};
  return k_names[static_cast<std::size_t>(outcome)];
}

std::chrono::microseconds settled(std::chrono::microseconds ttl, std::chrono::microseconds quiet) {
  return std::clamp(quiet, std::chrono::microseconds(0), ttl);
}

// The page goes with the caller's last reference to it.
Value take_value(PagePtr page) {  // NOLINT(performance-unnecessary-value-param)
  if (page.use_count() == 1) {
    // Pages are made as values that are not const; nobody else sees this one.
    return std::move(const_cast<Value&>(*page));  // NOLINT
  }
  return *page;
}

Result<PagePtr> cached(Cache& cache,
                       Question question,
                       const Terms& terms,
                       const std::function<Result<Value>()>& fetch) {
  if (terms.look_up && cache.memory().is_on()) {
    const auto most = std::min(terms.ttl, terms.max_age.value_or(terms.ttl));
    if (const auto answer = cache.find_in_memory(make_key(question), question, most)) {
      return answer->pages.front();
    }
  }
  const auto reading = cache.read(std::move(question), terms);
  return reading->next([&]() -> Result<Fetched> {
    VIRGA_TRY_ASSIGN(Value value, fetch());
    return Fetched{std::move(value), true};
  });
}

}  // namespace virga::cache
