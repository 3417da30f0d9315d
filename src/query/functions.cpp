// SPDX-License-Identifier: Apache-2.0
#include "query/functions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "query/evaluator.hpp"
#include "query/python_text.hpp"
#include "value/json_write.hpp"

namespace virga::query {
namespace {

using Arguments = std::span<const Item>;

/// The types that a parameter takes, as messages list them; none: any. "array-number" is an array
/// of nothing but numbers.
using Types = std::span<const std::string_view>;

std::string_view name_of(Type type) {
  static constexpr std::array<std::string_view, 7> k_names = {
      "null", "boolean", "number", "string", "array", "object", "expref"};
  return k_names.at(static_cast<std::size_t>(type));
}

tl::unexpected<Error> type_error(std::string_view function,
                                 Item item,
                                 std::string_view received,
                                 Types types) {
  std::string expected;
  for (const auto type : types) {
    append(expected, expected.empty() ? "'" : ", '", type, '\'');
  }
  return fail(ErrorCode::general,
              concat("In function ",
                     function,
                     "(), invalid type for value: ",
                     python_str(item),
                     ", expected one of: [",
                     expected,
                     "], received: \"",
                     received,
                     '"'));
}

std::string_view element_type(std::string_view type) {
  const auto dash = type.find('-');
  return dash == std::string_view::npos ? std::string_view() : type.substr(dash + 1);
}

/// Where arrays of several types are allowed, the first element says which one it is.
Status check_elements(std::string_view function, Item array, Types types) {
  std::string_view required;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const Item element = array.at(i);
    const std::string_view type = name_of(element.type());
    if (i == 0) {
      const bool known = std::any_of(types.begin(), types.end(), [&](std::string_view allowed) {
        return element_type(allowed) == type;
      });
      required = known ? type : std::string_view();
    }
    if (type != required) {
      return type_error(function, element, python_class(element), types);
    }
  }
  return {};
}

Status check_type(std::string_view function, Item item, Types types) {
  if (types.empty()) {
    return {};
  }
  const std::string_view type = name_of(item.type());
  const bool allowed = std::any_of(types.begin(), types.end(), [&](std::string_view one) {
    return one.substr(0, one.find('-')) == type;
  });
  if (!allowed) {
    return type_error(function, item, type, types);
  }
  return element_type(types.front()).empty() ? Status() : check_elements(function, item, types);
}

std::string_view text_of(Evaluator& evaluator, Item item) {
  return *evaluator.pool().plain(item).value()->as_string();
}

Result<Item> text_result(Evaluator& evaluator, std::string text) {
  return evaluator.pool().keep(Value(std::move(text)));
}

Result<Item> contains(Evaluator& evaluator, Arguments arguments) {
  const Item subject = arguments[0];
  if (!subject.is_array()) {
    if (arguments[1].type() != Type::string) {
      return fail(ErrorCode::general,
                  concat("'in <string>' requires string as left operand, not ",
                         python_class(arguments[1])));
    }
    const auto found = text_of(evaluator, subject).find(text_of(evaluator, arguments[1]));
    return Item::of(found != std::string_view::npos);
  }
  for (std::size_t i = 0; i < subject.size(); ++i) {
    if (python_equal(subject.at(i), arguments[1], evaluator.pool())) {
      return Item::of(true);
    }
  }
  return Item::of(false);
}

Result<Item> ends_with(Evaluator& evaluator, Arguments arguments) {
  return Item::of(text_of(evaluator, arguments[0]).ends_with(text_of(evaluator, arguments[1])));
}

Result<Item> starts_with(Evaluator& evaluator, Arguments arguments) {
  return Item::of(text_of(evaluator, arguments[0]).starts_with(text_of(evaluator, arguments[1])));
}

Result<Item> join(Evaluator& evaluator, Arguments arguments) {
  const std::string_view separator = text_of(evaluator, arguments[0]);
  std::string joined;
  for (std::size_t i = 0; i < arguments[1].size(); ++i) {
    append(joined, i == 0 ? std::string_view() : separator, text_of(evaluator, arguments[1].at(i)));
  }
  return text_result(evaluator, std::move(joined));
}

Result<Item> keys(Evaluator& evaluator, Arguments arguments) {
  List names;
  for (std::size_t i = 0; i < arguments[0].size(); ++i) {
    names.emplace_back(arguments[0].key(i));
  }
  return evaluator.pool().keep(Value(std::move(names)));
}

Result<Item> values(Evaluator& evaluator, Arguments arguments) {
  ItemList members;
  for (std::size_t i = 0; i < arguments[0].size(); ++i) {
    members.push_back(arguments[0].at(i));
  }
  return evaluator.pool().keep(std::move(members));
}

Result<Item> length(Evaluator& evaluator, Arguments arguments) {
  std::size_t count = arguments[0].size();
  if (arguments[0].type() == Type::string) {
    const std::string_view text = text_of(evaluator, arguments[0]);
    count = 0;
    for (std::size_t position = 0; position < text.size(); ++count) {
      static_cast<void>(next_code_point(text, position));
    }
  }
  return evaluator.pool().keep(Value(static_cast<std::int64_t>(count)));
}

Result<Item> map(Evaluator& evaluator, Arguments arguments) {
  ItemList results;
  for (std::size_t i = 0; i < arguments[1].size(); ++i) {
    VIRGA_TRY_ASSIGN(const Item result,
                     evaluator.evaluate(*arguments[0].expression(), arguments[1].at(i)));
    results.push_back(result);
  }
  return evaluator.pool().keep(std::move(results));
}

/// What Python's dict.update says. It would take a list of pairs, which is an error here.
std::string not_a_map(Item item) {
  if (item.is_array()) {
    return "cannot convert dictionary update sequence element #0 to a sequence";
  }
  return item.type() == Type::string
             ? "dictionary update sequence element #0 has length 1; 2 is required"
             : concat('\'', python_class(item), "' object is not iterable");
}

Result<Item> merge(Evaluator& evaluator, Arguments arguments) {
  ItemMap merged;
  for (const Item argument : arguments) {
    const Type type = argument.type();
    const bool iterable = type == Type::array || type == Type::string;
    if (type != Type::object && !(iterable && argument.is_false())) {
      return fail(ErrorCode::general, not_a_map(argument));
    }
    for (std::size_t i = 0; i < argument.size(); ++i) {
      const std::string_view key = argument.key(i);
      const auto present = std::find_if(
          merged.begin(), merged.end(), [&](const auto& entry) { return entry.first == key; });
      if (present != merged.end()) {
        present->second = argument.at(i);
      } else {
        merged.emplace_back(key, argument.at(i));
      }
    }
  }
  return evaluator.pool().keep(std::move(merged));
}

Result<Item> not_null(Evaluator& /*evaluator*/, Arguments arguments) {
  const auto found = std::find_if(
      arguments.begin(), arguments.end(), [](const Item& item) { return !item.is_null(); });
  return found == arguments.end() ? Item() : *found;
}

Result<Item> reverse(Evaluator& evaluator, Arguments arguments) {
  if (!arguments[0].is_array()) {
    const std::string_view text = text_of(evaluator, arguments[0]);
    std::string reversed;
    for (std::size_t position = 0; position < text.size();) {
      const std::size_t start = position;
      static_cast<void>(next_code_point(text, position));
      reversed.insert(0, text.substr(start, position - start));
    }
    return text_result(evaluator, std::move(reversed));
  }
  ItemList reversed;
  for (std::size_t i = arguments[0].size(); i > 0; --i) {
    reversed.push_back(arguments[0].at(i - 1));
  }
  return evaluator.pool().keep(std::move(reversed));
}

enum class Extreme { smallest, largest };

/// Python's min or max of the elements, by the keys: the first one of several equal.
Result<Item> extreme(Evaluator& evaluator, Item array, const Node* key, Extreme which) {
  static constexpr std::array<std::string_view, 2> k_key_types = {"number", "string"};
  Item best;
  Item best_key;
  for (std::size_t i = 0; i < array.size(); ++i) {
    Item item_key = array.at(i);
    if (key != nullptr) {
      VIRGA_TRY_ASSIGN(item_key, evaluator.evaluate(*key, array.at(i)));
      VIRGA_TRY(
          check_type(which == Extreme::smallest ? "min_by" : "max_by", item_key, k_key_types));
    }
    if (i > 0) {
      const std::string_view sign = which == Extreme::smallest ? "<" : ">";
      VIRGA_TRY_ASSIGN(const auto order, python_order(item_key, best_key, sign, evaluator.pool()));
      if (which == Extreme::smallest ? !(order < 0) : !(order > 0)) {
        continue;
      }
    }
    best = array.at(i);
    best_key = item_key;
  }
  return best;
}

Result<Item> max(Evaluator& evaluator, Arguments arguments) {
  return extreme(evaluator, arguments[0], nullptr, Extreme::largest);
}

Result<Item> min(Evaluator& evaluator, Arguments arguments) {
  return extreme(evaluator, arguments[0], nullptr, Extreme::smallest);
}

Result<Item> max_by(Evaluator& evaluator, Arguments arguments) {
  return extreme(evaluator, arguments[0], arguments[1].expression(), Extreme::largest);
}

Result<Item> min_by(Evaluator& evaluator, Arguments arguments) {
  return extreme(evaluator, arguments[0], arguments[1].expression(), Extreme::smallest);
}

/// Keys, all numbers or all strings, and the items that they are of.
using Keyed = std::vector<std::pair<Item, Item>>;

Result<Item> sorted(Evaluator& evaluator, Keyed keyed) {
  for (auto& entry : keyed) {
    entry.first = evaluator.pool().plain(entry.first);
  }
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    const auto order = python_order(a.first, b.first, "<", evaluator.pool());
    return order && *order < 0;
  });
  ItemList items;
  items.reserve(keyed.size());
  for (const auto& entry : keyed) {
    items.push_back(entry.second);
  }
  return evaluator.pool().keep(std::move(items));
}

