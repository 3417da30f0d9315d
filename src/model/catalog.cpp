// SPDX-License-Identifier: Apache-2.0
#include "model/catalog.hpp"

#include <algorithm>

#include "model/derived_paginators.hpp"
#include "model/pack_view.hpp"

namespace virga::model {
namespace {

/// The place in [first, first + count) whose key equals `wanted`, where keys are sorted.
template <typename KeyAt>
std::optional<std::uint32_t> find_sorted(std::uint32_t first,
                                         std::uint32_t count,
                                         std::string_view wanted,
                                         KeyAt key_at) {
  std::uint32_t low = first;
  std::uint32_t high = first + count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::string_view key = key_at(middle);
    if (key == wanted) {
      return middle;
    }
    if (key < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::nullopt;
}

std::optional<Member> payload_member(const std::optional<Shape>& shape) {
  if (!shape || shape->payload().empty()) {
    return std::nullopt;
  }
  return shape->find_member(shape->payload());
}

/// botocore takes every blob that is the whole body for a stream, whether the model has the trait
/// or not.
std::optional<Member> streaming_payload(const std::optional<Shape>& shape) {
  auto member = payload_member(shape);
  if (member && member->shape().kind() == ShapeKind::blob) {
    return member;
  }
  return std::nullopt;
}

std::optional<Member> event_stream_member(const std::optional<Shape>& shape) {
  for (std::uint32_t i = 0; shape && i < shape->member_count(); ++i) {
    if (shape->member(i).shape().has(ShapeFlag::event_stream)) {
      return shape->member(i);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view Shape::name() const { return pack_view_->text(pack_view_->shape(index_).name()); }

ShapeKind Shape::kind() const {
  const auto kind = pack_view_->shape(index_).kind();
  return kind <= static_cast<std::uint8_t>(ShapeKind::timestamp) ? static_cast<ShapeKind>(kind)
                                                                 : ShapeKind::string;
}

bool Shape::has(ShapeFlag flag) const {
  return (pack_view_->shape(index_).flags() & static_cast<std::uint32_t>(flag)) != 0;
}

std::uint32_t Shape::member_count() const {
  return std::min(pack_view_->shape(index_).member_count(), pack_view_->root().members()->size());
}

Member Shape::member(std::uint32_t index) const {
  return {pack_view_, pack_view_->shape(index_).first_member() + index};
}

std::optional<Member> Shape::find_member(std::string_view name) const {
  const auto count = member_count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (member(i).name() == name) {
      return member(i);
    }
  }
  return std::nullopt;
}

Member Shape::element() const { return member(0); }

Member Shape::key() const { return member(0); }

Member Shape::value() const { return member(1); }

std::string_view Shape::payload() const {
  return pack_view_->text(pack_view_->shape(index_).payload());
}

TimestampFormat Shape::timestamp_format() const {
  return static_cast<TimestampFormat>(pack_view_->shape(index_).timestamp_format() & 3U);
}

std::string_view Shape::location_name() const {
  return pack_view_->text(pack_view_->shape(index_).location_name());
}

std::string_view Shape::xml_uri() const {
  return pack_view_->text(pack_view_->shape(index_).xml_uri());
}

std::string_view Shape::xml_prefix() const {
  return pack_view_->text(pack_view_->shape(index_).xml_prefix());
}

std::string_view Shape::error_code() const {
  return pack_view_->text(pack_view_->shape(index_).error_code());
}

int Shape::error_status() const { return pack_view_->shape(index_).error_status(); }

std::optional<double> Shape::min() const {
  return has(ShapeFlag::has_min) ? std::optional(pack_view_->shape(index_).min()) : std::nullopt;
}

std::optional<double> Shape::max() const {
  return has(ShapeFlag::has_max) ? std::optional(pack_view_->shape(index_).max()) : std::nullopt;
}

std::string_view Shape::pattern() const {
  return pack_view_->text(pack_view_->shape(index_).pattern());
}

Document Shape::enum_values() const { return {pack_view_, pack_view_->shape(index_).values()}; }

Document Shape::required_order() const { return is_structure() ? enum_values() : Document(); }

std::string_view Member::name() const {
  return pack_view_->text(pack_view_->member(index_).name());
}

Shape Member::shape() const { return {pack_view_, pack_view_->member(index_).shape()}; }

bool Member::has(MemberFlag flag) const {
  return (pack_view_->member(index_).flags() & static_cast<std::uint32_t>(flag)) != 0;
}

Location Member::location() const {
  const auto location = pack_view_->member(index_).location();
  return location <= static_cast<std::uint8_t>(Location::status_code)
             ? static_cast<Location>(location)
             : Location::body;
}

std::string_view Member::location_name() const {
  const auto own = pack_view_->text(pack_view_->member(index_).location_name());
  return own.empty() ? shape().location_name() : own;
}

std::string_view Member::wire_name() const {
  const auto given = location_name();
  return given.empty() ? name() : given;
}

TimestampFormat Member::timestamp_format() const {
  const auto own = static_cast<TimestampFormat>(pack_view_->member(index_).timestamp_format() & 3U);
  return own == TimestampFormat::unspecified ? shape().timestamp_format() : own;
}

bool Member::is_flattened() const {
  return has(MemberFlag::flattened) || shape().has(ShapeFlag::flattened);
}

bool Member::is_streaming() const {
  return has(MemberFlag::streaming) || shape().has(ShapeFlag::streaming);
}

std::string_view Member::xml_uri() const {
  const auto own = pack_view_->text(pack_view_->member(index_).xml_uri());
  return own.empty() ? shape().xml_uri() : own;
}

std::string_view Member::xml_prefix() const {
  const auto own = pack_view_->text(pack_view_->member(index_).xml_prefix());
  return own.empty() ? shape().xml_prefix() : own;
}

std::string_view Member::query_name() const {
  return pack_view_->text(pack_view_->member(index_).query_name());
}

std::string_view Member::context_param() const {
  return pack_view_->text(pack_view_->member(index_).context_param());
}

std::string_view Operation::name() const {
  return pack_view_->text(pack_view_->operation(index_).name());
}

std::string_view Operation::cli_name() const {
  return pack_view_->text(pack_view_->operation(index_).cli_name());
}

Service Operation::service() const { return {pack_view_, service_}; }

std::string_view Operation::method() const {
  return pack_view_->text(pack_view_->operation(index_).method());
}

std::string_view Operation::uri() const {
  return pack_view_->text(pack_view_->operation(index_).uri());
}

int Operation::response_code() const {
  return static_cast<int>(pack_view_->operation(index_).response_code());
}

std::optional<Shape> Operation::input() const {
  const auto shape = pack_view_->operation(index_).input();
  return shape == 0 ? std::nullopt : std::optional(Shape(pack_view_, shape - 1));
}

std::optional<Shape> Operation::output() const {
  const auto shape = pack_view_->operation(index_).output();
  return shape == 0 ? std::nullopt : std::optional(Shape(pack_view_, shape - 1));
}

std::vector<Shape> Operation::errors() const {
  std::vector<Shape> shapes;
  const Document list(pack_view_, pack_view_->operation(index_).errors());
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    shapes.emplace_back(pack_view_, static_cast<std::uint32_t>(list.at(i).integer()));
  }
  return shapes;
}

std::string_view Operation::input_location_name() const {
  return pack_view_->text(pack_view_->operation(index_).input_location_name());
}

std::string_view Operation::input_xml_uri() const {
  return pack_view_->text(pack_view_->operation(index_).input_xml_uri());
}

std::string_view Operation::result_wrapper() const {
  return pack_view_->text(pack_view_->operation(index_).result_wrapper());
}

std::string_view Operation::host_prefix() const {
  return pack_view_->text(pack_view_->operation(index_).host_prefix());
}

std::string_view Operation::auth_type() const {
  return pack_view_->text(pack_view_->operation(index_).auth_type());
}

bool Operation::has(OperationFlag flag) const {
  return (pack_view_->operation(index_).flags() & static_cast<std::uint32_t>(flag)) != 0;
}

Document Operation::trait(std::string_view name) const {
  return Document(pack_view_, pack_view_->operation(index_).traits()).find(name);
}

Document Operation::paginator() const {
  const auto own = service().paginators().find(name());
  return own.is_null() && uses_derived_paginator_ ? derived_paginator() : own;
}

Document Operation::derived_paginator() const {
  return service().paginators().find(k_derived_paginators).find(name());
}

Operation Operation::with_derived_paginator() const {
  Operation out = *this;
  out.uses_derived_paginator_ = true;
  return out;
}

std::optional<Member> Operation::streaming_input() const { return streaming_payload(input()); }

std::optional<Member> Operation::streaming_output() const { return streaming_payload(output()); }

std::optional<Member> Operation::event_stream_input() const { return event_stream_member(input()); }

std::optional<Member> Operation::event_stream_output() const {
  return event_stream_member(output());
}

std::string_view Service::name() const {
  return pack_view_->text(pack_view_->service(index_).name());
}

std::string_view Service::protocol() const {
  return pack_view_->text(pack_view_->service(index_).protocol());
}

Document Service::metadata() const { return {pack_view_, pack_view_->service(index_).metadata()}; }

std::string_view Service::signing_name() const {
  const auto name = metadata("signingName");
  return name.empty() ? metadata("endpointPrefix") : name;
}

std::uint32_t Service::operation_count() const {
  return std::min(pack_view_->service(index_).operation_count(),
                  pack_view_->root().operations()->size());
}

Operation Service::operation(std::uint32_t index) const {
  return {pack_view_, index_, pack_view_->service(index_).first_operation() + index};
}

std::optional<Operation> Service::find_operation(std::string_view name) const {
  const auto count = operation_count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (operation(i).name() == name) {
      return operation(i);
    }
  }
  return std::nullopt;
}

std::optional<Operation> Service::find_operation_by_cli_name(std::string_view cli_name) const {
  const auto found = find_sorted(
      0, operation_count(), cli_name, [&](std::uint32_t i) { return operation(i).cli_name(); });
  return found ? std::optional(operation(*found)) : std::nullopt;
}

std::optional<Shape> Service::find_shape(std::string_view name) const {
  const auto& service = pack_view_->service(index_);
  const auto count = std::min(service.shape_count(), pack_view_->root().shapes()->size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const Shape shape(pack_view_, service.first_shape() + i);
    if (shape.name() == name) {
      return shape;
    }
  }
  return std::nullopt;
}

Document Service::endpoint_rules() const {
  return {pack_view_, pack_view_->service(index_).rules()};
}

Document Service::client_context_params() const {
  return {pack_view_, pack_view_->service(index_).client_context_params()};
}

Document Service::paginators() const {
  return {pack_view_, pack_view_->service(index_).paginators()};
}

Document Service::waiters() const { return {pack_view_, pack_view_->service(index_).waiters()}; }

Catalog::Catalog(std::unique_ptr<PackView> pack) : pack_(std::move(pack)) {}

Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

Result<Catalog> Catalog::open(const std::string& path) {
  VIRGA_TRY_ASSIGN(auto pack, PackView::from_file(path));
  return Catalog(std::move(pack));
}

Result<Catalog> Catalog::from_bytes(std::string bytes) {
  VIRGA_TRY_ASSIGN(auto pack, PackView::from_bytes(std::move(bytes)));
  return Catalog(std::move(pack));
}

std::uint32_t Catalog::service_count() const { return pack_->root().services()->size(); }

Service Catalog::service(std::uint32_t index) const { return {pack_.get(), index}; }

std::optional<Service> Catalog::find_service(std::string_view name) const {
  const auto found =
      find_sorted(0, service_count(), name, [&](std::uint32_t i) { return service(i).name(); });
  return found ? std::optional(service(*found)) : std::nullopt;
}

Document Catalog::partitions() const { return {pack_.get(), pack_->root().partitions()}; }

Document Catalog::endpoints() const { return {pack_.get(), pack_->root().endpoints()}; }

Document Catalog::retry() const { return {pack_.get(), pack_->root().retry()}; }

std::string_view Catalog::source() const {
  const auto* text = pack_->root().source();
  return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

std::string_view Catalog::source_version() const {
  const auto* text = pack_->root().source_version();
  return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

std::uint32_t Catalog::operation_count() const { return pack_->root().operations()->size(); }

std::uint32_t Catalog::shape_count() const { return pack_->root().shapes()->size(); }

}  // namespace virga::model
