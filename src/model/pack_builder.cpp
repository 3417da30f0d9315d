// SPDX-License-Identifier: Apache-2.0
#include "model/pack_builder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include <zstd.h>

#include "base/strings.hpp"
#include "model/botocore_model.hpp"
#include "model/derived_paginators.hpp"
#include "model/document.hpp"
#include "model/names.hpp"
#include "model/pack_view.hpp"
#include "model/traits.hpp"

namespace virga::model {
namespace {

/// zstd level for the documentation: half the size of level 1, and still under ten seconds for all
/// services.
constexpr int k_documentation_level = 6;

template <typename Flag>
void set_flag(std::uint32_t& flags, Flag flag, bool on) {
  if (on) {
    flags |= static_cast<std::uint32_t>(flag);
  }
}

}  // namespace

class PackBuilder::Parts {
 public:
  Parts() {
    static_cast<void>(text({}));  // offset 0 is the empty text
    nodes_.emplace_back();        // node 0 is null
  }

  /// Interned, but for what start_texts() has parted.
  std::uint32_t text(std::string_view bytes) {
    const auto [entry, is_new] =
        texts_.try_emplace(std::string(bytes), static_cast<std::uint32_t>(text_.size()));
    if (is_new) {
      const auto length = static_cast<std::uint32_t>(bytes.size());
      std::array<char, sizeof length> prefix{};
      std::memcpy(prefix.data(), &length, sizeof length);
      text_.append(prefix.data(), prefix.size());
      text_ += bytes;
    }
    return entry->second;
  }

  /// Texts from here on stand together. A command reads those of one service: interned across
  /// services they would lie on as many pages as there are of them.
  void start_texts() {
    texts_.clear();
    texts_.emplace(std::string(), 0U);
  }

  /// The index of the tree's root; children of one node stand together. Null is node 0.
  std::uint32_t document(const Value& value) {
    if (value.is_null()) {
      return 0;
    }
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    write_node(index, value, 0);
    return index;
  }

  Status add_service(const ServiceSource& source);

  std::string finish(std::string_view source, std::string_view source_version);

  std::uint32_t partitions = 0;
  std::uint32_t endpoints = 0;
  std::uint32_t retry = 0;

 private:
  using ShapeIndexes = std::unordered_map<std::string_view, std::uint32_t>;

  void write_node(std::uint32_t index, const Value& value, std::uint32_t key);
  Result<std::uint32_t> shape_index(const ShapeIndexes& shapes, const Value& reference) const;
  Result<pack::Shape> make_shape(const ShapeIndexes& shapes,
                                 std::string_view name,
                                 const Value& model);
  Status add_member(const ShapeIndexes& shapes,
                    std::string_view name,
                    const Value& reference,
                    bool required);
  Result<pack::Operation> make_operation(const ShapeIndexes& shapes,
                                         const std::string& name,
                                         const Value& model);
  std::uint32_t operation_traits(const Value& model);
  void add_documentation(const ServiceSource& source, pack::Service& service);