Result<Item> sort(Evaluator& evaluator, Arguments arguments) {
  Keyed keyed;
  for (std::size_t i = 0; i < arguments[0].size(); ++i) {
    keyed.emplace_back(arguments[0].at(i), arguments[0].at(i));
  }
  return sorted(evaluator, std::move(keyed));
}

Result<Item> sort_by(Evaluator& evaluator, Arguments arguments) {
  static constexpr std::array<std::string_view, 2> k_key_types = {"string", "number"};
  const Item array = arguments[0];
  Keyed keyed;
  std::array<std::string_view, 1> required;
  for (std::size_t i = 0; i < array.size(); ++i) {
    VIRGA_TRY_ASSIGN(const Item key, evaluator.evaluate(*arguments[1].expression(), array.at(i)));
    if (i == 0) {
      required[0] = name_of(key.type());
      if (key.type() != Type::number && key.type() != Type::string) {
        return type_error("sort_by", array.at(0), required[0], k_key_types);
      }
    }
    VIRGA_TRY(check_type("sort_by", key, required));
    keyed.emplace_back(key, array.at(i));
  }
  return sorted(evaluator, std::move(keyed));
}

Result<Item> to_array(Evaluator& evaluator, Arguments arguments) {
  return arguments[0].is_array() ? arguments[0] : evaluator.pool().keep(ItemList{arguments[0]});
}

