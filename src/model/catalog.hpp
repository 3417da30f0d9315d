// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/document.hpp"
#include "model/traits.hpp"

// Read-only views of the service models. All of them are handles of a few words, valid as long as
// their Catalog, and Thread-safe. Texts are views into the pack.
namespace virga::model {

class Documentation;
class Member;

/// A type of a service's model.
class Shape {
 public:
  Shape(const PackView* pack, std::uint32_t index) : pack_view_(pack), index_(index) {}

  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] ShapeKind kind() const;
  [[nodiscard]] bool has(ShapeFlag flag) const;

  [[nodiscard]] bool is_structure() const { return kind() == ShapeKind::structure; }

  [[nodiscard]] std::uint32_t member_count() const;
  [[nodiscard]] Member member(std::uint32_t index) const;
  [[nodiscard]] std::optional<Member> find_member(std::string_view name) const;
  [[nodiscard]] Member element() const;  ///< of a list
  [[nodiscard]] Member key() const;      ///< of a map
  [[nodiscard]] Member value() const;    ///< of a map

  [[nodiscard]] std::string_view payload() const;  ///< the member that is the whole body, or empty
  [[nodiscard]] TimestampFormat timestamp_format() const;
  [[nodiscard]] std::string_view location_name() const;
  [[nodiscard]] std::string_view xml_uri() const;
  [[nodiscard]] std::string_view xml_prefix() const;
  [[nodiscard]] std::string_view error_code() const;  ///< trait error.code, or empty
  [[nodiscard]] int error_status() const;             ///< trait error.httpStatusCode, or 0
  [[nodiscard]] std::optional<double> min() const;
  [[nodiscard]] std::optional<double> max() const;
  [[nodiscard]] std::string_view pattern() const;
  [[nodiscard]] Document enum_values() const;  ///< a list, or null
  /// The names of a structure's required members in the model's order, or null if that is the order
  /// of the members.
  [[nodiscard]] Document required_order() const;

  [[nodiscard]] std::uint32_t index() const { return index_; }

  bool operator==(const Shape& other) const { return index_ == other.index_; }

 private:
  friend class Documentation;
  const PackView* pack_view_;
  std::uint32_t index_;
};

/// A member of a structure, the element of a list, the key or value of a map: a shape and what is
/// said of it here.
class Member {
 public:
  Member(const PackView* pack, std::uint32_t index) : pack_view_(pack), index_(index) {}

  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] Shape shape() const;
  [[nodiscard]] bool has(MemberFlag flag) const;
  [[nodiscard]] Location location() const;
  /// The name on the wire as the model gives it for this place or for the shape; empty if it gives
  /// none.
  [[nodiscard]] std::string_view location_name() const;
  /// location_name(), or the member's name.
  [[nodiscard]] std::string_view wire_name() const;
  /// The member's own format, or its shape's.
  [[nodiscard]] TimestampFormat timestamp_format() const;
  /// Here or on the shape.
  [[nodiscard]] bool is_flattened() const;
  [[nodiscard]] bool is_streaming() const;
  [[nodiscard]] std::string_view xml_uri() const;     ///< here or on the shape
  [[nodiscard]] std::string_view xml_prefix() const;  ///< here or on the shape
  [[nodiscard]] std::string_view query_name() const;  ///< ec2's queryName, or empty
  [[nodiscard]] std::string_view context_param() const;

 private:
  friend class Documentation;
  const PackView* pack_view_;
  std::uint32_t index_;
};

class Service;

class Operation {
 public:
  Operation(const PackView* pack, std::uint32_t service, std::uint32_t index)
      : pack_view_(pack), service_(service), index_(index) {}

