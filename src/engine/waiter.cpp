// SPDX-License-Identifier: Apache-2.0
#include "engine/waiter.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "model/names.hpp"

namespace virga::engine {
namespace {

using std::chrono::milliseconds;

// Where the model asks every 15 s, the first pause is 1 s, and seven questions more than the
// model's are asked until its pace is reached.
constexpr int k_first_pause_divisor = 16;
constexpr milliseconds k_shortest_first_pause{500};

milliseconds next_pause(milliseconds pause, milliseconds longest) {
  return std::min(pause + pause / 2, longest);
}

bool is_service_error(const Result<Page>& answer) {
  return !answer && answer.error().service.has_value();
}

/// Python's ==, as far as models ask for it.
bool equals(const Value& found, const Value& expected) {
  const auto number = [](const Value& value) -> std::optional<double> {
    if (const auto* integer = value.as_integer()) {
      return static_cast<double>(*integer);
    }
    const auto* real = value.as_number();
    return real == nullptr ? std::nullopt : std::optional(*real);
  };
  const auto a = number(found);
  const auto b = number(expected);
  return a && b ? *a == *b : found == expected;
}

std::string text_of(const Value& value) {
  if (const auto* string = value.as_string()) {
    return *string;
  }
  if (const auto* boolean = value.as_bool()) {
    return *boolean ? "True" : "False";
  }
  const auto* integer = value.as_integer();
  return integer == nullptr ? "None" : concat(*integer);
}

}  // namespace

Result<std::optional<Waiter>> Waiter::find(const model::Service& service,
                                           std::string_view command) {
  const auto waiters = service.waiters();
  for (std::uint32_t i = 0; i < waiters.size(); ++i) {
    if (model::operation_cli_name(waiters.key_at(i)) != command) {
      continue;
    }
    const auto document = waiters.at(i);
    const auto operation = service.find_operation(document.text("operation"));
    if (!operation) {
      return fail(ErrorCode::models,
                  concat("The models' waiter ", waiters.key_at(i), " names no operation."));
    }
    Waiter waiter(*operation);
    waiter.name_ = waiters.key_at(i);
    waiter.delay_ =
        std::chrono::seconds(std::max<std::int64_t>(document.find("delay").integer(), 0));
    waiter.max_attempts_ = std::max<std::int64_t>(document.find("maxAttempts").integer(), 1);
    const auto acceptors = document.find("acceptors");
    for (std::uint32_t k = 0; k < acceptors.size(); ++k) {
      VIRGA_TRY_ASSIGN(auto acceptor, read_acceptor(acceptors.at(k)));
      waiter.acceptors_.push_back(std::move(acceptor));
    }
    return std::optional(std::move(waiter));
  }
  return std::optional<Waiter>();
}

Result<Waiter::Acceptor> Waiter::read_acceptor(const model::Document& document) {
  constexpr std::pair<std::string_view, Matcher> k_matchers[] = {{"path", Matcher::path},
                                                                 {"pathAll", Matcher::path_all},
                                                                 {"pathAny", Matcher::path_any},
                                                                 {"status", Matcher::status},
                                                                 {"error", Matcher::error}};
  constexpr std::pair<std::string_view, State> k_states[] = {
      {"success", State::success}, {"retry", State::retry}, {"failure", State::failure}};
  const auto by_name = [&](const auto& rows, std::string_view key) {
    return std::find_if(std::begin(rows), std::end(rows), [&](const auto& row) {
      return row.first == document.text(key);
    });
  };
  const auto* const matcher = by_name(k_matchers, "matcher");
  const auto* const state = by_name(k_states, "state");
  if (matcher == std::end(k_matchers) || state == std::end(k_states)) {
    return fail(ErrorCode::models, concat("Unknown acceptor: ", document.text("matcher")));
  }
  Acceptor out;
  out.matcher = matcher->second;
  out.state = state->second;
  out.expected = document.find("expected").to_value();
  out.argument = document.text("argument");
  if (out.matcher != Matcher::status && out.matcher != Matcher::error) {
    VIRGA_TRY_ASSIGN(out.expression, query::Expression::compile(out.argument));
  }
  return out;
}

Result<bool> Waiter::Acceptor::accepts(const Result<Page>& answer) const {
  if (matcher == Matcher::status) {
    return equals(answer ? answer->http_status : answer.error().service->status, expected);
  }
  if (matcher == Matcher::error) {
    if (const auto* any = expected.as_bool()) {
      return *any != answer.has_value();
    }
    return !answer && answer.error().service->code == text_of(expected);
  }
  if (!answer) {
    return false;
  }
  VIRGA_TRY_ASSIGN(const Value found, expression->search(answer->output));
  if (matcher == Matcher::path) {
    return equals(found, expected);
  }
  const auto* list = found.as_list();
  if (list == nullptr || list->empty()) {
    return false;
  }
  const auto matches = [this](const Value& element) { return equals(element, expected); };
  return matcher == Matcher::path_all ? std::all_of(list->begin(), list->end(), matches)
                                      : std::any_of(list->begin(), list->end(), matches);
}

std::string Waiter::Acceptor::explanation() const {
  const auto wanted = text_of(expected);
  switch (matcher) {
    case Matcher::path:
      return concat("For expression \"", argument, "\" we matched expected path: \"", wanted, "\"");
    case Matcher::path_all:
      return concat(
          "For expression \"", argument, "\" all members matched expected path: \"", wanted, "\"");
    case Matcher::path_any:
      return concat("For expression \"",
                    argument,
                    "\" we matched expected path: \"",
                    wanted,
                    "\" at least once");
    case Matcher::status:
      return concat("Matched expected HTTP status code: ", wanted);
    case Matcher::error:
      break;
  }
  return concat("Matched expected service error code: ", wanted);
}

tl::unexpected<Error> Waiter::failure(std::string_view reason) const {
  return fail(ErrorCode::general, concat("Waiter ", name_, " failed: ", reason));
}

Status Waiter::wait(Caller& caller, Call call, const WaitPace& pace, Clock& clock) const {
  call.bypass_cache = true;
  const bool by_model = pace.as_model && !pace.delay && !pace.timeout;
  const auto longest = pace.delay.value_or(delay_);
  auto pause =
      pace.delay || by_model
          ? longest
          : std::min(longest, std::max(longest / k_first_pause_divisor, k_shortest_first_pause));
  const auto end = clock.steady_now() + pace.timeout.value_or(delay_ * (max_attempts_ - 1));
  const Acceptor* last_match = nullptr;
  for (std::int64_t attempt = 1;; ++attempt) {
    const auto answer = caller.call(call);
    if (!answer && !is_service_error(answer)) {
      return fail(answer.error());
    }
    const Acceptor* match = nullptr;
    for (const auto& acceptor : acceptors_) {
      VIRGA_TRY_ASSIGN(const bool accepted, acceptor.accepts(answer));
      if (accepted) {
        match = last_match = &acceptor;
        break;
      }
    }
    if (match == nullptr && !answer) {
      const auto& said = *answer.error().service;
      return failure(concat("An error occurred (", said.code, "): ", said.message));
    }
    if (match != nullptr && match->state == State::success) {
      return {};
    }
    if (match != nullptr && match->state == State::failure) {
      return failure(concat("Waiter encountered a terminal failure state: ", match->explanation()));
    }
    const auto now = clock.steady_now();
    if (by_model ? attempt >= max_attempts_ : now >= end) {
      // botocore explains the acceptor that it looked at last, whether it matched or not.
      const auto& shown = match != nullptr ? *match : acceptors_.back();
      const std::string_view what = pace.timeout ? "Timeout exceeded" : "Max attempts exceeded";
      return failure(last_match == nullptr
                         ? std::string(what)
                         : concat(what, ". Previously accepted state: ", shown.explanation()));
    }
    const auto left = std::chrono::ceil<milliseconds>(end - now);
    if (!clock.sleep(by_model ? pause : std::min(pause, left))) {
      return fail(ErrorCode::interrupted, "Interrupted.");
    }
    pause = next_pause(pause, longest);
  }
}

std::vector<std::string> waiter_commands(const model::Service& service) {
  const auto waiters = service.waiters();
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < waiters.size(); ++i) {
    names.push_back(waiters.key_at(i));
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> commands;
  for (const auto name : names) {
    commands.push_back(model::operation_cli_name(name));
  }
  return commands;
}

}  // namespace virga::engine
