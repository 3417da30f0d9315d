// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "unit/protocol/serialize_support.hpp"
#include "value/json_write.hpp"

// The protocol vectors that botocore's tests use (conformance/protocols/input), compared as
// botocore compares them.
namespace virga::protocol {
namespace {

/// Where virga, as botocore, sends something else than the vector says, and why. A case that is
/// listed and agrees is a failure too.
const std::map<std::string, std::string>& known_differences() {
  static const std::string k_element_name = "botocore names flattened lists after their element";
  static const std::string k_no_type = "botocore sends text and bytes without a Content-Type";
  static const std::string k_empty_list = "botocore leaves headers of empty lists out";
  static const std::string k_root =
      "botocore names the document after the member or the operation's input, not after the shape";
  static const std::map<std::string, std::string> k_known = {
      {"BodyWithXmlName", k_root},
      {"RestXmlHttpPayloadWithUnion", k_root},
      {"HttpPayloadWithXmlName", k_root},
      {"HttpPayloadWithXmlNamespace", k_root},
      {"HttpPayloadWithXmlNamespaceAndPrefix", k_root},
      {"XmlAttributesOnPayload", k_root},
      {"QueryFlattenedListArgWithXmlName", k_element_name},
      {"RestJsonHttpPayloadWithUnsetUnion", "botocore sends {} for an absent payload"},
      {"RestJsonEnumPayloadRequest", k_no_type},
      {"RestJsonStringPayloadRequest", k_no_type},
      {"RestJsonHttpPayloadTraitsWithBlob", k_no_type},
      {"RestXmlEnumPayloadRequest", k_no_type},
      {"RestXmlStringPayloadRequest", k_no_type},
      {"RestJsonNullAndEmptyHeaders", k_empty_list},
      {"NullAndEmptyHeaders", k_empty_list},
  };
  return k_known;
}

std::string suite_folder() {
  if (const char* folder = std::getenv("VIRGA_CONFORMANCE")) {
    return concat(folder, "/protocols/input/");
  }
  return concat(VIRGA_SOURCE_DIR, "/../shared/conformance/protocols/input/");
}

/// What a case is about, and where it differs from the vector.
struct Case {
  const Value& suite;
  const Value& vector;
  std::vector<std::string> differences = {};

