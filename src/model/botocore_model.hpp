// SPDX-License-Identifier: Apache-2.0
// How botocore's JSON models spell what the pack records. Functions without state; what they return
// by reference or view belongs to the value given.
#pragma once

#include <string_view>

#include "model/traits.hpp"
#include "value/value.hpp"

namespace virga::model {

/// The member of that name; null where there is none.
[[nodiscard]] const Value& member_of(const Value& value, std::string_view key);
/// Whether the member of that name is the boolean true.
[[nodiscard]] bool is_true(const Value& value, std::string_view key);
/// The URI of an xmlNamespace: a map in current models, plain text in a few old ones.
[[nodiscard]] std::string_view xml_uri(const Value& xml);
/// 0 for what is no number.
[[nodiscard]] double number_of(const Value& value);

/// Of a shape's "type"; unknown ones are strings.
[[nodiscard]] ShapeKind shape_kind(std::string_view type);
/// Of a member's "location".
[[nodiscard]] Location location_of(std::string_view name);
/// Of a shape's or a member's "timestampFormat".
[[nodiscard]] TimestampFormat timestamp_format_of(std::string_view name);
/// The first protocol of those offered, in botocore's order of preference, that virga speaks.
[[nodiscard]] std::string_view choose_protocol(const Value& metadata);
/// The enum's values; of a structure the names of the required members, where their order is not
/// that of the members.
[[nodiscard]] Value shape_values(const Value& model);

}  // namespace virga::model