  [[nodiscard]] std::string_view name() const;      ///< DescribeInstances
  [[nodiscard]] std::string_view cli_name() const;  ///< describe-instances
  [[nodiscard]] Service service() const;
  [[nodiscard]] std::string_view method() const;
  [[nodiscard]] std::string_view uri()
      const;                                ///< trait http.requestUri, may hold labels and a query
  [[nodiscard]] int response_code() const;  ///< 0 if not given
  [[nodiscard]] std::optional<Shape> input() const;
  [[nodiscard]] std::optional<Shape> output() const;
  [[nodiscard]] std::vector<Shape> errors() const;
  [[nodiscard]] std::string_view input_location_name() const;
  [[nodiscard]] std::string_view input_xml_uri() const;
  [[nodiscard]] std::string_view result_wrapper() const;
  [[nodiscard]] std::string_view host_prefix() const;
  [[nodiscard]] std::string_view auth_type() const;  ///< "none", "v4-unsigned-body", ... or empty
  [[nodiscard]] bool has(OperationFlag flag) const;
  /// A trait kept as a tree: httpChecksum, staticContextParams, operationContextParams, auth,
  /// requestcompression, endpointdiscovery, deprecatedMessage. Null if absent.
  [[nodiscard]] Document trait(std::string_view name) const;
  [[nodiscard]] Document paginator() const;  ///< null if it has none
  /// What derived_paginators.hpp made up for an operation that has page tokens, but no paginator;
  /// null for others. Whether the operation is a read was not asked.
  [[nodiscard]] Document derived_paginator() const;

  /// The same operation with that as its paginator(), if it has none of its own.
  [[nodiscard]] Operation with_derived_paginator() const;

  /// The member that is streamed as the body of the request or response, if there is one.
  [[nodiscard]] std::optional<Member> streaming_input() const;
  [[nodiscard]] std::optional<Member> streaming_output() const;
  [[nodiscard]] std::optional<Member> event_stream_input() const;
  [[nodiscard]] std::optional<Member> event_stream_output() const;

 private:
  friend class Documentation;
  const PackView* pack_view_;
  std::uint32_t service_;
  std::uint32_t index_;
  bool uses_derived_paginator_ = false;
};

class Service {
 public:
  Service(const PackView* pack, std::uint32_t index) : pack_view_(pack), index_(index) {}

  [[nodiscard]] std::string_view name() const;  ///< the model's folder: ec2, cognito-idp
  [[nodiscard]] std::string_view protocol()
      const;  ///< the protocol to speak: json, rest-json, rest-xml, ...
  /// Metadata of the model: apiVersion, endpointPrefix, serviceId, signingName, signatureVersion,
  /// jsonVersion, targetPrefix, xmlNamespace, awsQueryCompatible, globalEndpoint, serviceFullName,
  /// ...
  [[nodiscard]] Document metadata() const;

  [[nodiscard]] std::string_view metadata(std::string_view key) const {
    return metadata().text(key);
  }

  [[nodiscard]] std::string_view signing_name() const;  ///< or the endpoint prefix
  [[nodiscard]] std::uint32_t operation_count() const;
  [[nodiscard]] Operation operation(std::uint32_t index) const;  ///< in the order of cli_name
  [[nodiscard]] std::optional<Operation> find_operation(std::string_view name) const;
  [[nodiscard]] std::optional<Operation> find_operation_by_cli_name(
      std::string_view cli_name) const;
  [[nodiscard]] std::optional<Shape> find_shape(
      std::string_view name) const;  ///< linear, for rare use
  [[nodiscard]] Document endpoint_rules() const;
  [[nodiscard]] Document client_context_params() const;
  [[nodiscard]] Document paginators() const;
  [[nodiscard]] Document waiters() const;

 private:
  friend class Documentation;
  const PackView* pack_view_;
  std::uint32_t index_;
};

/// The opened pack. Opening maps the file and checks a few bounds; nothing is copied.
class Catalog {
 public:
  /// Errors: models, in one sentence with the command that mends it.
  [[nodiscard]] static Result<Catalog> open(const std::string& path);
  /// A pack in memory, as PackBuilder makes it.
  [[nodiscard]] static Result<Catalog> from_bytes(std::string bytes);
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;
  ~Catalog();

  [[nodiscard]] std::uint32_t service_count() const;
  [[nodiscard]] Service service(std::uint32_t index) const;  ///< in the order of names
  [[nodiscard]] std::optional<Service> find_service(std::string_view name) const;
  [[nodiscard]] Document partitions() const;
  [[nodiscard]] Document endpoints() const;  ///< endpoints.json
  [[nodiscard]] Document retry() const;      ///< _retry.json
  [[nodiscard]] std::string_view source() const;
  [[nodiscard]] std::string_view source_version() const;
  [[nodiscard]] std::uint32_t operation_count() const;
  [[nodiscard]] std::uint32_t shape_count() const;

 private:
  explicit Catalog(std::unique_ptr<PackView> pack);
  std::unique_ptr<PackView> pack_;
};

}  // namespace virga::model