Result<Item> to_number(Evaluator& evaluator, Arguments arguments) {
  switch (arguments[0].type()) {
    case Type::number:
      return arguments[0];
    case Type::string: {
      auto number = python_number(text_of(evaluator, arguments[0]));
      return number ? evaluator.pool().keep(std::move(*number)) : Item();
    }
    case Type::expref:
      return fail(ErrorCode::general,
                  "int() argument must be a string, a bytes-like object or a real number, not "
                  "'_Expression'");
    default:
      return Item();
  }
}

Result<Item> to_string(Evaluator& evaluator, Arguments arguments) {
  if (arguments[0].type() == Type::string) {
    return evaluator.pool().plain(arguments[0]);
  }
  VIRGA_TRY_ASSIGN(const Value value, evaluator.pool().to_value(arguments[0]));
  return text_result(evaluator, to_json(value, {.ascii = true, .compact = true}));
}

Result<Item> type(Evaluator& evaluator, Arguments arguments) {
  const Type type = arguments[0].type();
  return type == Type::expref ? Item() : evaluator.pool().keep(Value(name_of(type)));
}

enum class Variadic { no, yes };

struct Function {
  std::string_view name;
  Result<Item> (*call)(Evaluator&, Arguments);
  std::array<Types, 2> parameters;
  std::size_t parameter_count;
  Variadic variadic = Variadic::no;  ///< takes more arguments, which are not checked
};

