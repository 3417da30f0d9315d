// SPDX-License-Identifier: Apache-2.0
#include "cache/key.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::cache {
namespace {

/// Random requests; other spellings of them that mean the same; and changes that do not.
class Requests {
 public:
  explicit Requests(std::uint32_t seed) : random_(seed) {}

  Question question() {
    Question out;
    out.service = text();
    out.operation = text();
    out.identity = text();
    out.region = text();
    out.endpoint = text();
    out.models = text();
    out.params = map(3);
    return out;
  }

  Value respelled(const Value& value) {
    if (const auto* members = value.as_map()) {
      Map out;
      for (const auto& [name, member] : *members) {
        out.append(name, respelled(member));
      }
      std::shuffle(out.entries().begin(), out.entries().end(), random_);
      if (below(3) == 0) {
        out.append("absent", nullptr);
      }
      return out;
    }
    if (const auto* elements = value.as_list()) {
      List out;
      for (const auto& element : *elements) {
        out.push_back(respelled(element));
      }
      return out;
    }
    if (const auto* integer = value.as_integer(); integer != nullptr && below(2) == 0) {
      return static_cast<double>(*integer);  // all of them are exact
    }
    if (const auto* time = value.as_timestamp()) {
      return respelled(parse_timestamp(*time).value());
    }
    return value;
  }

  /// Something else in exactly one place, or null if there is none below this value.
  Value changed(const Value& value) {
    if (const auto* members = value.as_map()) {
      Map out = *members;
      if (out.empty() || below(4) == 0) {
        out.append(concat("new", below(1000)), leaf());
      } else if (below(4) == 0) {
        out.erase(out.entries()[below(out.size())].first);
      } else if (below(4) == 0) {
        out.entries()[below(out.size())].first += "x";
      } else {
        auto& member = out.entries()[below(out.size())].second;
        member = changed(member);
      }
      return out;
    }
    if (const auto* elements = value.as_list()) {
      List out = *elements;
      if (out.empty() || below(3) == 0) {
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(below(out.size() + 1)), leaf());
      } else if (below(3) == 0) {
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(below(out.size())));
      } else {
        auto& element = out[below(out.size())];
        element = changed(element);
      }
      return out;
    }
    return changed_leaf(value);
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }

  /// Short, and of few letters, so that texts that run together look alike.
  std::string text() {
    std::string out(below(4), 'a');
    for (char& c : out) {
      c = "ab\0\x01"[below(4)];
    }
    return out;
  }

 private:
  Value changed_leaf(const Value& value) {
    if (const auto* text = value.as_string()) {
      // The same bytes as another kind, or one byte more.
      return below(2) == 0 ? Value(Blob{*text}) : Value(*text + "a");
    }
    if (const auto* blob = value.as_blob()) {
      return below(2) == 0 ? Value(blob->bytes) : Value(Blob{blob->bytes + "a"});
    }
    if (const auto* integer = value.as_integer()) {
      switch (below(3)) {
        case 0:
          return *integer + 1;
        case 1:
          return std::to_string(*integer);
        default:
          return static_cast<double>(*integer) + 0.5;
      }
    }
    if (const auto* number = value.as_number()) {
      return *number + 1;
    }
    if (const auto* flag = value.as_bool()) {
      return !*flag;
    }
    if (const auto* time = value.as_timestamp()) {
      auto moment = parse_timestamp(*time).value();
      moment.microseconds += 1;
      return below(2) == 0 ? respelled(moment) : Value(time->wire);
    }
    return 0;
  }

  Value respelled(Moment moment) {
    switch (below(4)) {
      case 0:
        return Timestamp{format_epoch(moment), true};
      case 1: {
        constexpr std::int64_t k_hour = 3'600'000'000;
        const std::string text = format_iso8601({moment.microseconds + 2 * k_hour, 0});
        return Timestamp{concat(text.substr(0, text.size() - 1), "+02:00"), false};
      }
      case 2:
        return Timestamp{replace_all(format_iso8601(moment), "T", " "), false};
      default:
        return Timestamp{format_iso8601(moment), false};
    }
  }

  Value leaf() {
    switch (below(6)) {
      case 0:
        return text();
      case 1:
        return Blob{text()};
      case 2:
        return static_cast<std::int64_t>(below(3)) - 1;
      case 3:
        return static_cast<double>(below(3)) + 0.25;
      case 4:
        return below(2) == 0;
      default:
        return respelled(Moment{1'600'000'000'000'000 + static_cast<std::int64_t>(below(3)), 0});
    }
  }

  Value value(int depth) {
    switch (depth == 0 ? 2 : below(4)) {
      case 0:
        return map(depth - 1);
      case 1: {
        List out(below(4));
        std::generate(out.begin(), out.end(), [&] { return value(depth - 1); });
        return out;
      }
      default:
        return leaf();
    }
  }

  Value map(int depth) {
    Map out;
    for (std::size_t i = below(4); i > 0; --i) {
      out.set(concat(text(), i), value(depth));
    }
    return out;
  }

  std::mt19937 random_;
};

TEST(Key, EqualRequestsHaveEqualKeys) {
  Requests requests(1);
  for (int i = 0; i < 20'000; ++i) {
    const Question question = requests.question();
    Question other = question;
    other.params = requests.respelled(question.params);
    other.account = "anything";
    ASSERT_EQ(make_key(question), make_key(other)) << to_json(question.params) << "\n"
                                                   << to_json(other.params);
  }
}

TEST(Key, DifferentRequestsHaveDifferentKeys) {
  Requests requests(2);
  for (int i = 0; i < 20'000; ++i) {
    const Question question = requests.question();
    Question other = question;
    other.params = requests.changed(question.params);
    ASSERT_NE(make_key(question), make_key(other)) << to_json(question.params) << "\n"
                                                   << to_json(other.params);
  }
}

TEST(Key, TextsDoNotRunTogether) {
  Requests requests(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto parts = [](Question& question) {
      return std::array{&question.service,
                        &question.operation,
                        &question.identity,
                        &question.region,
                        &question.endpoint,
                        &question.models};
    };
    Question question = requests.question();
    Question other = question;
    const auto texts = parts(other);
    const auto at = requests.below(texts.size() - 1);
    // The border between two neighbours moves.
    if (texts[at]->empty()) {
      texts[at]->push_back('a');
    } else {
      texts[at + 1]->insert(0, 1, texts[at]->back());
      texts[at]->pop_back();
    }
    ASSERT_NE(make_key(question), make_key(other));
  }
}

TEST(Key, ManyDifferentRequestsHaveAsManyKeys) {
  std::set<std::string> keys;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    Question question;
    question.params.as_map()->append("Id", i);
    keys.insert(make_key(question).hex());
  }
  EXPECT_EQ(keys.size(), 20'000U);
}

TEST(Key, IsTheOneOfTheDescribedForm) {
  // SHA-256 of the bytes that docs/formats/cache-entry.md describes, made by another program.
  Question question;
  question.service = "ec2";
  question.operation = "DescribeInstances";
  question.identity = "key AKIDEXAMPLE";
  question.region = "eu-west-1";
  question.models = "1";
  question.params.as_map()->append("MaxResults", 5);
  question.params.as_map()->append("Ids", List{"i-1", true});
  EXPECT_EQ(make_key(question).hex(),
            "c3d76e119c6d6b599de6e58cb85163fd42852e30912940a8447dd19860a8bee2");
}

}  // namespace
}  // namespace virga::cache
