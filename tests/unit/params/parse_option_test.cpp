// SPDX-License-Identifier: Apache-2.0
#include "unit/params/params_fixture.hpp"

namespace virga::params {
namespace {

TEST_F(ParamsTest, ScalarsAreReadByKind) {
  EXPECT_EQ(parse("Name", "--name", {"12"}), "'12'");
  EXPECT_EQ(parse("Count", "--count", {" 1_000 "}), "1000");
  EXPECT_EQ(parse("Size", "--size", {"123456789012345678901234567890"}),
            "123456789012345678901234567890");
  EXPECT_EQ(parse("Ratio", "--ratio", {"1e3"}), "1000.0");
  EXPECT_EQ(parse("Ratio", "--ratio", {"-Infinity"}), "-inf");
  EXPECT_EQ(parse("Flag", "--flag", {}), "True");
  EXPECT_EQ(parse("Flag", "--flag", {"FALSE"}), "False");
  EXPECT_EQ(parse("Flag", "--flag", {"no"}), "True");
  EXPECT_EQ(parse("When", "--when", {"2023-01-02"}), "'2023-01-02'");
}

TEST_F(ParamsTest, NumbersThatAreNoneFailInPythonsWords) {
  EXPECT_EQ(parse("Count", "--count", {"x"}), "error: invalid literal for int() with base 10: 'x'");
  EXPECT_EQ(parse("Size", "--size", {"it's"}),
            "error: argument --size: invalid int value: \"it's\"");
  EXPECT_EQ(parse("Ratio", "--ratio", {"1__0"}),
            "error: argument --ratio: invalid float value: '1__0'");
  EXPECT_EQ(parse("Numbers", "--numbers", {"1", "x"}),
            "error: Error parsing parameter '--numbers': 1");
  const auto error = parse_option(*input().find_member("Size"), "--size", {"x"}, options_).error();
  EXPECT_EQ(error.code, ErrorCode::usage);
}

TEST_F(ParamsTest, BlobsAreBase64OrRawText) {
  EXPECT_EQ(parse("Data", "--data", {"aGk="}), "b'hi'");
  EXPECT_EQ(parse("Data", "--data", {"a"}), "error: Invalid base64: \"a\"");
  EXPECT_EQ(parse("Data", "--data", {"\xC3\xA9"}),
            "error: string argument should contain only ASCII characters");
  EXPECT_EQ(parse("Rule", "--rule", {"Id=1,Inner={Data=aGk=}"}),
            "{'Id': '1', 'Inner': {'Data': b'hi'}}");
  options_.blobs_are_base64 = false;
  EXPECT_EQ(parse("Data", "--data", {"aGk="}), "b'aGk='");
}

TEST_F(ParamsTest, FilesAreTextOrBytes) {
  const std::string path = write("a.txt", "x\r\ny\rz");
  EXPECT_EQ(parse("Name", "--name", {"file://" + path}), "'x\\ny\\nz'");
  EXPECT_EQ(parse("Data", "--data", {"fileb://" + path}), "b'x\\r\\ny\\rz'");
  EXPECT_EQ(parse("Name", "--name", {"file://~/a.txt"}), "'x\\ny\\nz'");
  EXPECT_EQ(parse("Name", "--name", {"file://${WHERE}/a.txt"}), "'x\\ny\\nz'");
  EXPECT_EQ(parse("Name", "--name", {"file://$WHERE/a.txt"}), "'x\\ny\\nz'");
}

TEST_F(ParamsTest, FilesThatCannotBeReadSayWhy) {
  EXPECT_EQ(parse("Name", "--name", {"file:///no/such"}),
            "error: Error parsing parameter '--name': Unable to load paramfile file:///no/such: "
            "[Errno 2] No such "
            "file or directory: '/no/such'");
  EXPECT_EQ(
      parse("Name", "--name", {"file:///"}),
      "error: Error parsing parameter '--name': Unable to load paramfile file:///: [Errno 21] Is a "
      "directory: '/'");
  const std::string path = write("b.bin", "\xFF");
  EXPECT_EQ(parse("Name", "--name", {"file://" + path}),
            "error: Error parsing parameter '--name': Unable to load paramfile (" + path +
                "), text contents could not be decoded.  If this is a binary file, please use the "
                "fileb:// prefix "
                "instead of the file:// prefix.");
}

TEST_F(ParamsTest, UrlsAreTextUnlessTheyAreFollowed) {
  EXPECT_EQ(parse("Name", "--name", {"http://x"}), "'http://x'");
  options_.follow_urls = true;
  options_.fetch = [](const std::string& url) -> Result<std::string> {
    return "content of " + url;
  };
  EXPECT_EQ(parse("Name", "--name", {"http://x"}), "'content of http://x'");
  options_.v1 = true;
  options_.service = "sqs";
  options_.operation = "send-message";
  EXPECT_EQ(parse("Name", "--queue-url", {"http://x"}), "'http://x'");
}

TEST_F(ParamsTest, StreamingBlobsNameAnExistingFile) {
  const std::string path = write("body", "x");
  EXPECT_EQ(parse("Body", "--body", {"$WHERE/body"}), "'" + path + "'");
  EXPECT_EQ(parse("Body", "--body", {"/no/such"}),
            "error: Error parsing parameter '--body': Blob values must be a path to a file.");
}

TEST_F(ParamsTest, ListsTakeSeveralWordsOrJson) {
  EXPECT_EQ(parse("Words", "--words", {"a", "b,c"}), "['a', 'b,c']");
  EXPECT_EQ(parse("Words", "--words", {R"( ["a", 1])"}), "['a', 1]");
  EXPECT_EQ(parse("Words", "--words", {}), "[]");
  EXPECT_EQ(parse("Numbers", "--numbers", {"1", "2"}), "[1, 2]");
  EXPECT_EQ(parse("Filters", "--filters", {R"({"Name":"a"})", R"({"Name":"b"})"}),
            "[{'Name': 'a'}, {'Name': 'b'}]");
  EXPECT_EQ(parse("Filters", "--filters", {R"({"Name":"a"})", "b"}),
            "error: Error parsing parameter '--filters': Invalid JSON:\nb");
}

TEST_F(ParamsTest, ShorthandIsConvertedByTheShape) {
  EXPECT_EQ(parse("Filters", "--filters", {"Name=x,Values=a,b", "Name=y,Values=c,Limit=3,On=true"}),
            "[{'Name': 'x', 'Values': ['a', 'b']}, {'Name': 'y', 'Values': ['c'], 'Limit': 3, "
            "'On': True}]");
  EXPECT_EQ(parse("Tags", "--tags", {"key=a=b,other='c,d'"}), "{'key': 'a=b', 'other': 'c,d'}");
  EXPECT_EQ(parse("Rule", "--rule", {"Id=1,Weight=2,Numbers=[1,2]"}),
            "{'Id': '1', 'Weight': 2.0, 'Numbers': [1, 2]}");
  // A single value in place of a list is wrapped, but left as it is.
  EXPECT_EQ(parse("Rule", "--rule", {"Numbers=1"}), "{'Numbers': ['1']}");
}

TEST_F(ParamsTest, WrongShorthandIsShownWithItsPlace) {
  EXPECT_EQ(parse("Filters", "--filters", {"Name"}),
            "error: Error parsing parameter '--filters': Expected: '=', received: 'EOF' for "
            "input:\nName\n    ^");
  EXPECT_EQ(parse("Rule", "--rule", {"Weight=x"}), "error: could not convert string to float: 'x'");
  EXPECT_EQ(parse("Filters", "--filters", {"Doc={a=1}"}),
            "error: Error parsing parameter '--filters': Shorthand syntax does not support "
            "document types. Use JSON "
            "input for top-level argument to specify nested parameter: Doc");
  options_.v1 = true;
  EXPECT_EQ(
      parse("Filters", "--filters", {"Name"}),
      "error: Error parsing parameter '--filters': Expected: '=', received: 'EOF' for input:\n"
      "{self._error_location()}");
}

TEST_F(ParamsTest, WrongJsonIsShown) {
  EXPECT_EQ(parse("Rule", "--rule", {"{x"}),
            "error: Error parsing parameter '--rule': Invalid JSON: Expecting property name "
            "enclosed in double "
            "quotes: line 1 column 2 (char 1)\nJSON received: {x");
  EXPECT_EQ(parse("Rule", "--rule", {"[1]"}),
            "error: Error parsing parameter '--rule': Invalid JSON:\n[1]");
}

TEST_F(ParamsTest, DocumentsAndJsonHeadersAreJson) {
  EXPECT_EQ(parse("Doc", "--doc", {R"({"a": [null, 1.5]})"}), "{'a': [None, 1.5]}");
  EXPECT_EQ(parse("Header", "--header", {"[1]"}), "[1]");
  EXPECT_EQ(parse("Doc", "--doc", {"a=b"}),
            "error: Error parsing parameter '--doc': Invalid JSON: Expecting value: line 1 column "
            "1 (char 0)\nJSON "
            "received: a=b");
}

TEST_F(ParamsTest, OldFormsOfStructuresStillWork) {
  EXPECT_EQ(parse("Wrapped", "--wrapped", {"stop"}), "{'Value': 'stop'}");
  EXPECT_EQ(parse("Wrapped", "--wrapped", {"Value=stop"}), "{'Value': 'stop'}");
  options_.service = "firehose";
  options_.operation = "put-record-batch";
  EXPECT_EQ(parse("Records", "--records", {"aGk=", "eA=="}), "[{'Data': b'hi'}, {'Data': b'x'}]");
}

TEST_F(ParamsTest, AListFromAFileIsWhatTheAwsCliMakesOfIt) {
  EXPECT_EQ(parse("Words", "--words", {"file://" + write("j", "[\"a\"]")}), "['a']");
  EXPECT_EQ(parse("Words", "--words", {"file://" + write("w", "ab")}), "['a', 'b']");
  EXPECT_EQ(parse("Filters", "--filters", {"file://" + write("s", "Name=a")}), "{'Name': 'a'}");
}

TEST_F(ParamsTest, JsonOptionsAreKnown) {
  EXPECT_TRUE(is_json_option(*input().find_member("Rule"), {" {}"}));
  EXPECT_FALSE(is_json_option(*input().find_member("Rule"), {"Id=1"}));
  EXPECT_FALSE(is_json_option(*input().find_member("Name"), {"{}"}));
  EXPECT_TRUE(is_json_option(*input().find_member("Filters"), {"file://" + write("j", "[]")}));
}

TEST_F(ParamsTest, InputJsonDecodesBlobsOnly) {
  const auto value =
      parse_input_json(input(), R"({"Data": "aGk=", "Count": "1", "Other": "aGk="})", options_);
  ASSERT_TRUE(value);
  EXPECT_EQ(python_repr(*value), "{'Data': b'hi', 'Count': '1', 'Other': 'aGk='}");
}

TEST_F(ParamsTest, InputJsonErrorsAreWordedByVersion) {
  const auto message = [&](std::string_view text) {
    return parse_input_json(input(), text, options_).error().message;
  };
  EXPECT_EQ(message("{"), "Error parsing parameter 'cli-input-json': Invalid JSON received.");
  EXPECT_EQ(message("[]"),
            "Error parsing parameter '--cli-input-json': Invalid type: expecting map, received "
            "<class 'list'>");
  EXPECT_EQ(
      message("file:///no/such"),
      "Unable to load paramfile file:///no/such: [Errno 2] No such file or directory: '/no/such'");
  options_.v1 = true;
  EXPECT_EQ(message("x"),
            "Error parsing parameter 'cli-input-json': Invalid JSON: Expecting value: line 1 "
            "column 1 (char 0)\nJSON "
            "received: x");
  EXPECT_EQ(message("[]"), "'list' object has no attribute 'keys'");
}

}  // namespace
}  // namespace virga::params
