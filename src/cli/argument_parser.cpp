// SPDX-License-Identifier: Apache-2.0
#include "cli/argument_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "params/close_matches.hpp"
#include "params/python_numbers.hpp"
#include "params/python_repr.hpp"

namespace virga::cli {
namespace {

/// Words that look like an option but are a number: -5, -.5, -1.25.
bool is_negative_number(std::string_view word) {
  word.remove_prefix(1);
  const auto point = word.find('.');
  const auto all_digits = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_ascii_digit);
  };
  if (point == std::string_view::npos) {
    return !word.empty() && all_digits(word);
  }
  return all_digits(word.substr(0, point)) && point + 1 < word.size() &&
         all_digits(word.substr(point + 1));
}

std::string display_name(const ParserArgument& argument) {
  return argument.positional ? std::string(argument.name) : concat("--", argument.name);
}

tl::unexpected<Error> argument_error(const ParserArgument& argument, std::string_view what) {
  return fail(ErrorCode::usage, concat("argument ", display_name(argument), ": ", what));
}

Status check_word(const ParserArgument& argument, const std::string& word) {
  if (argument.type == TextType::integer && !params::read_python_int(word)) {
    return argument_error(
        argument, concat("invalid int value: ", params::python_repr(std::string_view(word))));
  }
  if (argument.type == TextType::real && !params::read_python_float(word)) {
    return argument_error(
        argument, concat("invalid float value: ", params::python_repr(std::string_view(word))));
  }
  const auto& choices = argument.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), word) == choices.end()) {
    return argument_error(
        argument, invalid_choice(word, std::vector<std::string>(choices.begin(), choices.end())));
  }
  return {};
}

}  // namespace

