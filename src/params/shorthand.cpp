// SPDX-License-Identifier: Apache-2.0
#include "params/shorthand.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "params/paramfile.hpp"
#include "params/params.hpp"
#include "params/python_repr.hpp"

namespace virga::params {
namespace {

/// Python stops at about this depth too.
constexpr int k_max_depth = 400;
constexpr std::size_t k_none = std::string_view::npos;

constexpr bool is_key_character(char c) {
  return is_ascii_alnum(c) || c == '-' || c == '_' || c == '.' || c == '#' || c == '/' || c == ':';
}

constexpr bool is_between(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

// The characters of unquoted values, by where they stand. Beyond the Basic Multilingual Plane there
// are none: the AWS CLI's regular expressions end at U+FFFF.
constexpr bool is_start_character(char32_t c) {
  return c == '!' || is_between(c, '#', '&') || is_between(c, '(', '+') ||
         is_between(c, '-', '<') || is_between(c, '>', 'Z') || is_between(c, '\\', 'z') ||
         is_between(c, '|', 0xFFFF);
}

bool is_first_character(char32_t c) {
  return is_python_space(c) || c == '!' || is_between(c, '#', '&') || is_between(c, '(', '+') ||
         is_between(c, '-', '\\') || is_between(c, '^', '|') || is_between(c, '~', 0xFFFF);
}

bool is_second_character(char32_t c) {
  return is_python_space(c) || c == '!' || is_between(c, '#', '&') || is_between(c, '(', '+') ||
         is_between(c, '-', '<') || is_between(c, '>', 0xFFFF);
}

/// Where a quoted text that begins at `start` ends (after its closing quote), or k_none.
///
/// The AWS CLI matches '(?:\\'|[^'])*' (version 2 also takes \\ as a pair) and backtracks: a quote
/// after a backslash is part of the text if a later one can close it, and closes it otherwise.
/// ends[i] is what matching from i on gives.
std::size_t quoted_end(std::string_view text, std::size_t start, bool backslash_pairs) {
  const char quote = text[start];
  for (std::size_t i = start + 1; i < text.size(); ++i) {  // the usual case: no backtracking
    if (text[i] == quote) {
      return i + 1;
    }
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == quote || (backslash_pairs && next == '\\'))) {
      ++i;
    }
  }
  const std::string_view rest = text.substr(start + 1);
  std::vector<std::size_t> ends(rest.size() + 2, k_none);
  for (std::size_t i = rest.size(); i-- > 0;) {
    const char next = i + 1 < rest.size() ? rest[i + 1] : '\0';
    if (rest[i] == '\\' && (next == quote || (backslash_pairs && next == '\\'))) {
      ends[i] = ends[i + 2];
    }
    if (ends[i] == k_none) {
      ends[i] = rest[i] == quote ? start + 1 + i + 1 : ends[i + 1];
    }
  }
  return ends[0];
}

/// A recursive descent over the text. Methods return false after storing why.
class ShorthandReader {
 public:
  ShorthandReader(std::string_view text, const TextOptions& options)
      : text_(text), options_(options) {}

  Result<Value> read() {
    Map map;
    if (!read_parameter(map)) {
      return fail(take_error());
    }
    return Value(std::move(map));
  }

 private:
  /// What was expected where; made into a message only when nobody recovers from it.
  struct SyntaxError {
    std::string_view expected;
    bool is_pattern = false;
    std::size_t at = 0;
  };

  Error take_error() {
    if (error_) {
      return std::move(*error_);
    }
    std::string actual = "<none>";
    if (!syntax_.is_pattern) {
      std::size_t end = syntax_.at;
      if (end < text_.size()) {
        static_cast<void>(next_python_character(text_, end));
      }
      actual = syntax_.at < text_.size() ? std::string(text_.substr(syntax_.at, end - syntax_.at))
                                         : "EOF";
    }
    std::string message =
        concat("Expected: '", syntax_.expected, "', received: '", actual, "' for input:\n");
    // Version 1.45 forgot to format this line; whoever compares texts with it sees the braces.
    message += options_.v1 ? "{self._error_location()}" : location(syntax_.at);
    return usage(std::move(message));
  }