  void expect_equal(std::string_view what, std::string_view actual, std::string_view expected) {
    if (actual != expected) {
      differences.push_back(concat(what, ": ", actual, "\n  instead of: ", expected));
    }
  }
};

/// Vectors write NaN and the infinities as text, and JSON values of headers too.
Value prepared(const model::Shape& shape, const Value& value);

Value prepared_member(const model::Member& member, const Value& value) {
  const auto* text = value.as_string();
  const auto kind = member.shape().kind();
  if (text != nullptr &&
      (kind == model::ShapeKind::float_number || kind == model::ShapeKind::double_number)) {
    return Value(std::strtod(text->c_str(), nullptr));
  }
  if (text != nullptr && member.has(model::MemberFlag::json_value) &&
      member.location() == model::Location::header) {
    return read_json(*text).value();
  }
  return prepared(member.shape(), value);
}

Value prepared(const model::Shape& shape, const Value& value) {
  if (const auto* map = value.as_map()) {
    const bool is_map = shape.kind() == model::ShapeKind::map;
    Map out;
    for (const auto& [key, item] : *map) {
      const auto member = is_map ? std::optional(shape.value()) : shape.find_member(key);
      out.append(key, member ? prepared_member(*member, item) : item);
    }
    return Value(std::move(out));
  }
  if (const auto* list = value.as_list();
      list != nullptr && shape.kind() == model::ShapeKind::list) {
    List out;
    for (const auto& item : *list) {
      out.push_back(prepared_member(shape.element(), item));
    }
    return Value(std::move(out));
  }
  return value;
}

std::string canonical_form(std::string_view body) {
  auto fields = split(body, '&');
  std::sort(fields.begin(), fields.end());
  std::string out;
  for (const auto field : fields) {
    append(out, percent_decode(replace_all(field, "+", " ")), "\n");
  }
  return out;
}

void append_xml(std::string& out, const pugi::xml_node& node) {
  append(out, "<", node.name());
  std::set<std::string> attributes;
  for (const auto& attribute : node.attributes()) {
    attributes.insert(concat(attribute.name(), "='", attribute.value(), "'"));
  }
  for (const auto& attribute : attributes) {
    append(out, " ", attribute);
  }
  out += '>';
  for (const auto& child : node.children()) {
    if (child.type() == pugi::node_element) {
      append_xml(out, child);
    } else {
      out += child.value();
    }
  }
  append(out, "</", node.name(), ">");
}

std::string canonical_xml(std::string_view body) {
  pugi::xml_document document;
  if (body.empty()) {
    return {};
  }
  if (!document.load_buffer(
          body.data(), body.size(), pugi::parse_default | pugi::parse_ws_pcdata_single)) {
    return concat("not XML: ", body);
  }
  std::string out;
  append_xml(out, document.document_element());
  return out;
}

/// Reads CBOR with all forms that the vectors use; numbers that are no integers become texts.
class CborText {
 public:
  explicit CborText(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool done() const { return at_ >= bytes_.size(); }

  Value item() {
    const auto first = static_cast<unsigned char>(byte());
    const unsigned major = first >> 5U;
    const unsigned info = first & 31U;
    if (major == 7) {
      return simple(info);
    }
    const bool open = info == 31;
    const std::uint64_t number = open ? ~std::uint64_t{0} : argument(info);
    switch (major) {
      case 0:
        return Value(concat("int ", number));
      case 1:
        return Value(concat("int ", -1 - static_cast<std::int64_t>(number)));
      case 2:
        return Value(Blob{take(number)});
      case 3:
        return Value(take(number));
      case 4:
        return list(number);
      case 5:
        return map(number);
      default:
        return timestamp(item());
    }
  }

 private:
  /// Tagged times may be integers or reals; of whole seconds both say the same.
  static Value timestamp(Value number) {
    auto* text = number.as_string();
    if (text != nullptr && text->ends_with(".0")) {
      return Value(concat("int ", std::string_view(*text).substr(0, text->size() - 2)));
    }
    return number;
  }

  char byte() { return done() ? '\xFF' : bytes_[at_++]; }

  std::uint64_t argument(unsigned info) {
    std::uint64_t number = info;
    if (info >= 24) {
      number = 0;
      for (unsigned i = 0; i < 1U << (info - 24U); ++i) {
        number = number << 8U | static_cast<unsigned char>(byte());
      }
    }
    return number;
  }

  std::string take(std::uint64_t size) {
    const auto text = bytes_.substr(std::min(at_, bytes_.size()), size);
    at_ += text.size();
    return std::string(text);
  }

  bool at_break() {
    if (done() || bytes_[at_] != '\xFF') {
      return done();
    }
    ++at_;
    return true;
  }

  Value list(std::uint64_t count) {
    List out;
    for (std::uint64_t i = 0; i < count && !(count == ~std::uint64_t{0} && at_break()); ++i) {
      out.push_back(item());
    }
    return Value(std::move(out));
  }

  Value map(std::uint64_t count) {
    Map out;
    for (std::uint64_t i = 0; i < count && !(count == ~std::uint64_t{0} && at_break()); ++i) {
      const Value key = item();
      out.append(*key.as_string(), item());
    }
    return Value(std::move(out));
  }

  Value simple(unsigned info) {
    const std::uint64_t bits = argument(info);
    switch (info) {
      case 20:
        return Value(false);
      case 21:
        return Value(true);
      case 25:
        return Value(bits == 0x7E00 ? "nan" : bits == 0x7C00 ? "inf" : "-inf");
      case 26:
        return Value(python_float(
            static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)))));
      case 27:
        // Vectors may use eight bytes where four would do: the value counts.
        return Value(python_float(std::bit_cast<double>(bits)));
      default:
        return {};
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

Value canonical_cbor(std::string_view bytes) {
  return bytes.empty() ? Value() : CborText(bytes).item();
}

void compare_bodies(Case& test,
                    std::string_view protocol,
                    const http::Request& request,
                    std::string_view expected) {
  const std::string_view actual = request.body;
  if (protocol == "query" || protocol == "ec2") {
    test.expect_equal("body", canonical_form(actual), canonical_form(expected));
  } else if (protocol == "smithy-rpc-v2-cbor") {
    const auto bytes = base64_decode(expected).value_or("");
    if (!(canonical_cbor(actual) == canonical_cbor(bytes))) {
      test.expect_equal("body", to_json(canonical_cbor(actual)), to_json(canonical_cbor(bytes)));
    }
  } else if (protocol == "rest-xml" && (actual.starts_with('<') || expected.starts_with('<'))) {
    test.expect_equal("body", canonical_xml(actual), canonical_xml(expected));
  } else {
    const auto ours = read_json(actual);
    const auto theirs = read_json(expected);
    if (!(ours && theirs && *ours == *theirs)) {
      test.expect_equal("body", actual, expected);
    }
  }
}

void compare_headers(Case& test,
                     std::string_view protocol,
                     const http::Headers& headers,
                     const Value& expected) {
  // Compression and checksums are added to what is serialised, the length to what is sent.
  const std::set<std::string, std::less<>> elsewhere = {
      "Content-Encoding", "Content-MD5", "Content-Length"};
  if (const auto* wanted = expected.find("headers")) {
    for (const auto& [name, value] : *wanted->as_map()) {
      const std::string_view text = *value.as_string();
      std::string_view actual = headers.get(name);
      if (elsewhere.contains(name) ||
          (name == "Content-Type" && protocol == "rest-xml" && text == "application/xml")) {
        continue;  // botocore names no type for XML
      }
      if (name == "Content-Type" && text == "application/x-www-form-urlencoded") {
        actual = actual.substr(0, actual.find(';'));  // botocore adds the character set
      }
      if (!headers.contains(name)) {
        test.expect_equal(name, "(absent)", text);
      } else {
        test.expect_equal(name, replace_all(actual, ", ", ","), replace_all(text, ", ", ","));
      }
    }
  }
  for (const auto* key : {"requireHeaders", "forbidHeaders"}) {
    const auto* names = expected.find(key);
    for (std::size_t i = 0; names != nullptr && i < names->as_list()->size(); ++i) {
      const auto& name = *(*names->as_list())[i].as_string();
      const bool wanted = key == std::string_view("requireHeaders");
      if (!elsewhere.contains(name) && headers.contains(name) != wanted) {
        test.differences.push_back(concat(key, ": ", name));
      }
    }
  }
}

void compare_target(Case& test, const Serialized& serialized, const Value& expected) {
  const auto& request = serialized.request;
  std::string_view endpoint = test.suite.text("clientEndpoint");
  endpoint.remove_prefix(std::min(endpoint.size(), std::string_view("https://").size()));
  const auto slash = std::min(endpoint.find('/'), endpoint.size());
  const std::string uri =
      concat(endpoint.substr(slash), request.path, request.query.empty() ? "" : "?", request.query);
  test.expect_equal("method", request.method, expected.text("method"));
  test.expect_equal("uri", uri, expected.text("uri"));
  if (const auto* host = expected.find("host")) {
    test.expect_equal("host", concat(serialized.host_prefix, endpoint), *host->as_string());
  }
}

void run_case(Case& test) {
  const Value& given = *test.vector.find("given");
  const Value& expected = *test.vector.find("serialized");
  const auto catalog = catalog_of("test",
                                  *test.suite.find("metadata"),
                                  *test.suite.find("shapes"),
                                  std::string(given.text("name")),
                                  given);
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto operation = catalog->service(0).operation(0);
  const auto input = operation.input();
  const Value& params = *test.vector.find("params");
  FixedRandom random;
  const auto serialized = serialize(operation, input ? prepared(*input, params) : params, random);
  ASSERT_TRUE(serialized) << serialized.error().message;
  const auto protocol = catalog->service(0).protocol();
  compare_target(test, *serialized, expected);
  compare_headers(test, protocol, serialized->request.headers, expected);
  if (const auto* body = expected.find("body")) {
    compare_bodies(test, protocol, serialized->request, *body->as_string());
  }
}

class SerializeConformance : public testing::TestWithParam<const char*> {};

TEST_P(SerializeConformance, SendsWhatTheVectorsSay) {
  const auto text = read_file_if_exists(suite_folder() + GetParam() + ".json");
  if (!text || !*text) {
    GTEST_SKIP() << "no vectors in " << suite_folder()
                 << "; set VIRGA_CONFORMANCE to the folder that has them";
  }
  const auto suites = read_json(**text);
  ASSERT_TRUE(suites) << suites.error().message;
  int agree = 0;
  int known = 0;
  for (const auto& suite : *suites->as_list()) {
    for (const auto& vector : *suite.find("cases")->as_list()) {
      const std::string id(vector.text("id"));
      SCOPED_TRACE(id);
      Case test{suite, vector};
      run_case(test);
      const bool listed = known_differences().contains(id);
      EXPECT_EQ(listed, !test.differences.empty())
          << (listed ? "agrees, though listed as different" : "");
      for (const auto& difference : test.differences) {
        EXPECT_TRUE(listed) << difference;
      }
      ++(listed ? known : agree);
    }
  }
  RecordProperty("agree", agree);
  RecordProperty("known_differences", known);
}

INSTANTIATE_TEST_SUITE_P(Every,
                         SerializeConformance,
                         testing::Values("ec2",
                                         "json",
                                         "json_1_0",
                                         "json_1_0-query-compatible",
                                         "query",
                                         "rest-json",
                                         "rest-xml",
                                         "smithy-rpc-v2-cbor",
                                         "smithy-rpc-v2-cbor-non-query-compatible",
                                         "smithy-rpc-v2-cbor-query-compatible"),
                         [](const auto& file) {
                           return replace_all(replace_all(file.param, "-", "_"), "__", "_");
                         });

}  // namespace
}  // namespace virga::protocol
