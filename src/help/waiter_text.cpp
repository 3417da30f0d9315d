// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "base/strings.hpp"
#include "help/page.hpp"
#include "help/sections.hpp"
#include "model/names.hpp"
#include "value/json_write.hpp"

namespace virga::help {
namespace {

std::string expected_text(const model::Document& acceptor) {
  const auto expected = acceptor.find("expected");
  return expected.is_string() ? std::string(expected.text()) : to_json(expected.to_value());
}

/// What an answer is like that this acceptor takes.
std::string condition(const model::Document& acceptor) {
  const auto matcher = acceptor.text("matcher");
  const auto expected = expected_text(acceptor);
  if (matcher == "status") {
    return concat("the HTTP status is ", expected);
  }
  if (matcher == "error") {
    const bool named = acceptor.find("expected").is_string();
    return named ? concat("the error is `", expected, "`")
                 : concat("there is ", acceptor.find("expected").boolean() ? "an" : "no", " error");
  }
  const auto path = concat("`", acceptor.text("argument"), "`");
  if (matcher == "pathAll") {
    return concat("all of ", path, " are `", expected, "`");
  }
  return matcher == "pathAny" ? concat("any of ", path, " is `", expected, "`")
                              : concat(path, " is `", expected, "`");
}

}  // namespace

std::optional<model::Document> find_waiter(const model::Service& service,
                                           std::string_view command) {
  const auto waiters = service.waiters();
  for (std::uint32_t i = 0; i < waiters.size(); ++i) {
    if (model::operation_cli_name(waiters.key_at(i)) == command) {
      return waiters.at(i);
    }
  }
  return std::nullopt;
}

std::string waiter_summary(const model::Document& waiter) {
  std::string conditions;
  const auto acceptors = waiter.find("acceptors");
  for (std::uint32_t i = 0; i < acceptors.size(); ++i) {
    if (acceptors.at(i).text("state") == "success") {
      append(conditions, conditions.empty() ? "" : ", or ", condition(acceptors.at(i)));
    }
  }
  return concat(
      "Asks `", model::operation_cli_name(waiter.text("operation")), "` until ", conditions, ".");
}

void add_waiter_text(const model::Document& waiter, Layout& layout) {
  set_inline(waiter_summary(waiter), layout);
  layout.end_paragraph();
  const auto delay = waiter.find("delay").integer();
  const auto attempts = waiter.find("maxAttempts").integer();
  set_inline(concat("The first questions follow each other quickly, later ones every ",
                    delay,
                    " seconds. After ",
                    delay * attempts,
                    " seconds without success, or when success has become impossible, the exit "
                    "status is 255. Called as `aws`, or with `--compat`, it asks ",
                    attempts,
                    " times, every ",
                    delay,
                    " seconds."),
             layout);
  layout.end_paragraph();
}

std::string waiters_page(const model::Service& service,
                         std::string_view service_command,
                         const LayoutOptions& options) {
  Layout layout(options);
  add_name(concat("virga ", service_command, " wait"), layout);
  layout.heading("DESCRIPTION");
  layout.text("Waits until a condition is met.");
  layout.end_paragraph();
  layout.heading("COMMANDS");
  std::map<std::string, std::string> conditions;
  const auto waiters = service.waiters();
  for (std::uint32_t i = 0; i < waiters.size(); ++i) {
    conditions.emplace(model::operation_cli_name(waiters.key_at(i)), waiter_summary(waiters.at(i)));
  }
  for (const auto& [name, summary] : conditions) {
    layout.text(name, Style::bold);
    layout.indent(k_text_indent);
    set_inline(summary, layout);
    layout.dedent(k_text_indent);
  }
  return layout.finish();
}

}  // namespace virga::help
