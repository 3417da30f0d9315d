// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "cli/customizations/customize.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

// The AWS CLI speaks a definition file's form of a pipeline, the service another. Source:
// awscli/customizations/datapipeline/{__init__,translator}.py.
namespace virga::cli::customizations {
namespace {

tl::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::validation, std::move(message));
}

Result<Value> read_definition(const Argument& argument,
                              const std::string& word,
                              const ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto text, context.text_of(argument, word));
  return read_json(text);
}

Map field_of(const std::string& key, Value value) {
  Map field;
  field.append("key", key);
  const auto* map = value.as_map();
  const auto* reference = map != nullptr && map->size() == 1 ? map->find("ref") : nullptr;
  if (reference != nullptr) {
    field.append("refValue", *reference);
  } else {
    field.append("stringValue", std::move(value));
  }
  return field;
}

/// The members of an element in the order of their names, each as one field, or as many as it has
/// values.
List fields_of(Map element) {
  auto& entries = element.entries();
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  List fields;
  for (auto& [key, value] : entries) {
    if (auto* list = value.as_list()) {
      for (auto& item : *list) {
        fields.emplace_back(field_of(key, std::move(item)));
      }
    } else {
      fields.emplace_back(field_of(key, std::move(value)));
    }
  }
  return fields;
}

/// `list` of the definition as the service wants it; `what` names an element in errors.
Result<List> to_elements(const Value& list,
                         std::string_view what,
                         std::string_view fields,
                         bool with_names) {
  List out;
  const auto* elements = list.as_list();
  for (std::size_t i = 0; elements != nullptr && i < elements->size(); ++i) {
    const auto* given = (*elements)[i].as_map();
    const auto* id = given == nullptr ? nullptr : given->find("id");
    if (id == nullptr) {
      return invalid(concat("Error in pipeline definition: Missing \"id\" key of ",
                            what,
                            ": ",
                            to_json((*elements)[i], {0, true}),
                            "\n"));
    }
    Map element;
    element.append("id", *id);
    Map rest = *given;
    rest.erase("id");
    if (with_names) {
      const auto* name = given->find("name");
      element.append("name", name == nullptr ? *id : *name);
      rest.erase("name");
    }
    element.append(std::string(fields), fields_of(std::move(rest)));
    out.emplace_back(std::move(element));
  }
  return out;
}

List to_values(const Map& values) {
  List out;
  const auto add = [&out](const std::string& id, const Value& value) {
    Map entry;
    entry.append("id", id);
    entry.append("stringValue", value);
    out.emplace_back(std::move(entry));
  };
  for (const auto& [id, value] : values) {
    if (const auto* list = value.as_list()) {
      for (const auto& item : *list) {
        add(id, item);
      }
    } else {
      add(id, value);
    }
  }
  return out;
}

Status set_parameter_objects(const Value& definition, Map& params) {
  if (const auto* parameters = definition.find("parameters")) {
    VIRGA_TRY_ASSIGN(auto objects, to_elements(*parameters, "parameter", "attributes", false));
    params.set("parameterObjects", std::move(objects));
  }
  return {};
}

Status apply_definition(const Argument& argument,
                        const std::vector<std::string>& words,
                        ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto definition, read_definition(argument, words.front(), context));
  const auto* objects = definition.find("objects");
  if (objects == nullptr) {
    return invalid("Error in pipeline definition: Missing \"objects\" key\n");
  }
  auto& params = context.call.params;
  VIRGA_TRY_ASSIGN(auto elements, to_elements(*objects, "element", "fields", true));
  params.set("pipelineObjects", std::move(elements));
  if (!params.contains("parameterObjects")) {
    VIRGA_TRY(set_parameter_objects(definition, params));
  }
  const auto* values = definition.find("values");
  if (!params.contains("parameterValues") && values != nullptr && values->as_map() != nullptr) {
    params.set("parameterValues", to_values(*values->as_map()));
  }
  return {};
}

Status apply_parameter_objects(const Argument& argument,
                               const std::vector<std::string>& words,
                               ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto definition, read_definition(argument, words.front(), context));
  return set_parameter_objects(definition, context.call.params);
}

