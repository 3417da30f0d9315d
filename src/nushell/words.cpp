// SPDX-License-Identifier: Apache-2.0
#include "nushell/words.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "model/names.hpp"

namespace virga::nushell {
namespace {

// Flags of the plugin that are no options of the AWS CLI.
constexpr std::string_view k_own_flags[] = {"pages", "mock"};

bool is_flag(std::string_view word) { return word.size() > 2 && word.starts_with("--"); }

/// Whether `part` stands in `text` with no letter, digit or dash at either side.
bool stands_in(std::string_view text, std::string_view part) {
  const auto joins = [](char c) { return is_ascii_alnum(c) || c == '-' || c == '_'; };
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    const auto end = at + part.size();
    if ((at == 0 || !joins(text[at - 1])) && (end == text.size() || !joins(text[end]))) {
      return true;
    }
  }
  return false;
}

}  // namespace

void Words::add(std::string text, Span span) {
  texts_.push_back(std::move(text));
  spans_.push_back(span);
}

Result<Words> Words::of(const RunRequest& request, Span& at) {
  Words out;
  out.wants_pages_ = request.is_on("pages");
  for (const auto& flag : request.named) {
    if (std::find(std::begin(k_own_flags), std::end(k_own_flags), flag.name) !=
        std::end(k_own_flags)) {
      continue;
    }
    at = flag.span;
    if (!flag.value) {
      out.add(concat("--", flag.name), flag.span);
      continue;
    }
    VIRGA_TRY_ASSIGN(const auto nu, read_nu_value(*flag.value));
    at = nu.span;
    if (nu.kind_view == "Bool") {
      if (*nu.payload->as_bool()) {
        out.add(concat("--", flag.name), flag.span);
      }
    } else if (nu.kind_view != "Nothing") {
      VIRGA_TRY_ASSIGN(auto word, word_of(*flag.value, at));
      out.add(concat("--", flag.name), flag.span);
      out.add(std::move(word), nu.span);
    }
  }
  out.first_own_ = out.texts_.size();
  for (const auto& tree : request.positional) {
    VIRGA_TRY_ASSIGN(const auto nu, read_nu_value(tree));
    at = nu.span;
    if (nu.kind_view == "Nothing") {
      if (out.texts_.size() > out.first_own_ && is_flag(out.texts_.back())) {
        out.texts_.pop_back();
        out.spans_.pop_back();
      }
      continue;
    }
    VIRGA_TRY_ASSIGN(auto word, word_of(tree, at));
    if (word == "--pages") {  // behind a wrapper of the user's, flags are words
      out.wants_pages_ = true;
      continue;
    }
    out.add(std::move(word), nu.span);
  }
  return out;
}

std::string Words::service() const {
  for (std::size_t i = first_own_; i < texts_.size(); ++i) {
    if (!is_flag(texts_[i])) {
      return texts_[i];
    }
  }
  return {};
}

bool Words::asks_for_help() const {
  return texts_.size() == first_own_ ||
         std::find(texts_.begin(), texts_.end(), "--help") != texts_.end();
}

Span Words::place_of(std::string_view message, Span otherwise) const {
  Span best = otherwise;
  std::size_t best_length = 0;
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const std::string& word = texts_[i];
    const bool has_value = is_flag(word) && i + 1 < texts_.size() && !is_flag(texts_[i + 1]);
    std::string member;  // QueueUrl for --queue-url
    if (is_flag(word)) {
      for (const auto part : split(std::string_view(word).substr(2), '-')) {
        member += part.empty() ? "" : std::string(1, ascii_upper(part.front()));
        member += part.substr(part.empty() ? 0 : 1);
      }
    }
    const bool is_named =
        stands_in(message, word) || (!member.empty() && stands_in(message, member));
    if (is_named && word.size() > best_length) {
      best_length = word.size();
      best = spans_[has_value && message.find("Unknown options") == std::string_view::npos ? i + 1
                                                                                           : i];
    }
  }
  return best;
}

}  // namespace virga::nushell
