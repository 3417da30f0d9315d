// SPDX-License-Identifier: Apache-2.0
#include "params/yaml.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "params/python_numbers.hpp"

namespace virga::params {
namespace {

constexpr std::size_t k_most_values = 1'000'000;
constexpr std::string_view k_core = "tag:yaml.org,2002:";

tl::unexpected<Error> yaml_error(const YAML::Mark& mark, std::string_view what) {
  return fail(ErrorCode::validation,
              concat("line ", mark.line + 1, ", column ", mark.column + 1, ": ", what));
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool all(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// Digits of another base than ten, as in 0x1f; nothing if there are too many.
std::optional<Value> based_integer(std::string_view digits, int base, bool negative) {
  std::int64_t number = 0;
  for (const char c : digits) {
    const int digit = is_ascii_digit(c) ? c - '0' : ascii_lower(c) - 'a' + 10;
    if (__builtin_mul_overflow(number, base, &number) ||
        __builtin_add_overflow(number, digit, &number)) {
      return std::nullopt;
    }
  }
  return Value(negative ? -number : number);
}

std::optional<Value> plain_integer(std::string_view text) {
  const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  const auto unsigned_text = text.substr(has_sign ? 1 : 0);
  const auto digits = replace_all(unsigned_text, "_", "");
  const bool negative = has_sign && text.front() == '-';
  if (digits.starts_with("0x") &&
      all(std::string_view(digits).substr(2), "0123456789abcdefABCDEF")) {
    return based_integer(std::string_view(digits).substr(2), 16, negative);
  }
  if (digits.starts_with("0o") && all(std::string_view(digits).substr(2), "01234567")) {
    return based_integer(std::string_view(digits).substr(2), 8, negative);
  }
  if (!unsigned_text.starts_with('_') && all(digits, "0123456789")) {
    return read_python_int(concat(negative ? "-" : "", digits));
  }
  return std::nullopt;
}

std::optional<Value> plain_real(std::string_view text) {
  const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  const auto unsigned_text = text.substr(has_sign ? 1 : 0);
  if (is_one_of(unsigned_text, {".inf", ".Inf", ".INF"})) {
    return Value(text.front() == '-' ? -HUGE_VAL : HUGE_VAL);
  }
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) {
    return Value(std::nan(""));
  }
  if (!all(unsigned_text, "0123456789._eE+-") ||
      !(is_ascii_digit(unsigned_text.front()) || unsigned_text.front() == '.')) {
    return std::nullopt;
  }
  const auto number =
      parse_double(replace_all(text.front() == '+' ? unsigned_text : text, "_", ""));
  return number ? std::optional(Value(*number)) : std::nullopt;
}

/// A scalar without quotes and tag.
Value plain_scalar(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) {
    return {};
  }
  if (is_one_of(text, {"true", "True", "TRUE"})) {
    return true;
  }
  if (is_one_of(text, {"false", "False", "FALSE"})) {
    return false;
  }
  if (auto integer = plain_integer(text)) {
    return std::move(*integer);
  }
  if (auto real = plain_real(text)) {
    return std::move(*real);
  }
  return text;
}

std::size_t count_values(const Value& value) {
  std::size_t count = 1;
  if (const auto* list = value.as_list()) {
    for (const auto& item : *list) {
      count += count_values(item);
    }
  } else if (const auto* map = value.as_map()) {
    for (const auto& [key, item] : *map) {
      count += count_values(item);
    }
  }
  return count;
}

/// Builds the value from the parser's events. The first error counts; what follows is ignored.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      note(mark, "expected a single document");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, Value(), "");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      note(mark, "an alias of the value that it is part of");
      return;
    }
    values_ += found->second.count;
    if (values_ > k_most_values) {
      note(mark, "aliases unfold to too many values");
      return;
    }
    add(mark, 0, found->second.value, std::nullopt);
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& text) override {
    auto value = scalar(mark, tag, text);
    if (!value) {
      note(std::move(value).error());
      return;
    }
    is_merge_ = tag == "?" && text == "<<";
    add(mark, anchor, std::move(*value), text);
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, List());
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Map());
  }

  void OnMapEnd() override { close(); }

  Result<Value> take() { return error_ ? Result<Value>(fail(*error_)) : std::move(result_); }

  [[nodiscard]] bool failed() const { return error_.has_value(); }

 private:
  struct Open {
    Value value;
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
    std::optional<std::string> key = std::nullopt;  ///< of a map, waiting for its value
    bool key_is_merge = false;
    std::vector<Value> merged = {};
  };

  struct Anchored {
    Value value;
    std::size_t count = 0;
  };

  void note(const YAML::Mark& mark, std::string_view what) { note(yaml_error(mark, what).value()); }

  void note(Error error) {
    if (!error_) {
      error_ = std::move(error);
    }
  }

  static Result<Value> scalar(const YAML::Mark& mark,
                              const std::string& tag,
                              const std::string& text) {
    if (tag == "!" || tag == concat(k_core, "str")) {
      return Value(text);
    }
    if (tag == concat(k_core, "binary")) {
      auto bytes = base64_decode(text);
      return bytes ? Result<Value>(Blob{std::move(*bytes)}) : yaml_error(mark, "invalid base64");
    }
    for (const auto* name : {"null", "bool", "int", "float", "timestamp"}) {
      if (tag == concat(k_core, name)) {
        return plain_scalar(text);
      }
    }
    return tag.empty() || tag == "?" ? Result<Value>(plain_scalar(text))
                                     : yaml_error(mark, concat("unknown tag ", tag));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value value) {
    const auto* const own = value.is_map() ? "map" : "seq";
    if (!tag.empty() && tag != "?" && tag != "!" && tag != concat(k_core, own)) {
      note(mark, concat("unknown tag ", tag));
    }
    if (!open_.empty() && open_.back().value.is_map() && !open_.back().key) {
      note(mark, "a key must be a text");
    }
    open_.push_back({std::move(value), mark, anchor});
  }

  void close() {
    if (failed()) {
      return;
    }
    auto done = std::move(open_.back());
    open_.pop_back();
    if (auto* map = done.value.as_map()) {
      merge(*map, done.merged);
    }
    add(done.mark, done.anchor, std::move(done.value), std::nullopt);
  }

  /// Merge keys: keys of the map itself win over those of what it merges.
  static void merge(Map& map, const std::vector<Value>& merged) {
    for (const auto& source : merged) {
      for (const auto& [key, value] : *source.as_map()) {
        if (!map.contains(key)) {
          map.append(key, value);
        }
      }
    }
  }

  /// `text` is a scalar's, which as a key is taken as it is written.
  void add(const YAML::Mark& mark,
           YAML::anchor_t anchor,
           Value value,
           const std::optional<std::string>& text) {
    if (failed()) {
      return;
    }
    const bool is_merge = std::exchange(is_merge_, false);
    if (anchor != 0) {
      anchors_[anchor] = {value, count_values(value)};
    }
    if (open_.empty()) {
      result_ = std::move(value);
      return;
    }
    auto& parent = open_.back();
    if (auto* list = parent.value.as_list()) {
      list->push_back(std::move(value));
    } else if (!parent.key) {
      take_key(parent, mark, text ? *text : std::string(), text || value.is_string(), is_merge);
    } else if (parent.key_is_merge) {
      parent.key.reset();
      take_merged(parent, mark, std::move(value));
    } else {
      parent.value.as_map()->append(std::move(*parent.key), std::move(value));
      parent.key.reset();
    }
  }

  void take_key(
      Open& parent, const YAML::Mark& mark, std::string key, bool is_text, bool is_merge) {
    if (!is_text) {
      note(mark, "a key must be a text");
    } else if (parent.value.as_map()->contains(key)) {
      note(mark, concat("the key \"", key, "\" is there twice"));
    }
    parent.key = std::move(key);
    parent.key_is_merge = is_merge;
  }

  void take_merged(Open& parent, const YAML::Mark& mark, Value value) {
    List single;
    auto* list = value.as_list();
    if (list == nullptr) {
      single.push_back(std::move(value));
      list = &single;
    }
    for (auto& source : *list) {
      if (!source.is_map()) {
        note(mark, "only a map can be merged");
        return;
      }
      parent.merged.push_back(std::move(source));
    }
  }

  std::optional<Error> error_;
  Value result_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t values_ = 0;  // that came by aliases
  int documents_ = 0;
  bool is_merge_ = false;
};

}  // namespace

Result<Value> read_yaml(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Builder builder;
  try {
    YAML::Parser parser(stream);
    while (!builder.failed() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    return yaml_error(exception.mark, exception.msg);
  }
  return builder.take();
}

}  // namespace virga::params
