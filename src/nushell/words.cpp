// SPDX-License-Identifier: Apache-2.0
#include "nushell/words.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "model/names.hpp"
#include "nushell/host.hpp"

namespace virga::nushell {
namespace {

// Flags of the plugin that are no options of the AWS CLI.
constexpr std::string_view k_own_flags[] = {"pages", "mock"};

/// The switches that "virga aws" declares.
bool is_switch(std::string_view name) {
  static const std::vector<ArgumentRow> k_flags = aws_command().signature.flags;
  return std::any_of(k_flags.begin(), k_flags.end(), [&](const ArgumentRow& flag) {
    return flag.shape.empty() && flag.name == name;
  });
}

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

/// How far the first word may stand behind the command's name for both to be of one line: blanks
/// fit in, the rest of a wrapper's source ("...$args }") does not.
constexpr std::int64_t k_most_blanks = 9;

/// The words of a service's code in lower case: queue, does, not, exist.
std::vector<std::string> words_of_code(std::string_view code) {
  std::vector<std::string> out;
  bool joins = false;
  for (const char c : code) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_word = is_ascii_alnum(c);
    if (is_word && (is_upper || !joins)) {
      out.emplace_back();
    }
    if (is_word) {
      out.back() += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    joins = is_word;
  }
  return out;
}

/// Whether a code says that something that was named is not there or not right.
bool blames_a_name(std::string_view code) {
  constexpr std::string_view k_marks[] = {
      "NoSuch", "NotFound", "NotExist", "NonExistent", "Invalid", "Malformed"};
  return std::any_of(std::begin(k_marks), std::end(k_marks), [&](std::string_view mark) {
    return code.find(mark) != std::string_view::npos;
  });
}

/// Whether a tree of Nushell's has binary data; true also where a member is only called so.
bool holds_binary(const Value& tree) {
  if (const auto* list = tree.as_list()) {
    return std::any_of(list->begin(), list->end(), holds_binary);
  }
  const auto* map = tree.as_map();
  return map != nullptr && std::any_of(map->begin(), map->end(), [](const auto& member) {
           return member.first == "Binary" || holds_binary(member.second);
         });
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
    out.has_binary_ = out.has_binary_ || holds_binary(tree);
    if (nu.kind_view == "Nothing") {
      if (out.texts_.size() > out.first_own_ && is_flag(out.texts_.back())) {
        out.texts_.pop_back();
        out.spans_.pop_back();
      }
      continue;
    }
    const bool is_value = out.texts_.size() > out.first_own_ && is_flag(out.texts_.back()) &&
                          out.texts_.back().find('=') == std::string::npos &&
                          !is_switch(std::string_view(out.texts_.back()).substr(2));
    VIRGA_TRY_ASSIGN(auto word, word_of(tree, at, is_value ? out.texts_.back() : std::string()));
    if (is_value && nu.kind_view == "String" && word.size() > 1 && word.front() == '-' &&
        !is_flag(word)) {
      // The AWS CLI would take it for an option; there is none with one dash.
      append(out.texts_.back(), '=', word);
      out.spans_.back() = nu.span;
      continue;
    }
    // Behind a wrapper of the user's, flags are words.
    const auto equals = word.find('=');
    if (equals != std::string::npos && is_flag(word) &&
        is_switch(std::string_view(word).substr(2, equals - 2))) {
      const auto value = std::string_view(word).substr(equals + 1);
      if (value == "false") {
        continue;
      }
      if (value == "true") {
        word.resize(equals);
      }
    }
    if (word == "--pages") {
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
  if (texts_.size() == first_own_) {
    return true;
  }
  // Behind an option it is that one's value.
  const auto* const before = texts_.size() > first_own_ + 1 ? &texts_[texts_.size() - 2] : nullptr;
  return texts_.back() == "--help" &&
         (before == nullptr || !is_flag(*before) || is_switch(std::string_view(*before).substr(2)));
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

Span Words::home(Span head) const {
  const auto first = std::min_element(
      spans_.begin(), spans_.end(), [](Span a, Span b) { return a.start < b.start; });
  if (first == spans_.end() ||
      (first->start >= head.end && first->start - head.end <= k_most_blanks)) {
    return head;
  }
  // The command's name is a wrapper's: the user's own first word says more.
  return first_own_ < spans_.size() ? spans_[first_own_] : *first;
}

Span Words::place_of(const Error& error, Span head) const {
  const Span otherwise = home(head);
  if (!error.service) {
    return place_of(error.message, otherwise);
  }
  const std::string& code = error.service->code;
  const std::string& message = error.service->message;
  const auto blamed = blames_a_name(code) ? words_of_code(code) : std::vector<std::string>();
  Span best = otherwise;
  std::size_t best_length = 0;
  for (std::size_t i = 0; i + 1 < texts_.size(); ++i) {
    if (!is_flag(texts_[i]) || is_flag(texts_[i + 1])) {
      continue;
    }
    const std::string_view name = std::string_view(texts_[i]).substr(2);
    const auto noun = name.substr(0, name.find('-'));  // queue of --queue-url
    const std::string& value = texts_[i + 1];
    // Shorter values are words of any sentence.
    constexpr std::size_t k_least = 3;
    const bool is_quoted = value.size() >= k_least && stands_in(message, value);
    if (is_quoted && value.size() > best_length) {
      best_length = value.size();
      best = spans_[i + 1];
    } else if (best_length == 0 && best == otherwise &&
               std::find(blamed.begin(), blamed.end(), noun) != blamed.end()) {
      best = spans_[i + 1];
    }
  }
  return best;
}

}  // namespace virga::nushell