constexpr Types k_any;
constexpr std::array<std::string_view, 1> k_number = {"number"};
constexpr std::array<std::string_view, 1> k_string = {"string"};
constexpr std::array<std::string_view, 1> k_object = {"object"};
constexpr std::array<std::string_view, 1> k_array = {"array"};
constexpr std::array<std::string_view, 1> k_expref = {"expref"};
constexpr std::array<std::string_view, 1> k_numbers = {"array-number"};
constexpr std::array<std::string_view, 1> k_strings = {"array-string"};
constexpr std::array<std::string_view, 2> k_numbers_strings = {"array-number", "array-string"};
constexpr std::array<std::string_view, 2> k_strings_numbers = {"array-string", "array-number"};
constexpr std::array<std::string_view, 2> k_array_string = {"array", "string"};
constexpr std::array<std::string_view, 3> k_sized = {"string", "array", "object"};

constexpr std::array k_functions = {
    Function{"abs", absolute, {k_number}, 1},
    Function{"avg", average, {k_numbers}, 1},
    Function{"ceil", ceiling, {k_number}, 1},
    Function{"contains", contains, {k_array_string, k_any}, 2},
    Function{"ends_with", ends_with, {k_string, k_string}, 2},
    Function{"floor", rounded_down, {k_number}, 1},
    Function{"join", join, {k_string, k_strings}, 2},
    Function{"keys", keys, {k_object}, 1},
    Function{"length", length, {k_sized}, 1},
    Function{"map", map, {k_expref, k_array}, 2},
    Function{"max", max, {k_numbers_strings}, 1},
    Function{"max_by", max_by, {k_array, k_expref}, 2},
    Function{"merge", merge, {k_object}, 1, Variadic::yes},
    Function{"min", min, {k_numbers_strings}, 1},
    Function{"min_by", min_by, {k_array, k_expref}, 2},
    Function{"not_null", not_null, {k_any}, 1, Variadic::yes},
    Function{"reverse", reverse, {k_array_string}, 1},
    Function{"sort", sort, {k_strings_numbers}, 1},
    Function{"sort_by", sort_by, {k_array, k_expref}, 2},
    Function{"starts_with", starts_with, {k_string, k_string}, 2},
    Function{"sum", sum, {k_numbers}, 1},
    Function{"to_array", to_array, {k_any}, 1},
    Function{"to_number", to_number, {k_any}, 1},
    Function{"to_string", to_string, {k_any}, 1},
    Function{"type", type, {k_any}, 1},
    Function{"values", values, {k_object}, 1},
};

}  // namespace

Result<Item> call_function(Evaluator& evaluator, std::string_view name, Arguments arguments) {
  const auto* function = std::find_if(k_functions.begin(),
                                      k_functions.end(),
                                      [&](const Function& one) { return one.name == name; });
  if (function == k_functions.end()) {
    return fail(ErrorCode::general, concat("Unknown function: ", name, "()"));
  }
  const std::size_t expected = function->parameter_count;
  const bool variadic = function->variadic == Variadic::yes;
  if (variadic ? arguments.size() < expected : arguments.size() != expected) {
    return fail(ErrorCode::general,
                concat(variadic ? "Expected at least " : "Expected ",
                       expected,
                       expected == 1 ? " argument" : " arguments",
                       " for function ",
                       name,
                       "(), received ",
                       arguments.size()));
  }
  for (std::size_t i = 0; i < expected; ++i) {
    VIRGA_TRY(check_type(name, arguments[i], function->parameters.at(i)));
  }
  return function->call(evaluator, arguments);
}

}  // namespace virga::query