  static Error usage(std::string message) {
    return {ErrorCode::usage, std::move(message), std::nullopt, NetworkFailure::none};
  }

  /// The input with a ^ below the place, on a line of its own after the line in question.
  [[nodiscard]] std::string location(std::size_t at) const {
    at = std::min(at, text_.size());
    const std::size_t newline = at == 0 ? k_none : text_.rfind('\n', at - 1);
    const std::size_t line_start = newline == k_none ? 0 : newline + 1;
    const std::size_t line_end = std::min(text_.find('\n', at), text_.size());
    const std::string blanks(python_length(text_.substr(line_start, at - line_start)), ' ');
    return concat(text_.substr(0, line_end), "\n", blanks, "^", text_.substr(line_end));
  }

  bool set_syntax_error(std::string_view expected, bool is_pattern) {
    syntax_ = {expected, is_pattern, at_};
    return false;
  }

  bool set_error(Error error) {
    error_ = std::move(error);
    return false;
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  [[nodiscard]] bool is_at(char c) const { return !at_end() && text_[at_] == c; }

  void skip_space() {
    while (!at_end() && is_ascii_space(text_[at_])) {
      ++at_;
    }
  }

  bool expect(std::string_view c, bool with_space) {
    if (with_space) {
      skip_space();
    }
    if (!is_at(c.front())) {
      return set_syntax_error(c, false);
    }
    ++at_;
    if (with_space) {
      skip_space();
    }
    return true;
  }

  bool read_parameter(Map& out) {
    std::unordered_set<std::string> keys;
    std::size_t last_end = 0;
    for (;;) {
      std::string key;
      Value value;
      if (!read_key_value(key, value)) {
        return false;
      }
      if (!keys.insert(key).second) {
        return set_error(usage(
            concat("Second instance of key \"",
                   key,
                   "\" encountered for input:\n",
                   location(last_end + 1),
                   "\nThis is often because there is a preceding \",\" instead of a space.")));
      }
      out.append(std::move(key), std::move(value));
      last_end = at_;
      if (at_end()) {
        return true;
      }
      if (!expect(",", true)) {
        return false;
      }
    }
  }

  /// key "=" and key "@=", the latter with values that may be files.
  bool read_key(std::string& key) {
    const std::size_t start = at_;
    while (!at_end() && is_key_character(text_[at_])) {
      ++at_;
    }
    key = text_.substr(start, at_ - start);
    loads_files_ = expect("@", true);
    return expect("=", true);
  }

  bool read_key_value(std::string& key, Value& value) {
    if (!read_key(key)) {
      return false;
    }
    if (at_end()) {
      value = "";
      return true;
    }
    return is_at('[') || is_at('{') ? read_explicit(value, 0) : read_comma_values(value);
  }

  /// One value, or the values of a list: "a,b" in "k=a,b,l=c". What follows a comma is a value
  /// until a '=' shows that it was a key; then reading goes on from that comma.
  bool read_comma_values(Value& out) {
    if (!read_first(out)) {
      return false;
    }
    skip_space();
    if (!is_at(',')) {
      return true;
    }
    expect(",", true);
    List values;
    for (;;) {
      Value value;
      bool good = read_second(value);
      if (good) {
        skip_space();
        if (at_end()) {
          values.push_back(std::move(value));
          break;
        }
        good = expect(",", true);
      }
      if (!good) {
        if (error_ || at_end()) {
          return false;
        }
        at_ = text_.rfind(',', at_);
        break;
      }
      values.push_back(std::move(value));
    }
    if (!values.empty()) {
      values.insert(values.begin(), std::move(out));
      out = std::move(values);
    }
    return true;
  }

  bool read_explicit(Value& out, int depth) {
    if (depth > k_max_depth) {
      return set_error({ErrorCode::general,
                        "maximum recursion depth exceeded",
                        std::nullopt,
                        NetworkFailure::none});
    }
    if (is_at('[')) {
      return read_list(out, depth);
    }
    return is_at('{') ? read_hash(out, depth) : read_first(out);
  }

  /// After an element: a comma, or the end that the caller looks for.
  bool read_separator(char end) {
    skip_space();
    if (is_at(end)) {
      return true;
    }
    if (!expect(",", false)) {
      return false;
    }
    skip_space();
    return true;
  }

  bool read_list(Value& out, int depth) {
    expect("[", true);
    List values;
    while (!is_at(']')) {
      if (!read_explicit(values.emplace_back(), depth + 1) || !read_separator(']')) {
        return false;
      }
    }
    ++at_;
    out = std::move(values);
    return true;
  }

  bool read_hash(Value& out, int depth) {
    expect("{", true);
    Map map;
    while (!is_at('}')) {
      std::string key;
      Value value;
      if (!read_key(key) || !read_explicit(value, depth + 1) || !read_separator('}')) {
        return false;
      }
      map.set(key, std::move(value));
    }
    ++at_;
    out = std::move(map);
    return true;
  }

  bool read_first(Value& out) {
    if (is_at('\'') || is_at('"')) {
      return read_quoted(out);
    }
    const std::size_t start = at_;
    return skip_word(is_first_character) ? finish_word(start, out) : (out = "", true);
  }

  bool read_second(Value& out) {
    if (is_at('\'') || is_at('"')) {
      return read_quoted(out);
    }
    const std::size_t start = at_;
    return skip_word(is_second_character) ? finish_word(start, out)
                                          : set_syntax_error("<second>", true);
  }

  /// Moves over an unquoted value; false if there is none. \, is a comma in a value.
  bool skip_word(bool (*may_follow)(char32_t)) {
    bool any = false;
    while (!at_end()) {
      if (text_.substr(at_, 2) == "\\,") {
        at_ += 2;
      } else {
        std::size_t next = at_;
        const char32_t c = next_python_character(text_, next);
        if (any ? !may_follow(c) : !is_start_character(c)) {
          break;
        }
        at_ = next;
      }
      any = true;
    }
    return any;
  }

  bool finish_word(std::size_t start, Value& out) {
    const std::string word = replace_all(text_.substr(start, at_ - start), "\\,", ",");
    return resolve(std::string(python_rstrip(word)), out);
  }

  bool read_quoted(Value& out) {
    const char quote = text_[at_];
    const std::size_t end = quoted_end(text_, at_, !options_.v1);
    if (end == k_none) {
      return set_syntax_error(quote == '\'' ? "<singled quoted>" : "<double quoted>", true);
    }
    const auto inside = text_.substr(at_ + 1, end - at_ - 2);
    at_ = end;
    const char escaped[] = {'\\', quote};
    const std::string text =
        replace_all(inside, std::string_view(escaped, 2), std::string_view(&quote, 1));
    return resolve(replace_all(text, "\\\\", "\\"), out);
  }

  bool resolve(std::string text, Value& out) {
    if (loads_files_) {
      auto file = load_paramfile(text, options_);
      if (!file) {
        return set_error(std::move(file).error());
      }
      if (*file) {
        out = std::move(**file);
        return true;
      }
    }
    out = std::move(text);
    return true;
  }

  std::string_view text_;  // owner: the caller of parse_shorthand
  const TextOptions& options_;
  std::size_t at_ = 0;
  bool loads_files_ = false;
  SyntaxError syntax_;
  std::optional<Error> error_;
};

}  // namespace

Result<Value> parse_shorthand(std::string_view text, const TextOptions& options) {
  return ShorthandReader(text, options).read();
}

}  // namespace virga::params
