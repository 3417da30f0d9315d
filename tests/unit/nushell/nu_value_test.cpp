// SPDX-License-Identifier: Apache-2.0
#include "nushell/nu_value.hpp"

#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "nushell/msgpack.hpp"

namespace virga::nushell {
namespace {

Value decode(const std::string& bytes) {
  MessageReader reader;
  reader.feed(bytes);
  auto message = reader.next();
  return message && *message ? std::move(**message) : Value();
}

/// The value's kind, and what it holds.
std::pair<std::string, Value> field(const Value& record, std::string_view name) {
  const auto* tree = record.find("Record")->find("val")->find(name);
  const auto nu = read_nu_value(*tree);
  return {std::string(nu->kind_view), nu->payload == nullptr ? Value() : *nu->payload};
}

TEST(NuValue, ColumnsOfARowHaveUnitsOfTheirOwn) {
  Map object;
  object.append("Size", std::int64_t{7});
  const ServiceUnits units("s3");
  const std::array columns = {Column{"result", object, units},
                              Column{"request", object},
                              Column{"duration", std::int64_t{1500}, no_units(), Unit::nanoseconds},
                              Column{"error"}};
  std::string bytes;
  pack_nu_row(bytes, columns, {3, 9});
  const Value row = decode(bytes);
  EXPECT_EQ(field(row, "duration"), std::pair(std::string("Duration"), Value(std::int64_t{1500})));
  EXPECT_EQ(field(row, "error").first, "Nothing");
  const Value* result = row.find("Record")->find("val")->find("result");
  const Value* request = row.find("Record")->find("val")->find("request");
  EXPECT_EQ(field(*result, "Size").first, "Filesize");
  EXPECT_EQ(field(*request, "Size").first, "Int");
  const auto whole = read_nu_value(row);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->span, (Span{3, 9}));
}

TEST(NuValue, SecondsWithAFractionAreADuration) {
  class Seconds final : public Units {
   public:
    [[nodiscard]] Unit of(std::string_view) const override { return Unit::seconds; }
  };

  Map map;
  map.append("age", 1.5);
  std::string bytes;
  pack_nu_value(bytes, map, {}, Seconds());
  EXPECT_EQ(field(decode(bytes), "age"),
            std::pair(std::string("Duration"), Value(std::int64_t{1'500'000'000})));
}

}  // namespace
}  // namespace virga::nushell
