// SPDX-License-Identifier: Apache-2.0
#include "auth/signer.hpp"

#include <cstdio>

#include "auth/signers/sigv4.hpp"
#include "value/timestamp.hpp"

namespace virga::auth {
namespace {

class NoSigner final : public Signer {
 public:
  Status sign(http::Request& request, const SigningContext& context) override {
    static_cast<void>(request);
    static_cast<void>(context);
    return {};
  }
};

struct SignerRow {
  std::string_view name;
  std::unique_ptr<Signer> (*make)();
};

constexpr SignerRow k_signers[] = {
    {"v4", [] { return make_sigv4(PathStyle::normalized, PayloadStyle::generic); }},
    {"s3v4", [] { return make_sigv4(PathStyle::once, PayloadStyle::s3); }},
    {"none", [] { return std::unique_ptr<Signer>(std::make_unique<NoSigner>()); }},
    {"bearer", [] { return make_bearer(); }},
    {"v4-query", [] { return make_sigv4_query(PathStyle::normalized, PayloadStyle::generic); }},
    {"s3v4-query", [] { return make_sigv4_query(PathStyle::once, PayloadStyle::always_unsigned); }},
    {"v4-s3express", [] { return make_s3_express(); }},
    {"v4-s3express-query", [] { return make_s3_express_query(); }},
    {"v4a", [] { return make_sigv4a(PathStyle::normalized, PayloadStyle::generic); }},
    {"s3v4a", [] { return make_sigv4a(PathStyle::once, PayloadStyle::s3); }},
    {"v2", [] { return make_sigv2(); }},
    {"v3", [] { return make_sigv3(); }},
    {"v3https", [] { return make_sigv3(); }},
};

struct Calendar {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Calendar calendar_of(TimePoint point) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(point);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  return {std::chrono::year_month_day(day),
          std::chrono::hh_mm_ss<std::chrono::seconds>(seconds - day)};
}

}  // namespace

std::unique_ptr<Signer> make_signer(std::string_view signature_version) {
  for (const auto& row : k_signers) {
    if (row.name == signature_version) {
      return row.make();
    }
  }
  return nullptr;
}

std::string amz_date(TimePoint time) {
  const Calendar at = calendar_of(time);
  char buffer[64];
  const int size = std::snprintf(buffer,
                                 sizeof buffer,
                                 "%04d%02u%02uT%02d%02d%02dZ",
                                 static_cast<int>(at.date.year()),
                                 static_cast<unsigned>(at.date.month()),
                                 static_cast<unsigned>(at.date.day()),
                                 static_cast<int>(at.time.hours().count()),
                                 static_cast<int>(at.time.minutes().count()),
                                 static_cast<int>(at.time.seconds().count()));
  return std::string(buffer, static_cast<std::size_t>(size));
}

std::string http_date(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return format_rfc822(Moment{std::chrono::microseconds(seconds).count(), 0});
}

std::optional<std::chrono::microseconds> clock_skew(const http::Response& response, TimePoint now) {
  const std::string* date = response.headers.find("Date");
  const auto moment = date == nullptr ? std::nullopt : parse_timestamp(*date);
  // A number is a timestamp too: one that is thousands of years off is no clock's.
  constexpr std::int64_t k_furthest = 100'000'000'000'000'000;
  if (!moment || moment->microseconds < 0 || moment->microseconds > k_furthest) {
    return std::nullopt;
  }
  return std::chrono::microseconds(moment->microseconds) - now.time_since_epoch();
}

bool is_clock_skew_error(std::string_view code, std::chrono::microseconds skew) {
  for (const std::string_view certain :
       {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}) {
    if (code == certain) {
      return true;
    }
  }
  for (const std::string_view possible :
       {"InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"}) {
    if (code == possible) {
      return std::chrono::abs(skew) > std::chrono::minutes(4);
    }
  }
  return false;
}

}  // namespace virga::auth