Status set_values(const Map& values, ApplyContext& context) {
  if (context.call.params.contains("parameterValues")) {
    return invalid("Only parameter-values or parameter-values-uri is allowed");
  }
  context.call.params.set("parameterValues", to_values(values));
  return {};
}

Status apply_values_file(const Argument& argument,
                         const std::vector<std::string>& words,
                         ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto definition, read_definition(argument, words.front(), context));
  const auto* values = definition.find("values");
  if (values == nullptr || values->as_map() == nullptr) {
    return {};
  }
  return set_values(*values->as_map(), context);
}

Status apply_inline_values(const Argument&,
                           const std::vector<std::string>& words,
                           ApplyContext& context) {
  Map values;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      return invalid(concat("Error in parameter: Invalid inline parameter format: ", word, "\n"));
    }
    const auto key = word.substr(0, equals);
    Value value(word.substr(equals + 1));
    auto* present = values.find(key);
    if (present == nullptr) {
      values.append(key, std::move(value));
    } else if (auto* list = present->as_list()) {
      list->push_back(std::move(value));
    } else {
      *present = Value(List{std::move(*present), std::move(value)});
    }
  }
  return set_values(values, context);
}

/// Values of one key become a list.
void add_value(Map& map, std::string_view key, Value value) {
  auto* present = map.find(key);
  if (present == nullptr) {
    map.append(std::string(key), std::move(value));
  } else if (auto* list = present->as_list()) {
    list->push_back(std::move(value));
  } else {
    *present = Value(List{std::move(*present), std::move(value)});
  }
}

Value value_of(const Value& field) {
  if (const auto* text = field.find("stringValue")) {
    return *text;
  }
  Map reference;
  const auto* target = field.find("refValue");
  reference.append("ref", target == nullptr ? Value() : *target);
  return reference;
}

Value from_elements(const Value& elements, std::string_view fields, bool with_names) {
  List out;
  const auto* list = elements.as_list();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto& element = (*list)[i];
    Map object;
    object.append("id", element.text("id"));
    if (with_names) {
      object.append("name", element.text("name"));
    }
    const auto* given = element.find(fields);
    const auto* field_list = given == nullptr ? nullptr : given->as_list();
    for (std::size_t j = 0; field_list != nullptr && j < field_list->size(); ++j) {
      add_value(object, (*field_list)[j].text("key"), value_of((*field_list)[j]));
    }
    out.emplace_back(std::move(object));
  }
  return out;
}

Value from_values(const Value& values) {
  Map out;
  const auto* list = values.as_list();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    add_value(out, (*list)[i].text("id"), value_of((*list)[i]));
  }
  return out;
}

Argument json_option(std::string_view name, Apply apply, bool required = false) {
  auto added = option(name, apply);
  added.required = required;
  return added;
}

}  // namespace

void add_parameter_values(ArgumentTable& table, const model::Operation&) {
  table.set(json_option("parameter-values-uri", apply_values_file));
  table.set(option("parameter-values", apply_inline_values)).arity = Arity::at_least_one;
}

void add_definition(ArgumentTable& table, const model::Operation& operation) {
  table.set(json_option("pipeline-definition", apply_definition, true));
  table.set(json_option("parameter-objects", apply_parameter_objects));
  add_parameter_values(table, operation);
  table.erase("pipeline-objects");
}

Status translate_pipeline(Invocation& call, const World&) {
  call.post_actions.push_back({PostAction::Kind::translate_definition});
  return {};
}

void definition_of_pipeline(Map& output) {
  const auto translate = [&output](
                             std::string_view from, std::string_view to, const auto& function) {
    if (auto* value = output.find(from)) {
      auto translated = function(*value);
      output.erase(from);
      output.append(std::string(to), std::move(translated));
    }
  };
  translate("pipelineObjects", "objects", [](const Value& v) {
    return from_elements(v, "fields", true);
  });
  translate("parameterObjects", "parameters", [](const Value& v) {
    return from_elements(v, "attributes", false);
  });
  translate("parameterValues", "values", from_values);
}

}  // namespace virga::cli::customizations
