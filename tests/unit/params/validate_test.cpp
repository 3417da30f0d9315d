// SPDX-License-Identifier: Apache-2.0
#include "base/strings.hpp"
#include "unit/params/params_fixture.hpp"

namespace virga::params {
namespace {

class ValidateTest : public ParamsTest {
 protected:
  /// The report for what is given besides the required members.
  [[nodiscard]] std::string report(std::string_view members,
                                   const std::vector<std::string>& json = {}) const {
    const auto value = read_json(concat(R"({"Name": "abc", "Count": 1, )", members, "}"));
    return join(validate(input(), *value, json), "\n");
  }
};

TEST_F(ValidateTest, NamesMissingMembersInTheModelsOrder) {
  EXPECT_EQ(join(validate(input(), Value(Map())), "\n"),
            "Missing required parameter in input: \"Name\"\nMissing required parameter in input: "
            "\"Count\"");
  EXPECT_EQ(report(R"("Rule": {})"), "Missing required parameter in Rule: \"Id\"");
}

TEST_F(ValidateTest, NamesUnknownMembers) {
  EXPECT_EQ(report(R"("Choice": {"Middle": 1})"),
            "Unknown parameter in Choice: \"Middle\", must be one of: Left, Right");
}

TEST_F(ValidateTest, ShowsValuesAndTypesAsPythonDoes) {
  EXPECT_EQ(report(R"("Host": 1)"),
            "Invalid type for parameter Host, value: 1, type: <class 'int'>, valid types: <class "
            "'str'>");
  EXPECT_EQ(report(R"("Words": "x")"),
            "Invalid type for parameter Words, value: x, type: <class 'str'>, valid types: <class "
            "'list'>, <class "
            "'tuple'>");
  EXPECT_EQ(report(R"("Words": ["a", {"k": [null, true, 1.0]}])"),
            "Invalid type for parameter Words[1], value: {'k': [None, True, 1.0]}, type: <class "
            "'dict'>, valid types: "
            "<class 'str'>");
  EXPECT_EQ(report(R"("Ratio": "1")"),
            "Invalid type for parameter Ratio, value: 1, type: <class 'str'>, valid types: <class "
            "'float'>, <class "
            "'decimal.Decimal'>, <class 'int'>");
  EXPECT_EQ(report(R"("Data": 1)"),
            "Invalid type for parameter Data, value: 1, type: <class 'int'>, valid types: <class "
            "'bytes'>, <class "
            "'bytearray'>, file-like object");
  EXPECT_EQ(report(R"("Flag": "true")"),
            "Invalid type for parameter Flag, value: true, type: <class 'str'>, valid types: "
            "<class 'bool'>");
  EXPECT_EQ(
      report(R"("When": "soon")"),
      "Invalid type for parameter When, value: soon, type: <class 'str'>, valid types: <class "
      "'datetime.datetime'>, timestamp-string");
}

TEST_F(ValidateTest, JsonOptionsHoldOrderedDicts) {
  EXPECT_EQ(
      report(R"("Host": {"a": {}})", {"Host"}),
      "Invalid type for parameter Host, value: OrderedDict([('a', OrderedDict())]), type: <class "
      "'collections.OrderedDict'>, valid types: <class 'str'>");
}

TEST_F(ValidateTest, ChecksMinimaOnly) {
  EXPECT_EQ(join(validate(input(), *read_json(R"({"Name": "ab", "Count": 0})")), "\n"),
            "Invalid length for parameter Name, value: 2, valid min length: 3\n"
            "Invalid value for parameter Count, value: 0, valid min value: 1");
  EXPECT_EQ(report(R"("Ratio": -1)"),
            "Invalid value for parameter Ratio, value: -1, valid min value: 0.0");
  EXPECT_EQ(report(R"("Numbers": [])"),
            "Invalid length for parameter Numbers, value: 0, valid min length: 1");
  EXPECT_EQ(report(R"("Host": "")"),
            "Invalid length for parameter Host, value: 0, valid min length: 1");
  EXPECT_EQ(report(R"("Tags": {"k": "v"})"),
            "Invalid length for parameter Tags (key: k), value: 1, valid min length: 3");
  EXPECT_EQ(report(R"("Size": true, "Ratio": false)"), "") << "a bool is an int in Python";
}

TEST_F(ValidateTest, UnionsHoldOneMember) {
  EXPECT_EQ(report(R"("Choice": {"Left": "a"})"), "");
  EXPECT_EQ(report(R"("Choice": {})"),
            "Must set one of the following keys for tagged unionstructure Choice: Left, Right.");
  EXPECT_EQ(report(R"("Choice": {"Left": "a", "Right": "b"})"),
            "Invalid number of parameters set for tagged union structure Choice. Can only set one "
            "of the following "
            "keys: Left, Right.");
}

TEST_F(ValidateTest, DocumentsAndJsonHeadersMayBeAnythingButBytes) {
  EXPECT_EQ(report(R"("Doc": [null, {"a": 1}], "Header": {"a": null})"), "");
  Map doc;
  doc.append("k", Blob{"x"});
  Map in;
  in.append("Name", "abc");
  in.append("Count", 1);
  in.append("Doc", doc);
  in.append("Header", doc);
  EXPECT_EQ(join(validate(input(), Value(in)), "\n"),
            "Invalid type for document parameter k, value: b'x', type: <class 'bytes'>, valid "
            "types: <class 'str'>, "
            "<class 'int'>, <class 'bool'>, <class 'float'>, <class 'list'>, <class 'dict'>\n"
            "Invalid parameter Header must be json serializable: Object of type bytes is not JSON "
            "serializable");
}

TEST_F(ValidateTest, PathsNameNestedValues) {
  EXPECT_EQ(report(R"("Filters": [{"Name": "a"}, {"Values": [1]}])"),
            "Invalid type for parameter Filters[1].Values[0], value: 1, type: <class 'int'>, valid "
            "types: <class 'str'>");
}

}  // namespace
}  // namespace virga::params
