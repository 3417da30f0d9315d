// SPDX-License-Identifier: Apache-2.0
#include "nushell/signature.hpp"

#include <string>
#include <utility>

namespace virga::nushell {
namespace {

template <typename... Pairs>
Map map_of(Pairs&&... pairs) {
  Map out;
  (out.append(std::string(pairs.first), std::move(pairs.second)), ...);
  return out;
}

std::pair<std::string_view, Value> field(std::string_view name, Value value) {
  return {name, std::move(value)};
}

/// A shape of nu's: {"List": "Any"}, {"Closure": null}, or a plain name.
Value encode_shape(std::string_view shape) {
  if (shape == "List") {
    return map_of(field("List", "Any"));
  }
  if (shape == "Closure") {
    return map_of(field("Closure", nullptr));
  }
  return shape;
}

Value encode_completion(const ArgumentRow& row) {
  if (row.completion.empty()) {
    return nullptr;
  }
  List values;
  for (const auto value : row.completion) {
    values.emplace_back(value);
  }
  return map_of(field("List", std::move(values)));
}

Value encode_positional(const ArgumentRow& row, Value shape) {
  return map_of(field("name", row.name),
                field("desc", row.description),
                field("shape", std::move(shape)),
                field("completion", encode_completion(row)),
                field("var_id", nullptr),
                field("default_value", nullptr));
}

Value encode_flag(const ArgumentRow& row) {
  return map_of(field("long", row.name),
                field("short", row.letter == '\0' ? Value() : Value(std::string(1, row.letter))),
                field("arg", row.shape.empty() ? Value() : encode_shape(row.shape)),
                field("required", false),
                field("desc", row.description),
                field("completion", encode_completion(row)),
                field("var_id", nullptr),
                field("default_value", nullptr));
}

Value encode_list(const std::vector<ArgumentRow>& rows) {
  List out;
  for (const auto& row : rows) {
    out.push_back(encode_positional(row, encode_shape(row.shape)));
  }
  return out;
}

/// Bare words stay text, so that leading zeros are kept; records, lists and closures keep their
/// types.
Value rest_of_catch_all() {
  List shapes;
  shapes.emplace_back(map_of(field("Record", List())));
  shapes.emplace_back(encode_shape("List"));
  shapes.emplace_back(encode_shape("Closure"));
  shapes.emplace_back("String");
  shapes.emplace_back("Any");
  const ArgumentRow row{"args", "", "service, operation, --flags and values"};
  return encode_positional(row, map_of(field("OneOf", std::move(shapes))));
}

Value encode_type(std::string_view type) {
  if (type == "Table") {
    return map_of(field("Table", List()));
  }
  return encode_shape(type);
}

}  // namespace

Value encode_signature(const SignatureRow& row) {
  List flags;
  if (!row.is_catch_all) {  // without this flag --help reaches the command itself
    flags.push_back(encode_flag({"help", "", "Display the help message for this command", 'h'}));
  }
  for (const auto& flag : row.flags) {
    flags.push_back(encode_flag(flag));
  }
  List terms;
  for (const auto term : row.search_terms) {
    terms.emplace_back(term);
  }
  List types;
  types.emplace_back(List{encode_type(row.input), encode_type(row.output)});
  List examples;
  for (const auto& example : row.examples) {
    examples.emplace_back(map_of(field("example", example.code),
                                 field("description", example.description),
                                 field("result", nullptr)));
  }
  Map signature = map_of(field("name", row.name),
                         field("description", row.description),
                         field("extra_description", row.extra),
                         field("search_terms", std::move(terms)),
                         field("required_positional", encode_list(row.required)),
                         field("optional_positional", encode_list(row.optional)),
                         field("rest_positional", row.is_catch_all ? rest_of_catch_all() : Value()),
                         field("named", std::move(flags)),
                         field("input_output_types", std::move(types)),
                         field("allow_variants_without_examples", true),
                         field("is_filter", false),
                         field("creates_scope", false),
                         field("allows_unknown_args", row.is_catch_all),
                         field("complete", row.completes_externally ? Value("External") : Value()),
                         field("category", map_of(field("Custom", "aws"))));
  return map_of(field("sig", std::move(signature)), field("examples", std::move(examples)));
}

}  // namespace virga::nushell
