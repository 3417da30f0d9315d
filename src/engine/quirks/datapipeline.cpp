// SPDX-License-Identifier: Apache-2.0
// A pipeline is shown in the form of the files that define it, which the API does not know
// (awscli/customizations/datapipeline/translator.py, api_to_definition).
#include <array>

#include "engine/quirks/table.hpp"

namespace virga::engine::quirks {
namespace {

/// A key that comes again makes a list.
void add_value(Map& map, std::string_view key, Value value) {
  Value* present = map.find(key);
  if (present == nullptr) {
    map.append(std::string(key), std::move(value));
  } else if (List* list = present->as_list()) {
    list->push_back(std::move(value));
  } else {
    List both;
    both.push_back(std::move(*present));
    both.push_back(std::move(value));
    *present = Value(std::move(both));
  }
}

Value copy_of(const Value& map, std::string_view key) {
  const Value* member = map.find(key);
  return member == nullptr ? Value() : *member;
}

const List& list_of(const Value& map, std::string_view key) {
  static const List k_none;
  const Value* member = map.find(key);
  const List* list = member == nullptr ? nullptr : member->as_list();
  return list == nullptr ? k_none : *list;
}

Value object_of(const Value& element) {
  Map object;
  object.append("id", copy_of(element, "id"));
  object.append("name", copy_of(element, "name"));
  for (const Value& field : list_of(element, "fields")) {
    if (const Value* text = field.find("stringValue")) {
      add_value(object, field.text("key"), *text);
    } else {
      Map reference;
      reference.append("ref", copy_of(field, "refValue"));
      add_value(object, field.text("key"), Value(std::move(reference)));
    }
  }
  return object;
}

Value parameter_of(const Value& element) {
  Map parameter;
  parameter.append("id", copy_of(element, "id"));
  for (const Value& attribute : list_of(element, "attributes")) {
    add_value(parameter, attribute.text("key"), copy_of(attribute, "stringValue"));
  }
  return parameter;
}

void replace_list(Map& output,
                  std::string_view from,
                  std::string_view to,
                  Value (*convert)(const Value&)) {
  const Value* member = output.find(from);
  const List* elements = member == nullptr ? nullptr : member->as_list();
  if (elements == nullptr) {
    return;
  }
  List converted;
  converted.reserve(elements->size());
  for (const Value& element : *elements) {
    converted.push_back(convert(element));
  }
  output.erase(from);
  output.set(to, Value(std::move(converted)));
}

Status show_definition(const model::Operation&,
                       const http::Response&,
                       Map& output,
                       const QuirkContext&) {
  replace_list(output, "pipelineObjects", "objects", object_of);
  replace_list(output, "parameterObjects", "parameters", parameter_of);
  const Value* member = output.find("parameterValues");
  const List* elements = member == nullptr ? nullptr : member->as_list();
  if (elements == nullptr) {
    return {};
  }
  Map values;
  for (const Value& element : *elements) {
    add_value(values, element.text("id"), copy_of(element, "stringValue"));
  }
  output.erase("parameterValues");
  output.set("values", Value(std::move(values)));
  return {};
}

constexpr std::array<Row<OutputQuirk>, 1> k_output{{{"GetPipelineDefinition", show_definition}}};

}  // namespace

constinit const ServiceQuirks k_datapipeline{{}, {}, {}, k_output};

}  // namespace virga::engine::quirks
