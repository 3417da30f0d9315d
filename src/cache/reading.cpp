// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "value/binary.hpp"

namespace virga::cache {
namespace {

using std::chrono::microseconds;

/// Clocks of machines that share a home folder differ by less.
constexpr microseconds k_clock_slack = std::chrono::seconds(2);

/// An answer from the entry's pages; null if one cannot be read.
std::shared_ptr<Answer> load(StoredEntry& entry) {
  auto answer = std::make_shared<Answer>();
  answer->metadata = entry.metadata();
  answer->bytes = footprint(answer->metadata);
  for (std::uint32_t i = 0; i < answer->metadata.pages; ++i) {
    const auto frame = entry.frame(i);
    auto page = frame ? read_page(answer->metadata.codec, frame->stored, frame->raw_size)
                      : Result<PagePtr>(PagePtr());
    if (!page || *page == nullptr) {
      return nullptr;
    }
    answer->bytes += footprint(**page);
    answer->pages.push_back(std::move(*page));
  }
  return answer;
}

/// Whether another one who asks the same would fail so, too: not for what depends on who asks, and
/// how (a secret that does not fit its key, a timeout), nor for what a retry may mend.
bool is_about_the_question(const Error& error) {
  constexpr std::string_view k_marks[] = {"Signature",
                                          "Token",
                                          "Expired",
                                          "Skewed",
                                          "Throttl",
                                          "TooManyRequests",
                                          "RequestLimit",
                                          "SlowDown"};
  if (error.code != ErrorCode::service || !error.service) {
    return error.code == ErrorCode::service;
  }
  return error.service->status < 500 &&
         std::none_of(std::begin(k_marks), std::end(k_marks), [&](std::string_view mark) {
           return error.service->code.find(mark) != std::string::npos;
         });
}

}  // namespace

Reading::Reading(Cache& cache, Question question, Terms terms, Enough enough)
    : cache_(cache),
      terms_(std::move(terms)),
      enough_(std::move(enough)),
      key_(make_key(question)),
      question_(std::move(question)) {}

Reading::~Reading() {
  if (started_ && !finished_) {
    finish(false);
  }
}

bool Reading::find() {
  if (!looked_) {
    looked_ = true;
    finished_ = looks() && find_kept();
  }
  return answer_ != nullptr || entry_ != nullptr;
}

Result<PagePtr> Reading::next(const Fetch& fetch) {
  if (!started_) {
    started_ = true;
    VIRGA_TRY(start());
  }
  return answer_ != nullptr || entry_ != nullptr ? replay() : fetch_next(fetch);
}

bool Reading::is_young(const Metadata& metadata) const {
  return !terms_.max_age || cache_.clock_.now() - metadata.created <= *terms_.max_age;
}

/// What an answer that is kept is good for; nothing if it will not do.
std::optional<Outcome> Reading::usable(const Metadata& metadata) const {
  const microseconds age = cache_.clock_.now() - metadata.created;
  if (age < -k_clock_slack || metadata.is_error || metadata.pages == 0) {
    return std::nullopt;
  }
  if (!is_young(metadata)) {
    return std::nullopt;
  }
  const microseconds ttl = std::min<microseconds>(metadata.ttl, terms_.ttl);
  if (age < ttl) {
    return Outcome::hit;
  }
  // What was kept for less, since a write came before it, is past its time sooner, too.
  if (terms_.only_kept || age < ttl + std::min<microseconds>(ttl, terms_.stale_while_revalidate)) {
    return Outcome::stale_hit;
  }
  return std::nullopt;
}

/// Errors: that of a shared flight; general where the answer would have to be fetched and may not.
Status Reading::start() {
  if (find()) {
    return {};
  }
  if (terms_.only_kept) {
    finished_ = true;
    return fail(ErrorCode::general,
                concat("No answer of ",
                       question_.service,
                       ":",
                       question_.operation,
                       " is cached that would do, and --offline forbids to ask."));
  }
  epoch_ = cache_.epochs_.begin(question_.account, question_.service);
  if (terms_.share) {
    if (auto landing = cache_.local_flights_.join(key_, epoch_, terms_.stop, local_)) {
      outcome_ = Outcome::coalesced;
      if (!*landing) {
        finished_ = true;
        return fail(std::move(*landing).error());
      }
      if (is_young((**landing)->metadata) && take(std::move(**landing))) {
        finished_ = true;
        return {};
      }
    }
    // What another thread fetched may be too large for memory, and be on disk.
    if (!local_.leads() && looks() && find_kept()) {
      finished_ = true;
      return {};
    }
    VIRGA_TRY(join_others());
    if (finished_) {
      return {};
    }
    if (terms_.stop.stop_requested()) {
      finished_ = true;
      return fail(ErrorCode::interrupted, "");
    }
  }
  begin_fetch();
  return {};
}

/// Flies with other processes: finished_ if that gave an answer, else this one fetches.
/// Errors: that of the flight.
Status Reading::join_others() {
  constexpr int k_tries = 3;
  const bool shares = local_.leads() && terms_.share_widely && cache_.disk_ != nullptr;
  for (int i = 0; shares && i < k_tries; ++i) {
    flight_ = cache_.flights_.join(key_, epoch_, terms_.stop);
    if (flight_.role() == Flight::Role::landed) {
      if (take_landed()) {
        outcome_ = Outcome::coalesced;
        finished_ = true;
        flight_ = Flight();
        return std::move(shared_error_);
      }
      continue;
    }
    // Another one may have landed since the first look.
    if (flight_.role() == Flight::Role::lead && looks() && find_kept()) {
      finished_ = true;
      flight_ = Flight();
    }
    return {};
  }
  return {};
}

void Reading::begin_fetch() {
  outcome_ = Outcome::miss;
  created_ = cache_.clock_.now();
  keeps_pages_ = cache_.memory_.is_on();
  const bool stores = terms_.store && terms_.ttl.count() > 0;
  if (!stores) {
    outcome_ = Outcome::bypass;
    return;
  }
  if (cache_.disk_ != nullptr) {
    auto writer = cache_.disk_->begin(question_, key_);
    if (writer) {
      writer_ = std::move(*writer);
    }
  }
}

bool Reading::find_kept() {
  if (auto answer = cache_.memory_.get(key_)) {
    const bool lasts = answer->epoch == cache_.epochs_.read(question_.account, question_.service);
    const auto use = lasts ? usable(answer->metadata) : std::nullopt;
    if (use && take(std::move(answer))) {
      outcome_ = *use;
      return true;
    }
  }
  // Read before the entry: what is found belongs to this epoch or a later one.
  const Epoch epoch =
      cache_.memory_.is_on() ? cache_.epochs_.read(question_.account, question_.service) : Epoch();
  auto entry = cache_.disk_ == nullptr ? nullptr : cache_.disk_->get(question_, key_);
  if (entry == nullptr) {
    return false;
  }
  const auto use = usable(entry->metadata());
  if (!use) {
    if (terms_.stale_if_error) {
      stale_ = std::move(entry);
    }
    return false;
  }
  if (!take(std::move(entry))) {
    return false;
  }
  outcome_ = *use;
  entry_->touch(cache_.clock_.now());
  promote(epoch);
  return true;
}

/// Copies an entry that was found on disk into memory.
void Reading::promote(const Epoch& epoch) {
  constexpr std::uint64_t k_growth = 2;  // of a page from bytes to values, at least
  if (entry_->metadata().raw_bytes * k_growth > cache_.memory_.most_bytes()) {
    return;
  }
  if (auto answer = load(*entry_)) {
    answer->epoch = epoch;
    answer_ = answer;
    entry_ = nullptr;
    cache_.memory_.put(std::move(answer));
  }
}

/// True if the answer has all that the reader needs.
bool Reading::take(std::shared_ptr<const Answer> answer) {
  if (answer->pages.empty() || (!answer->metadata.complete && enough_ && !enough_(answer->pages))) {
    return false;
  }
  age_ = std::max(microseconds(0), cache_.clock_.now() - answer->metadata.created);
  answer_ = std::move(answer);
  return true;
}

bool Reading::take(std::unique_ptr<StoredEntry> entry) {
  const Metadata& metadata = entry->metadata();
  if (!metadata.complete && enough_) {
    const auto answer = load(*entry);
    return answer != nullptr && take(std::shared_ptr<const Answer>(answer)) &&
           (entry_ = std::move(entry), true);
  }
  const auto frame = entry->frame(0);
  auto page = frame ? read_page(metadata.codec, frame->stored, frame->raw_size)
                    : Result<PagePtr>(PagePtr());
  if (!page || *page == nullptr) {
    // Intact, and still not to be read: not written by this program.
    cache_.disk_->erase(question_, key_);
    return false;
  }
  first_page_ = std::move(*page);
  age_ = std::max(microseconds(0), cache_.clock_.now() - metadata.created);
  entry_ = std::move(entry);
  return true;
}

/// The answer of the flight that was waited for: kept as usual, or handed over.
bool Reading::take_landed() {
  auto entry = cache_.disk_->get(question_, key_);
  if (entry == nullptr || entry->metadata().flight != flight_.number()) {
    entry = flight_.take_over();
  }
  if (entry == nullptr || entry->metadata().pages == 0 ||
      (!entry->metadata().is_error && !is_young(entry->metadata())) || !take(std::move(entry))) {
    return false;
  }
  if (entry_ != nullptr && entry_->metadata().is_error) {
    shared_error_ = fail(error_of(*first_page_));
    local_.land(Result<std::shared_ptr<const Answer>>(tl::unexpected(shared_error_.error())));
    return true;
  }
  if (cache_.memory_.is_on() && entry_ != nullptr) {
    promote(epoch_);
    if (answer_ != nullptr) {
      local_.land(Result<std::shared_ptr<const Answer>>(answer_));
    }
  }
  return true;
}

Result<PagePtr> Reading::replay() {
  const std::uint32_t index = next_++;
  if (answer_ != nullptr) {
    if (index < answer_->pages.size()) {
      return answer_->pages[index];
    }
  } else if (index == 0) {
    return std::move(first_page_);
  } else if (index < entry_->metadata().pages) {
    VIRGA_TRY_ASSIGN(const auto frame, entry_->frame(index));
    return read_page(entry_->metadata().codec, frame.stored, frame.raw_size);
  }
  return fail(ErrorCode::general,
              concat("The cached answer of ",
                     question_.service,
                     ":",
                     question_.operation,
                     " ends before its last page."));
}

Result<PagePtr> Reading::fetch_next(const Fetch& fetch) {
  auto fetched = fetch();
  if (!fetched) {
    const bool is_network = fetched.error().code == ErrorCode::network;
    finish(fetched.error());
    if (next_ == 0 && is_network && stale_ != nullptr && take(std::move(stale_))) {
      outcome_ = Outcome::stale_hit;
      return replay();
    }
    return fail(std::move(fetched).error());
  }
  auto page = std::make_shared<Value>(std::move(fetched->value));
  if (next_ == 0 && writer_ == nullptr && flight_.role() == Flight::Role::lead) {
    // Nothing is stored, so that those who wait are to be served; who is not there yet will not be.
    hands_over_ = flight_.has_waiters();
    if (!hands_over_ && !fetched->is_last) {
      flight_.share_nothing();
    }
  }
  ++next_;
  keep(page);
  if (fetched->is_last) {
    finish(true);
  } else {
    flight_.progress();
    local_.progress();
  }
  return PagePtr(std::move(page));
}

void Reading::keep(const PagePtr& page) {
  if (keeps_pages_) {
    pages_bytes_ += footprint(*page);
    pages_.push_back(page);
    if (pages_bytes_ > cache_.memory_.most_bytes()) {
      keeps_pages_ = false;
      pages_.clear();
    }
  }
  if (writer_ == nullptr && !hands_over_) {
    return;
  }
  std::string raw;
  if (!compressor_) {
    compressor_.emplace(cache_.options_.codec);
  }
  const bool written = append_binary(raw, *page) && raw.size() <= k_most_page_bytes;
  auto stored = written ? compressor_->compress(raw) : Result<std::string>(std::string());
  bool kept =
      written && stored && stored_bytes_ + stored->size() <= cache_.options_.most_entry_bytes;
  if (kept) {
    const auto raw_size = static_cast<std::uint32_t>(raw.size());
    stored_bytes_ += stored->size();
    raw_bytes_ += raw_size;
    if (hands_over_) {
      frames_.push_back({std::move(*stored), raw_size});
    } else if (const auto added = writer_->add(*stored, raw_size); !added) {
      cache_.debug(added.error().message);
      kept = false;
    }
  }
  if (!kept) {
    writer_ = nullptr;
    hands_over_ = false;
    frames_.clear();
    flight_.share_nothing();
  }
}

Metadata Reading::metadata(bool complete) const {
  Metadata out;
  out.key = key_;
  out.question = question_;
  out.codec = cache_.options_.codec;
  out.created = created_;
  out.last_access = created_;
  out.ttl = settled(terms_.ttl, created_ - epoch_.last);
  out.complete = complete;
  out.pages = next_;
  out.stored_bytes = stored_bytes_;
  out.raw_bytes = raw_bytes_;
  out.flight = flight_.number();
  return out;
}

void Reading::store(const Metadata& whole) {
  const std::string& account = question_.account;
  const std::string& service = question_.service;
  Status done = writer_->complete(whole);
  const bool stored = done && cache_.epochs_.keep_if_same(account, service, epoch_, [&] {
    done = writer_->publish();
    return done.has_value();
  });
  if (!done) {
    cache_.debug(done.error().message);
  }
  // Where the lock could not be waited for, an invalidation may have come in between.
  if (stored && !(cache_.epochs_.read(account, service) == epoch_)) {
    cache_.disk_->erase(question_, key_);
  } else if (stored) {
    cache_.note_stored(writer_->bytes());
  }
}

/// Keeps the pages that were fetched and lets those who wait have them.
void Reading::finish(bool complete) {
  finished_ = true;
  if (next_ == 0) {
    flight_.land();
    local_.land(std::nullopt);
    return;
  }
  const Metadata whole = metadata(complete);
  if (writer_ != nullptr && whole.ttl.count() > 0) {
    store(whole);
  }
  writer_ = nullptr;
  if (hands_over_ && flight_.has_waiters()) {
    flight_.hand_over(whole, frames_);
  }
  flight_.land();
  if (!keeps_pages_) {
    local_.land(std::nullopt);
    return;
  }
  auto answer = std::make_shared<Answer>();
  answer->metadata = whole;
  answer->pages = std::move(pages_);
  answer->bytes = pages_bytes_ + footprint(whole);
  answer->epoch = epoch_;
  local_.land(Result<std::shared_ptr<const Answer>>(answer));
  if (terms_.store && whole.ttl.count() > 0) {
    cache_.memory_.put(std::move(answer));
  }
}

/// Lets those who wait have the error.
void Reading::finish(const Error& error) {
  finished_ = true;
  writer_ = nullptr;
  const bool is_shared = is_about_the_question(error);
  if (is_shared && next_ == 0 && flight_.has_waiters()) {
    std::string raw;
    if (append_binary(raw, describe_error(error))) {
      Metadata whole = metadata(true);
      whole.codec = Codec::none;
      whole.is_error = true;
      whole.pages = 1;
      const auto size = static_cast<std::uint32_t>(raw.size());
      flight_.hand_over(whole, {{std::move(raw), size}});
    }
  }
  flight_.land();
  local_.land(is_shared && next_ == 0
                  ? Landing(Result<std::shared_ptr<const Answer>>(tl::unexpected(error)))
                  : Landing());
}

}  // namespace virga::cache