  std::string text_;
  std::unordered_map<std::string, std::uint32_t> texts_;
  std::vector<pack::Node> nodes_;
  std::vector<pack::Shape> shapes_;
  std::vector<pack::Member> members_;
  std::vector<pack::Operation> operations_;
  std::vector<std::pair<std::string, pack::Service>> services_;
  std::string documentation_;
};

void PackBuilder::Parts::write_node(std::uint32_t index, const Value& value, std::uint32_t key) {
  const auto put = [&](Document::Kind kind, std::uint64_t payload, std::size_t count) {
    nodes_[index] = pack::Node(
        payload, static_cast<std::uint32_t>(count), key, static_cast<std::uint32_t>(kind));
  };
  const auto children = [&](std::size_t count) {
    const std::size_t first = nodes_.size();
    nodes_.resize(first + count);
    return static_cast<std::uint32_t>(first);
  };
  switch (value.kind()) {
    case Value::Kind::boolean:
      return put(Document::Kind::boolean, *value.as_bool() ? 1 : 0, 0);
    case Value::Kind::integer:
      return put(Document::Kind::integer, std::bit_cast<std::uint64_t>(*value.as_integer()), 0);
    case Value::Kind::number:
      return put(Document::Kind::number, std::bit_cast<std::uint64_t>(*value.as_number()), 0);
    case Value::Kind::string:
      return put(Document::Kind::string, text(*value.as_string()), 0);
    case Value::Kind::list: {
      const auto& list = *value.as_list();
      const auto first = children(list.size());
      put(Document::Kind::list, first, list.size());
      for (std::size_t i = 0; i < list.size(); ++i) {
        write_node(first + static_cast<std::uint32_t>(i), list[i], 0);
      }
      return;
    }
    case Value::Kind::map: {
      const auto& map = *value.as_map();
      auto child = children(map.size());
      put(Document::Kind::map, child, map.size());
      for (const auto& [name, member] : map) {
        write_node(child++, member, text(name));
      }
      return;
    }
    default:
      return put(Document::Kind::null, 0, 0);
  }
}

Result<std::uint32_t> PackBuilder::Parts::shape_index(const ShapeIndexes& shapes,
                                                      const Value& reference) const {
  const auto name = reference.text("shape");
  const auto found = shapes.find(name);
  if (found == shapes.end()) {
    return fail(ErrorCode::models, concat("shape \"", name, "\" is referred to but not defined"));
  }
  return found->second;
}

Status PackBuilder::Parts::add_member(const ShapeIndexes& shapes,
                                      std::string_view name,
                                      const Value& reference,
                                      bool required) {
  VIRGA_TRY_ASSIGN(const auto shape, shape_index(shapes, reference));
  const Value& xml = member_of(reference, "xmlNamespace");
  std::uint32_t flags = 0;
  set_flag(flags, MemberFlag::required, required);
  set_flag(flags, MemberFlag::idempotency_token, is_true(reference, "idempotencyToken"));
  set_flag(flags, MemberFlag::json_value, is_true(reference, "jsonvalue"));
  set_flag(flags, MemberFlag::xml_attribute, is_true(reference, "xmlAttribute"));
  set_flag(flags, MemberFlag::flattened, is_true(reference, "flattened"));
  set_flag(flags, MemberFlag::streaming, is_true(reference, "streaming"));
  set_flag(flags, MemberFlag::event_payload, is_true(reference, "eventpayload"));
  set_flag(flags, MemberFlag::event_header, is_true(reference, "eventheader"));
  set_flag(flags, MemberFlag::host_label, is_true(reference, "hostLabel"));
  set_flag(flags, MemberFlag::deprecated, is_true(reference, "deprecated"));
  set_flag(flags, MemberFlag::endpoint_discovery_id, is_true(reference, "endpointdiscoveryid"));
  members_.emplace_back(
      text(name),
      shape,
      text(reference.text("locationName")),
      static_cast<std::uint8_t>(location_of(reference.text("location"))),
      static_cast<std::uint8_t>(timestamp_format_of(reference.text("timestampFormat"))),
      flags,
      text(xml_uri(xml)),
      text(xml.text("prefix")),
      text(reference.text("queryName")),
      text(member_of(reference, "contextParam").text("name")));
  return {};
}

Result<pack::Shape> PackBuilder::Parts::make_shape(const ShapeIndexes& shapes,
                                                   std::string_view name,
                                                   const Value& model) {
  const auto first_member = static_cast<std::uint32_t>(members_.size());
  const auto kind = shape_kind(model.text("type"));
  if (kind == ShapeKind::structure) {
    const auto* required = member_of(model, "required").as_list();
    const auto* members = member_of(model, "members").as_map();
    for (std::size_t i = 0; members != nullptr && i < members->size(); ++i) {
      const auto& [member, reference] = *(members->begin() + static_cast<std::ptrdiff_t>(i));
      const bool is_required =
          required != nullptr &&
          std::find(required->begin(), required->end(), Value(member)) != required->end();
      VIRGA_TRY(add_member(shapes, member, reference, is_required));
    }
  } else if (kind == ShapeKind::list) {
    VIRGA_TRY(add_member(shapes, "member", member_of(model, "member"), false));
  } else if (kind == ShapeKind::map) {
    VIRGA_TRY(add_member(shapes, "key", member_of(model, "key"), false));
    VIRGA_TRY(add_member(shapes, "value", member_of(model, "value"), false));
  }
  const Value& error = member_of(model, "error");
  const Value& xml = member_of(model, "xmlNamespace");
  const Value& min = member_of(model, "min");
  const Value& max = member_of(model, "max");
  const Value& retryable = member_of(model, "retryable");
  std::uint32_t flags = 0;
  set_flag(flags, ShapeFlag::flattened, is_true(model, "flattened"));
  set_flag(flags, ShapeFlag::union_type, is_true(model, "union"));
  set_flag(flags, ShapeFlag::document, is_true(model, "document"));
  set_flag(flags, ShapeFlag::exception, is_true(model, "exception"));
  set_flag(flags, ShapeFlag::fault, is_true(model, "fault"));
  set_flag(flags, ShapeFlag::event_stream, is_true(model, "eventstream"));
  set_flag(flags, ShapeFlag::event, is_true(model, "event"));
  set_flag(flags, ShapeFlag::sensitive, is_true(model, "sensitive"));
  set_flag(flags, ShapeFlag::streaming, is_true(model, "streaming"));
  set_flag(flags, ShapeFlag::requires_length, is_true(model, "requiresLength"));
  set_flag(flags, ShapeFlag::wrapper, is_true(model, "wrapper"));
  set_flag(flags, ShapeFlag::box, is_true(model, "box"));
  set_flag(flags, ShapeFlag::has_min, !min.is_null());
  set_flag(flags, ShapeFlag::has_max, !max.is_null());
  set_flag(flags, ShapeFlag::min_is_float, min.is_number());
  set_flag(flags, ShapeFlag::sparse, is_true(model, "sparse"));
  set_flag(flags, ShapeFlag::retryable, !retryable.is_null());
  set_flag(flags, ShapeFlag::throttling, is_true(retryable, "throttling"));
  set_flag(flags, ShapeFlag::deprecated, is_true(model, "deprecated"));
  const auto* status = member_of(error, "httpStatusCode").as_integer();
  return pack::Shape(number_of(min),
                     number_of(max),
                     text(name),
                     static_cast<std::uint8_t>(kind),
                     static_cast<std::uint8_t>(timestamp_format_of(model.text("timestampFormat"))),
                     status == nullptr ? std::uint16_t{0} : static_cast<std::uint16_t>(*status),
                     flags,
                     first_member,
                     static_cast<std::uint32_t>(members_.size()) - first_member,
                     text(model.text("locationName")),
                     text(xml_uri(xml)),
                     text(xml.text("prefix")),
                     text(error.text("code")),
                     text(model.text("payload")),
                     text(model.text("pattern")),
                     document(shape_values(model)));
}

std::uint32_t PackBuilder::Parts::operation_traits(const Value& model) {
  constexpr std::array<std::string_view, 7> k_traits = {"httpChecksum",
                                                        "staticContextParams",
                                                        "operationContextParams",
                                                        "auth",
                                                        "requestcompression",
                                                        "endpointdiscovery",
                                                        "deprecatedMessage"};
  Map traits;
  for (const auto name : k_traits) {
    if (const auto* trait = model.find(name)) {
      traits.append(std::string(name), *trait);
    }
  }
  return traits.empty() ? 0 : document(Value(std::move(traits)));
}

Result<pack::Operation> PackBuilder::Parts::make_operation(const ShapeIndexes& shapes,
                                                           const std::string& name,
                                                           const Value& model) {
  const Value& http = member_of(model, "http");
  const Value& input = member_of(model, "input");
  const Value& output = member_of(model, "output");
  std::uint32_t input_shape = 0;
  std::uint32_t output_shape = 0;
  if (!input.is_null()) {
    VIRGA_TRY_ASSIGN(const auto index, shape_index(shapes, input));
    input_shape = index + 1;
  }
  if (!output.is_null()) {
    VIRGA_TRY_ASSIGN(const auto index, shape_index(shapes, output));
    output_shape = index + 1;
  }
  List errors;
  if (const auto* references = member_of(model, "errors").as_list()) {
    for (const auto& reference : *references) {
      VIRGA_TRY_ASSIGN(const auto index, shape_index(shapes, reference));
      errors.emplace_back(std::int64_t{index});
    }
  }
  const Value& xml = member_of(input, "xmlNamespace");
  std::uint32_t flags = 0;
  set_flag(flags, OperationFlag::deprecated, is_true(model, "deprecated"));
  set_flag(flags, OperationFlag::unsigned_payload, is_true(model, "unsignedPayload"));
  set_flag(flags, OperationFlag::http_checksum_required, is_true(model, "httpChecksumRequired"));
  set_flag(flags, OperationFlag::readonly, is_true(model, "readonly"));
  set_flag(flags, OperationFlag::idempotent, is_true(model, "idempotent"));
  set_flag(flags, OperationFlag::endpoint_operation, is_true(model, "endpointoperation"));
  const auto* code = member_of(http, "responseCode").as_integer();
  return pack::Operation(text(name),
                         text(operation_cli_name(name)),
                         text(http.text("method")),
                         text(http.text("requestUri")),
                         code == nullptr ? 0 : static_cast<std::uint32_t>(*code),
                         input_shape,
                         output_shape,
                         errors.empty() ? 0 : document(Value(std::move(errors))),
                         text(input.text("locationName")),
                         text(xml_uri(xml)),
                         text(output.text("resultWrapper")),
                         text(member_of(model, "endpoint").text("hostPrefix")),
                         text(model.text("authtype")),
                         operation_traits(model),
                         flags);
}

/// Texts in the order service, operations, shapes, members as the pack has them; each a 32-bit
/// length and bytes.
void PackBuilder::Parts::add_documentation(const ServiceSource& source, pack::Service& service) {
  std::string plain;
  const auto put = [&plain](const Value& model) {
    const auto words = model.text("documentation");
    const auto length = static_cast<std::uint32_t>(words.size());
    plain.append(reinterpret_cast<const char*>(&length), sizeof length);
    plain += words;
  };
  put(source.service);
  const Value& operations = member_of(source.service, "operations");
  for (std::uint32_t i = 0; i < service.operation_count(); ++i) {
    std::uint32_t length = 0;
    const auto offset = operations_[service.first_operation() + i].name();
    std::memcpy(&length, text_.data() + offset, sizeof length);
    put(member_of(operations, std::string_view(text_).substr(offset + sizeof length, length)));
  }
  const auto& shapes = *member_of(source.service, "shapes").as_map();
  for (const auto& [name, shape] : shapes) {
    put(shape);
  }
  for (const auto& [name, shape] : shapes) {
    if (const auto* members = member_of(shape, "members").as_map()) {
      for (const auto& [member, reference] : *members) {
        put(reference);
      }
    }
    for (const auto* part : {"member", "key", "value"}) {
      if (const auto* reference = shape.find(part)) {
        put(*reference);
      }
    }
  }
  const std::size_t start = documentation_.size();
  documentation_.resize(start + ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(documentation_.data() + start,
                                         documentation_.size() - start,
                                         plain.data(),
                                         plain.size(),
                                         k_documentation_level);
  documentation_.resize(start + (ZSTD_isError(size) != 0U ? 0 : size));
  service.mutate_documentation(static_cast<std::uint32_t>(start));
  service.mutate_documentation_size(static_cast<std::uint32_t>(documentation_.size() - start));
}

Status PackBuilder::Parts::add_service(const ServiceSource& source) {
  const auto* shapes = member_of(source.service, "shapes").as_map();
  const auto* operations = member_of(source.service, "operations").as_map();
  if (shapes == nullptr || operations == nullptr) {
    return fail(ErrorCode::models,
                concat("service ", source.name, ": the model has no shapes or no operations"));
  }
  const auto first_shape = static_cast<std::uint32_t>(shapes_.size());
  const auto first_member = static_cast<std::uint32_t>(members_.size());
  const auto first_operation = static_cast<std::uint32_t>(operations_.size());
  ShapeIndexes indexes;
  for (const auto& [name, shape] : *shapes) {
    indexes.emplace(name, first_shape + static_cast<std::uint32_t>(indexes.size()));
  }
  const auto in_service = [&](Error error) {
    return fail(std::move(error).context("service " + source.name));
  };
  start_texts();
  for (const auto& [name, model] : *operations) {  // a search for one of them reads these alone
    static_cast<void>(text(operation_cli_name(name)));
  }
  for (const auto& [name, model] : *shapes) {
    auto shape = make_shape(indexes, name, model);
    if (!shape) {
      return in_service(std::move(shape).error());
    }
    shapes_.push_back(*shape);
  }
  std::vector<std::pair<std::string, pack::Operation>> sorted;
  for (const auto& [name, model] : *operations) {
    auto operation = make_operation(indexes, name, model);
    if (!operation) {
      return in_service(std::move(operation).error());
    }
    sorted.emplace_back(operation_cli_name(name), *operation);
  }
  std::sort(
      sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& entry : sorted) {
    operations_.push_back(entry.second);
  }
  const Value& metadata = member_of(source.service, "metadata");
  Value paginators = source.paginators;
  if (Value derived = derive_paginators(source.name, source.service, paginators);
      !derived.as_map()->empty()) {
    if (!paginators.is_map()) {
      paginators = Map();
    }
    paginators.as_map()->set(k_derived_paginators, std::move(derived));
  }
  pack::Service service(0,  // finish() names all of them, in one place
                        text(choose_protocol(metadata)),
                        first_operation,
                        static_cast<std::uint32_t>(operations_.size()) - first_operation,
                        first_shape,
                        static_cast<std::uint32_t>(shapes->size()),
                        first_member,
                        static_cast<std::uint32_t>(members_.size()) - first_member,
                        document(metadata),
                        document(member_of(source.service, "clientContextParams")),
                        document(source.rules),
                        document(paginators),
                        document(source.waiters),
                        0,
                        0);
  add_documentation(source, service);
  services_.emplace_back(source.name, service);
  return {};
}

std::string PackBuilder::Parts::finish(std::string_view source, std::string_view source_version) {
  std::sort(services_.begin(), services_.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  start_texts();
  std::vector<pack::Service> services;
  for (auto& [name, service] : services_) {
    service.mutate_name(text(name));
    services.push_back(service);
  }
  flatbuffers::FlatBufferBuilder builder(std::size_t{1} << 20U);
  const auto bytes_of = [](const std::string& bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
  };
  // What help reads goes first into the builder, so that it lies at the end of the file.
  const auto documentation = builder.CreateVector(bytes_of(documentation_), documentation_.size());
  const auto text_vector = builder.CreateVector(bytes_of(text_), text_.size());
  const auto nodes = builder.CreateVectorOfStructs(nodes_);
  const auto members = builder.CreateVectorOfStructs(members_);
  const auto shapes = builder.CreateVectorOfStructs(shapes_);
  const auto operations = builder.CreateVectorOfStructs(operations_);
  const auto service_vector = builder.CreateVectorOfStructs(services);
  const auto source_text = builder.CreateString(source.data(), source.size());
  const auto version_text = builder.CreateString(source_version.data(), source_version.size());
  pack::FinishPackBuffer(builder,
                         pack::CreatePack(builder,
                                          k_pack_format,
                                          source_text,
                                          version_text,
                                          service_vector,
                                          operations,
                                          shapes,
                                          members,
                                          nodes,
                                          text_vector,
                                          partitions,
                                          endpoints,
                                          retry,
                                          documentation));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

PackBuilder::PackBuilder() : parts_(std::make_unique<Parts>()) {}

PackBuilder::~PackBuilder() = default;

Status PackBuilder::add_service(const ServiceSource& source) { return parts_->add_service(source); }

void PackBuilder::set_partitions(const Value& partitions) {
  parts_->partitions = parts_->document(partitions);
}

void PackBuilder::set_endpoints(const Value& endpoints) {
  parts_->endpoints = parts_->document(endpoints);
}

void PackBuilder::set_retry(const Value& retry) { parts_->retry = parts_->document(retry); }

std::string PackBuilder::finish(std::string_view source, std::string_view source_version) {
  return parts_->finish(source, source_version);
}

}  // namespace virga::model
