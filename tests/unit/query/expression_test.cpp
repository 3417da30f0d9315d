// SPDX-License-Identifier: Apache-2.0
// Expected values and messages are those of Python's jmespath 1.1.0.
#include "query/expression.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::query {
namespace {

/// The result as JSON, or the error's text.
std::string search_value(std::string_view expression, const Value& document) {
  const auto compiled = Expression::compile(expression);
  if (!compiled) {
    EXPECT_EQ(compiled.error().code, ErrorCode::usage);
    return compiled.error().message;
  }
  const auto found = compiled->search(document);
  if (!found) {
    EXPECT_EQ(found.error().code, ErrorCode::general);
    return found.error().message;
  }
  return to_json(*found);
}

std::string search(std::string_view expression, std::string_view json = "null") {
  return search_value(expression, *read_json(json));
}

TEST(Expression, SelectsByNameIndexAndSlice) {
  EXPECT_EQ(search("a.b[-1]", R"({"a": {"b": [1, 2, 3]}})"), "3");
  EXPECT_EQ(search("[::-1]", "[1, 2, 3]"), "[3, 2, 1]");
  EXPECT_EQ(search("[1:99999999999999999999]", "[1, 2, 3]"), "[2, 3]");
  EXPECT_EQ(search("[5]", "[1]"), "null");
  EXPECT_EQ(search("[::0]", "[1]"), "slice step cannot be zero");
  EXPECT_EQ(search(R"("a b")", R"({"a b": 1})"), "1");
}

TEST(Expression, ProjectsFlattensAndFilters) {
  constexpr std::string_view k_json = R"([{"n": 1, "t": ["x"]}, {"n": 2, "t": ["y", "z"]}, null])";
  EXPECT_EQ(search("[].t[]", k_json), R"(["x", "y", "z"])");
  EXPECT_EQ(search("[?n > `1`].n | [0]", k_json), "2");
  EXPECT_EQ(search("[*].{N: n, T: t[0]}", k_json), R"([{"N": 1, "T": "x"}, {"N": 2, "T": "y"}])");
  EXPECT_EQ(search("[0].*", k_json), R"([1, ["x"]])");
  EXPECT_EQ(search("[?!n || n == `1`]", k_json), R"([{"n": 1, "t": ["x"]}])");
}

TEST(Expression, SliceAfterAnIndexDoesNotProject) {
  EXPECT_EQ(search("[0][0:1].a", R"([[{"a": 1}]])"), "null");
  EXPECT_EQ(search("[0:1].a", R"([{"a": 1}])"), "[1]");
}

TEST(Expression, BooleansEqualNumbersOnlyInsideOfLists) {
  EXPECT_EQ(search("`1` == `true`"), "false");
  EXPECT_EQ(search("`[1]` == `[true]`"), "true");
  EXPECT_EQ(search("contains(`[1]`, `true`)"), "true");
  EXPECT_EQ(search("`1` == `1.0`"), "true");
}

TEST(Expression, OrdersNumbersAndStringsButNotBoth) {
  EXPECT_EQ(search("'a' < 'b'"), "true");
  EXPECT_EQ(search("`9223372036854775807` < `9223372036854775808`"), "true");
  EXPECT_EQ(search("`true` < `2`"), "null");
  EXPECT_EQ(search("'a' < `1`"), "'<' not supported between instances of 'str' and 'int'");
}

TEST(Expression, FunctionsGiveWhatPythonGives) {
  EXPECT_EQ(search("avg(`[1, 2]`)"), "1.5");
  EXPECT_EQ(search("[ceil(`1.2`), floor(`-1.2`), abs(`-1`)]", "0"), "[2, -2, 1]");
  EXPECT_EQ(search("sum(`[9223372036854775807, 1]`)"), "9223372036854775808");
  EXPECT_EQ(search("length('é')"), "1");
  EXPECT_EQ(search("reverse('éa')"), "\"aé\"");
  EXPECT_EQ(search("sort(`[\"b\", \"a\"]`)"), R"(["a", "b"])");
  EXPECT_EQ(search("sort_by(@, &n)[].s", R"([{"n": 2, "s": 1}, {"n": 1, "s": 2}])"), "[2, 1]");
  EXPECT_EQ(search("max_by(@, &n).s", R"([{"n": 2, "s": 1}, {"n": 2, "s": 2}])"), "1");
  EXPECT_EQ(search("map(&to_number(@), `[\" 1_0 \", \"1e3\", \"x\", \"-inf\"]`)"),
            "[10, 1000.0, null, -Infinity]");
  EXPECT_EQ(search("to_string(`{\"a\": [1.0, \"é\"]}`)"), R"("{\"a\":[1.0,\"\\u00e9\"]}")");
  EXPECT_EQ(search("merge(`{\"a\": 1, \"b\": 2}`, `{\"a\": 3}`)"), R"({"a": 3, "b": 2})");
  EXPECT_EQ(search("join('-', `[\"a\", \"b\"]`)"), "\"a-b\"");
  EXPECT_EQ(search("not_null(@, 'x')"), "\"x\"");
}

TEST(Expression, WrongCallsAreErrorsOfTheSearch) {
  EXPECT_EQ(search("nope(@)"), "Unknown function: nope()");
  EXPECT_EQ(search("abs()"), "Expected 1 argument for function abs(), received 0");
  EXPECT_EQ(search("merge(`{}`, `false`)"), "'bool' object is not iterable");
  EXPECT_EQ(search("merge()"), "Expected at least 1 argument for function merge(), received 0");
  EXPECT_EQ(search("length(@)", "3"),
            "In function length(), invalid type for value: 3, expected one of: "
            "['string', 'array', 'object'], received: \"number\"");
  EXPECT_EQ(search("sort(@)", R"([1, {"a": [null, true, 1.0, "it's"]}])"),
            "In function sort(), invalid type for value: {'a': [None, True, 1.0, \"it's\"]}, "
            "expected one of: ['array-string', 'array-number'], received: \"dict\"");
}

TEST(Expression, SyntaxErrorsShowTheirPlace) {
  EXPECT_EQ(search(""), "Invalid JMESPath expression: cannot be empty.");
  EXPECT_EQ(search("a["), "Invalid jmespath expression: Incomplete expression:\n\"a[\"\n   ^");
  EXPECT_EQ(search("'é'.`1`"),
            "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: "
            "literal: Parse error at column 4, token \"1\" (LITERAL), for expression:\n"
            "\"'é'.`1`\"\n     ^");
  EXPECT_EQ(search("a.#"), "Bad jmespath expression: Unknown token #:\na.#\n  ^");
  EXPECT_EQ(search("a 'b"), "Bad jmespath expression: Unclosed ' delimiter:\na 'b\n  ^");
  EXPECT_EQ(search("a = b"), "Bad jmespath expression: Unknown token '=':\na = b\n  ^");
  EXPECT_EQ(search("\"f\"(@)"),
            "Quoted identifier not allowed for function names.: Parse error at column 0, token "
            "\"(\" (LPAREN), for expression:\n\"\"f\"(@)\"\n ^");
}

TEST(Expression, LiteralsThatAreNoJsonAreStrings) {
  EXPECT_EQ(search("` foo`"), "\"foo\"");
  EXPECT_EQ(search("`a\\`b`"), "\"a`b\"");
  EXPECT_EQ(search("'it\\'s \\n'"), R"("it's \\n")");
}

TEST(Expression, BlobsAndTimestampsAreTheTextTheyPrintAs) {
  Map map;
  map.append("blob", Blob{"abc"});
  map.append("at", Timestamp{"2023-01-02", false});
  map.append("epoch", Timestamp{"1672628645.5", true});
  const Value document(std::move(map));
  EXPECT_EQ(search_value("[type(blob), type(at), type(epoch)]", document),
            R"(["string", "string", "number"])");
  EXPECT_EQ(search_value("[blob == 'YWJj', at > '2022', epoch > `1672628645`]", document),
            "[true, true, true]");
  EXPECT_EQ(search_value("[length(blob), join('|', [blob, at])]", document),
            R"([4, "YWJj|2023-01-02"])");
  const auto kept = Expression::compile("at")->search(document);
  EXPECT_TRUE(kept && kept->is_timestamp());
}

TEST(Expression, RefusesToNestWithoutEnd) {
  constexpr std::string_view k_deep = "The expression is nested too deeply.";
  EXPECT_EQ(search(std::string(100000, '(')), k_deep);
  EXPECT_EQ(search("a" + replace_all(std::string(100000, 'x'), "x", "|a")), k_deep);
  EXPECT_EQ(search("a" + replace_all(std::string(100000, 'x'), "x", ".a")), "null");
  EXPECT_EQ(search("&map(@, to_array(@))"), "Object of type _Expression is not JSON serializable");
  EXPECT_EQ(search("(&map(to_array(@)[0], to_array(@))) | map(@, to_array(@))"),
            "maximum recursion depth exceeded");
}

TEST(Expression, RefusesResultsOutOfAllProportion) {
  EXPECT_EQ(search("@" + replace_all(std::string(60, 'x'), "x", "|[@,@]"), "1"),
            "The result of the query is too large.");
}

TEST(Expression, LetBindsVariables) {
  const char* json = R"({"min": 2, "list": [{"n": 1}, {"n": 2}, {"n": 3}], "in": 7})";
  EXPECT_EQ(search("let $m = min in list[?n >= $m].n", json), "[2, 3]");
  EXPECT_EQ(search("let $a = min, $b = list[0].n in [$a, $b]", json), "[2, 1]");
  EXPECT_EQ(search("let $a = min in let $a = `5`, $b = $a in [$a, $b]", json), "[5, 2]");
  EXPECT_EQ(search("let $l = list in $l[1].n", json), "2");
  EXPECT_EQ(search("let $m = min in map(&add($m, n), list)", json), "Unknown function: add()");
  EXPECT_EQ(search("list[].let", R"({"list": [{"let": 4}]})"), "[4]");
  EXPECT_EQ(search("let $x = in in $x", json), "7");
  EXPECT_EQ(search("[let $x = min in $x, min]", json), "[2, 2]");
  EXPECT_EQ(search("$x"), "Undefined variable: $x");
  EXPECT_EQ(search("(let $x = min in $x) || $x", "{}"), "Undefined variable: $x");
}

TEST(Expression, LetThatIsCutShortDoesNotCompile) {
  for (const char* text : {"let $x",
                           "let $x =",
                           "let $x = a",
                           "let $x = a in",
                           "let $x = a, in b",
                           "let $x == a in b",
                           "let $ = a in b",
                           "a = b",
                           "let x = a in x"}) {
    EXPECT_FALSE(Expression::compile(text)) << text;
  }
}

TEST(Expression, TheHeadOfAListIsEnoughForAnIndexOrASliceFromTheFront) {
  const auto head = [](std::string_view text) -> std::string {
    const auto found = Expression::compile(text)->head();
    return found ? concat(found->list.distributes_over(), " ", found->count) : "all";
  };
  EXPECT_EQ(head("Items[0]"), "Items 1");
  EXPECT_EQ(head("Items[3].Name"), "Items 4");
  EXPECT_EQ(head("Items[:5].Name"), "Items 5");
  EXPECT_EQ(head("Items[1:5:2]"), "Items 5");
  EXPECT_EQ(head("Items[].Name | [0]"), "Items 1");
  EXPECT_EQ(head("Items[?Ok].Name | [:2]"), "Items 2");
  EXPECT_EQ(head("Items[0].Tags[1] | Key"), "Items 1");
  for (const char* text : {"Items[-1]",
                           "Items[5:]",
                           "Items[:-1]",
                           "Items[::-1]",
                           "Items[]",
                           "length(Items)",
                           "[Items[0], length(Items)]",
                           "sort(Items) | [0]",
                           "Items[0] || Others[0]",
                           "Items | length(@)",
                           "[0]",
                           "Items[:0]",
                           "Items[].Tags[0]",
                           "*[0]",
                           "let $x = Items in $x[0]"}) {
    EXPECT_EQ(head(text), "all") << text;
  }
}

}  // namespace
}  // namespace virga::query