/// One pass over the words.
class ArgumentParser::Run {
 public:
  Run(const std::vector<ParserArgument>& arguments, std::span<const std::string> words)
      : arguments_(arguments), words_(words), seen_(arguments.size(), false) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i].positional) {
        positionals_.push_back(i);
      }
    }
  }

  Result<ParserOutcome> go() {
    VIRGA_TRY(classify());
    std::size_t at = 0;
    while (const auto next = next_option(at)) {
      if (at != *next) {
        VIRGA_TRY_ASSIGN(const auto end, take_positionals(at));
        if (end > at) {
          at = end;
          continue;
        }
        leave(at, *next);
        at = *next;
      }
      VIRGA_TRY_ASSIGN(at, take_option(at));
      if (outcome_.stopped) {
        return std::move(outcome_);
      }
    }
    VIRGA_TRY_ASSIGN(const auto end, take_positionals(at));
    leave(end, words_.size());
    VIRGA_TRY(check_required());
    return std::move(outcome_);
  }

 private:
  /// A word that is an option: which one (none: unknown) and the text after '='.
  struct Option {
    std::optional<std::size_t> argument;
    std::optional<std::string> text;
  };

  enum class Kind : std::uint8_t { word, option, separator };

  Status classify() {
    bool only_words = false;
    for (const auto& word : words_) {
      options_.emplace_back();
      if (only_words) {
        kinds_.push_back(Kind::word);
      } else if (word == "--") {
        kinds_.push_back(Kind::separator);
        only_words = true;
      } else {
        VIRGA_TRY_ASSIGN(const bool is_option, read_option(word, options_.back()));
        kinds_.push_back(is_option ? Kind::option : Kind::word);
      }
    }
    return {};
  }

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (!arguments_[i].positional && arguments_[i].name == name) {
        return i;
      }
    }
    return std::nullopt;
  }

  Result<bool> read_option(const std::string& word, Option& option) const {
    if (word.size() < 2 || word.front() != '-') {
      return false;
    }
    const bool is_long = word[1] == '-';
    if (is_long) {
      const auto equals = word.find('=');
      option.argument = find(std::string_view(word).substr(2));
      if (option.argument) {
        return true;
      }
      const auto name = std::string_view(word).substr(0, equals).substr(2);
      if (equals != std::string::npos) {
        option.text = word.substr(equals + 1);
      }
      option.argument = find(name);
      if (option.argument) {
        return true;
      }
      VIRGA_TRY(find_abbreviated(word, name, option));
      if (option.argument) {
        return true;
      }
      option.text.reset();
    }
    if (is_negative_number(word) || word.find(' ') != std::string::npos) {
      return false;
    }
    return true;
  }

  Status find_abbreviated(const std::string& word, std::string_view prefix, Option& option) const {
    std::string matches;
    std::size_t count = 0;
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      const auto& argument = arguments_[i];
      if (!argument.positional && !argument.exact && argument.name.starts_with(prefix)) {
        option.argument = i;
        append(matches, count++ == 0 ? "" : ", ", "--", argument.name);
      }
    }
    if (count > 1) {
      return fail(ErrorCode::usage, concat("ambiguous option: ", word, " could match ", matches));
    }
    return {};
  }

  [[nodiscard]] std::optional<std::size_t> next_option(std::size_t from) const {
    for (std::size_t i = from; i < kinds_.size(); ++i) {
      if (kinds_[i] == Kind::option) {
        return i;
      }
    }
    return std::nullopt;
  }

  void leave(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      outcome_.remaining.push_back(words_[i]);
    }
  }

  void skip_separators(std::size_t& at) const {
    while (at < kinds_.size() && kinds_[at] == Kind::separator) {
      ++at;
    }
  }

  /// The end of the words that a positional argument takes, or nothing if it cannot be satisfied.
  [[nodiscard]] std::optional<std::size_t> positional_end(const ParserArgument& argument,
                                                          std::size_t at) const {
    skip_separators(at);
    if (at < kinds_.size() && kinds_[at] == Kind::word) {
      ++at;
      skip_separators(at);
      return at;
    }
    return argument.arity == Arity::one ? std::nullopt : std::optional(at);
  }

  Result<std::size_t> take_positionals(std::size_t at) {
    while (!positionals_.empty()) {
      const auto index = positionals_.front();
      const auto end = positional_end(arguments_[index], at);
      if (!end) {
        break;
      }
      std::vector<std::string> words(words_.begin() + static_cast<std::ptrdiff_t>(at),
                                     words_.begin() + static_cast<std::ptrdiff_t>(*end));
      if (const auto dashes = std::find(words.begin(), words.end(), "--"); dashes != words.end()) {
        words.erase(dashes);
      }
      if (!words.empty()) {
        VIRGA_TRY(add(index, std::move(words)));
      }
      seen_[index] = true;
      positionals_.erase(positionals_.begin());
      at = *end;
    }
    return at;
  }

  Result<std::size_t> take_option(std::size_t at) {
    const auto& option = options_[at];
    if (!option.argument) {
      outcome_.remaining.push_back(words_[at]);
      return at + 1;
    }
    const auto& argument = arguments_[*option.argument];
    if (option.text) {
      if (argument.arity == Arity::flag) {
        return argument_error(argument,
                              concat("ignored explicit argument ",
                                     params::python_repr(std::string_view(*option.text))));
      }
      VIRGA_TRY(add(*option.argument, {*option.text}));
      return at + 1;
    }
    const auto start = at + 1;
    auto end = start;
    const bool takes_many =
        argument.arity == Arity::any_number || argument.arity == Arity::at_least_one;
    const std::size_t most = argument.arity == Arity::flag ? 0 : takes_many ? words_.size() : 1;
    while (end < kinds_.size() && end - start < most && kinds_[end] == Kind::word) {
      ++end;
    }
    if (end == start && argument.arity == Arity::one) {
      return argument_error(argument, "expected one argument");
    }
    if (end == start && argument.arity == Arity::at_least_one) {
      return argument_error(argument, "expected at least one argument");
    }
    VIRGA_TRY(add(*option.argument,
                  std::vector<std::string>(words_.begin() + static_cast<std::ptrdiff_t>(start),
                                           words_.begin() + static_cast<std::ptrdiff_t>(end))));
    outcome_.stopped = argument.stops;
    return end;
  }

  Status add(std::size_t index, std::vector<std::string> words) {
    for (const auto& word : words) {
      VIRGA_TRY(check_word(arguments_[index], word));
    }
    seen_[index] = true;
    outcome_.occurrences.push_back({index, std::move(words)});
    return {};
  }

  [[nodiscard]] Status check_required() const {
    std::string missing;
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i].required && !seen_[i]) {
        append(missing, missing.empty() ? "" : ", ", display_name(arguments_[i]));
      }
    }
    if (!missing.empty()) {
      return fail(ErrorCode::usage, concat("the following arguments are required: ", missing));
    }
    return {};
  }

  const std::vector<ParserArgument>& arguments_;
  std::span<const std::string> words_;
  std::vector<Option> options_;  // one for each word
  std::vector<Kind> kinds_;
  std::vector<std::size_t> positionals_;  // those still to come
  std::vector<bool> seen_;
  ParserOutcome outcome_;
};

Result<ParserOutcome> ArgumentParser::parse(std::span<const std::string> words) const {
  return Run(arguments_, words).go();
}

std::string invalid_choice(std::string_view value, const std::vector<std::string>& choices) {
  constexpr std::size_t k_column = 40;
  std::string out = "Invalid choice, valid choices are:\n";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    out += i % 2 == 0 ? "\n" : " | ";
    out += choices[i];
    out.append(choices[i].size() < k_column ? k_column - choices[i].size() : 0, ' ');
  }
  const auto matches = params::suggest(value, choices);
  if (!matches.empty()) {
    append(out, "\n\n\nInvalid choice: ", params::python_repr(value), ", maybe you meant:\n");
    for (const auto& match : matches) {
      append(out, "\n  * ", match);
    }
  }
  return out;
}

}  // namespace virga::cli
