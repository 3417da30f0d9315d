// SPDX-License-Identifier: Apache-2.0
#include "nushell/complete_command.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "support/tiny_model.hpp"
#include "value/json_read.hpp"

namespace virga::nushell {
namespace {

TEST(NuWord, IsQuotedWhereItCouldMeanSomethingElse) {
  for (const auto* plain :
       {"describe-instances", "--filters", "a=b,c=d", "arn:aws:s3:::b/k", "012345678901", "/x"}) {
    EXPECT_EQ(nu_word(plain), plain);
  }
  for (const auto* text :
       {"a b", "$x", "(rm x)", "a;b", "{a}", "..", "1..5", "~/x", "a|b", "*.nu"}) {
    EXPECT_EQ(nu_word(text), concat("'", text, "'"));
  }
  EXPECT_EQ(nu_word(""), "''");
  EXPECT_EQ(nu_word("it's \"$x\" \\"), R"("it's \"$x\" \\")");
}

TEST(NuWord, IsReadBack) {
  for (const std::string text : {"a b", "it's \"$x\" \\", "", "x", "`"}) {
    EXPECT_EQ(typed_word(nu_word(text)), text);
  }
  EXPECT_EQ(typed_word("\"open wor"), "open wor");
  EXPECT_EQ(typed_word("'open wor"), "open wor");
  EXPECT_EQ(typed_word("\""), "");
  EXPECT_EQ(typed_word("\"x\\"), "x\\");
}

constexpr std::string_view k_model = R"({
  "version": "2.0",
  "metadata": {"protocol": "json", "jsonVersion": "1.1", "serviceId": "Tiny", "endpointPrefix": "tiny",
               "signatureVersion": "v4", "apiVersion": "2020-01-01", "targetPrefix": "T"},
  "operations": {"DeleteThing": {"name": "DeleteThing", "http": {"method": "POST", "requestUri": "/"},
                                 "input": {"shape": "In"}}},
  "shapes": {"In": {"type": "structure", "members": {"Mode": {"shape": "Mode"}}},
             "Mode": {"type": "string", "enum": ["fast", "slow"]}}
})";

class Items : public testing::Test {
 protected:
  /// The values for the word that ends at `pos`.
  std::string at(const std::string& arguments, int pos, std::string_view strip = "false") const {
    const auto request = read_json(concat(R"({"name": "virga aws", "arg_type": {"Positional": 0},
        "call": {"call": {"decl_id": 1, "arguments": )",
                                          arguments,
                                          R"(}, "strip": )",
                                          strip,
                                          R"(, "pos": )",
                                          pos,
                                          "}}"));
    const auto found = completion_items(*request, catalog, [](const Value&) {
      return Result<EngineAnswer>(fail(ErrorCode::general, "an engine before 0.115"));
    });
    if (found.is_null()) {
      return "null";
    }
    std::vector<std::string> out;
    for (const auto& item : *found.as_list()) {
      out.emplace_back(item.text("value"));
    }
    return join(out, " ");
  }

  static std::string word(std::string_view kind, std::string_view text, int start) {
    return concat(R"({")",
                  kind,
                  R"(": {"expr": {"String": ")",
                  text,
                  R"("}, "span": {"start": )",
                  start,
                  R"(, "end": )",
                  start + static_cast<int>(text.size()),
                  "}}}");
  }

  model::Catalog catalog = test::tiny_catalog(k_model);
};

TEST_F(Items, AreThoseOfTheWordAtTheCursor) {
  EXPECT_EQ(at("[]", 0), "tiny");
  EXPECT_EQ(at(concat("[", word("Positional", "ti", 10), "]"), 12), "tiny");
  EXPECT_EQ(at(concat("[", word("Positional", "tix", 10), "]"), 13, "true"), "tiny");
  const auto tiny = word("Positional", "tiny", 10);
  const auto operation = word("Positional", "delete-thing", 15);
  EXPECT_EQ(at(concat("[", tiny, "]"), 15), "delete-thing");
  EXPECT_EQ(at(concat("[",
                      tiny,
                      ",",
                      operation,
                      ",",
                      word("Unknown", "--mode", 28),
                      ",",
                      word("Positional", "s", 35),
                      "]"),
               36),
            "slow");
  const auto* format =
      R"({"Named": [{"item": "cli-binary-format", "span": {"start": 1, "end": 9}}, null,
      {"expr": {"String": "ba"}, "span": {"start": 10, "end": 12}}]})";
  EXPECT_EQ(at(concat("[", format, "]"), 12), "base64");
}

TEST_F(Items, OfWhatIsNotUnderstoodAreNus) {
  EXPECT_EQ(at("7", 0), "null");
  EXPECT_EQ(at(R"([{"Named": []}])", 0), "null");
  EXPECT_EQ(at(R"([7, {}, {"Positional": null}, {"Positional": {"expr": {"Int": 3}}}])", 0), "");
  const auto none = [](const Value&) {
    return Result<EngineAnswer>(fail(ErrorCode::general, "unused"));
  };
  EXPECT_TRUE(completion_items(Value(), catalog, none).is_null());
  EXPECT_TRUE(completion_items(*read_json(R"({"name": "virga aws"})"), catalog, none).is_null());
}

}  // namespace
}  // namespace virga::nushell
