// SPDX-License-Identifier: Apache-2.0
#include "query/item.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

#include "base/encoding.hpp"
#include "query/node.hpp"
#include "value/json_read.hpp"

namespace virga::query {
namespace {

const Value k_null;
const Value k_true(true);
const Value k_false(false);

/// A billion bytes of elements.
constexpr std::size_t k_max_slots = std::size_t{1} << 26U;
/// A result may repeat what was made this often on average, and this much in any case.
constexpr std::size_t k_max_repeats = 16;
constexpr std::size_t k_free_repeats = std::size_t{1} << 18U;

/// The number that a timestamp stands for, if it came as one.
std::optional<Value> number_of(const Timestamp& timestamp) {
  if (!timestamp.is_number) {
    return std::nullopt;
  }
  auto number = read_json(timestamp.wire);
  if (!number || !(number->is_integer() || number->is_number())) {
    return std::nullopt;
  }
  return std::move(*number);
}

Type type_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return Type::null;
    case Value::Kind::boolean:
      return Type::boolean;
    case Value::Kind::integer:
    case Value::Kind::number:
    case Value::Kind::big_integer:
      return Type::number;
    case Value::Kind::timestamp:
      return number_of(*value.as_timestamp()) ? Type::number : Type::string;
    case Value::Kind::list:
      return Type::array;
    case Value::Kind::map:
      return Type::object;
    case Value::Kind::string:
    case Value::Kind::blob:
      break;
  }
  return Type::string;
}

bool is_false_value(const Value& value) {
  if (const auto* truth = value.as_bool()) {
    return !*truth;
  }
  if (const auto* text = value.as_string()) {
    return text->empty();
  }
  if (const auto* blob = value.as_blob()) {
    return blob->bytes.empty();
  }
  if (const auto* time = value.as_timestamp()) {
    return time->wire.empty();
  }
  return value.is_null();
}

bool is_negative(const BigInteger& number) { return number.digits.front() == '-'; }

std::strong_ordering compare_big(const BigInteger& a, const BigInteger& b) {
  if (is_negative(a) != is_negative(b)) {
    return is_negative(a) ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const auto by_size = a.digits.size() <=> b.digits.size();
  const auto magnitude = by_size != 0 ? by_size : a.digits.compare(b.digits) <=> 0;
  return is_negative(a) ? 0 <=> magnitude : magnitude;
}

/// Copies with a limit on how many elements the copy has.
class Copier {
 public:
  explicit Copier(std::size_t limit) : limit_(limit) {}

  Result<Value> copy(Item item) {
    if (const auto* value = item.value()) {
      return *value;
    }
    if (item.expression() != nullptr) {
      return fail(ErrorCode::general, "Object of type _Expression is not JSON serializable");
    }
    if (item.size() > limit_) {
      return fail(ErrorCode::general, "The result of the query is too large.");
    }
    limit_ -= item.size();
    return item.item_list() != nullptr ? copy_list(*item.item_list()) : copy_map(*item.item_map());
  }

 private:
  Result<Value> copy_list(const ItemList& items) {
    List list;
    list.reserve(items.size());
    for (const auto& element : items) {
      VIRGA_TRY_ASSIGN(Value value, copy(element));
      list.push_back(std::move(value));
    }
    return Value(std::move(list));
  }

  Result<Value> copy_map(const ItemMap& items) {
    Map map;
    for (const auto& [key, member] : items) {
      VIRGA_TRY_ASSIGN(Value value, copy(member));
      map.append(std::string(key), std::move(value));
    }
    return Value(std::move(map));
  }

  std::size_t limit_;
};

bool is_numeric(Type type) { return type == Type::number || type == Type::boolean; }

}  // namespace

Item::Item() : data_(&k_null) {}

Item Item::of(bool truth) { return truth ? k_true : k_false; }

const Value* Item::value() const {
  const auto* held = std::get_if<const Value*>(&data_);
  return held == nullptr ? nullptr : *held;
}

const Node* Item::expression() const {
  const auto* held = std::get_if<const Node*>(&data_);
  return held == nullptr ? nullptr : *held;
}

const ItemList* Item::item_list() const {
  const auto* held = std::get_if<const ItemList*>(&data_);
  return held == nullptr ? nullptr : *held;
}

const ItemMap* Item::item_map() const {
  const auto* held = std::get_if<const ItemMap*>(&data_);
  return held == nullptr ? nullptr : *held;
}

Type Item::type() const {
  if (const auto* held = value()) {
    return type_of(*held);
  }
  if (expression() != nullptr) {
    return Type::expref;
  }
  return item_list() != nullptr ? Type::array : Type::object;
}

bool Item::is_false() const {
  const auto* held = value();
  if (held != nullptr && !held->is_list() && !held->is_map()) {
    return is_false_value(*held);
  }
  return expression() == nullptr && size() == 0;
}

std::size_t Item::size() const {
  if (const auto* list = item_list()) {
    return list->size();
  }
  if (const auto* map = item_map()) {
    return map->size();
  }
  const auto* held = value();
  if (held == nullptr) {
    return 0;
  }
  if (const auto* list = held->as_list()) {
    return list->size();
  }
  return held->is_map() ? held->as_map()->size() : 0;
}

Item Item::at(std::size_t index) const {
  if (const auto* list = item_list()) {
    return (*list)[index];
  }
  if (const auto* map = item_map()) {
    return (*map)[index].second;
  }
  if (const auto* list = value()->as_list()) {
    return (*list)[index];
  }
  return (value()->as_map()->begin() + static_cast<std::ptrdiff_t>(index))->second;
}

std::string_view Item::key(std::size_t index) const {
  if (const auto* map = item_map()) {
    return (*map)[index].first;
  }
  return (value()->as_map()->begin() + static_cast<std::ptrdiff_t>(index))->first;
}

std::optional<Item> Item::find(std::string_view key) const {
  if (const auto* map = item_map()) {
    for (const auto& [name, member] : *map) {
      if (name == key) {
        return member;
      }
    }
    return std::nullopt;
  }
  const auto* member = value() == nullptr ? nullptr : value()->find(key);
  return member == nullptr ? std::nullopt : std::optional<Item>(*member);
}

Item Pool::keep(Value value) { return values_.emplace_back(std::move(value)); }

Item Pool::keep(ItemList list) {
  slots_ += list.size();
  return lists_.emplace_back(std::move(list));
}

Item Pool::keep(ItemMap map) {
  slots_ += map.size();
  return maps_.emplace_back(std::move(map));
}

Item Pool::plain(Item item) {
  const auto* value = item.value();
  if (value == nullptr) {
    return item;
  }
  if (const auto* blob = value->as_blob()) {
    return keep(Value(base64_encode(blob->bytes)));
  }
  if (const auto* time = value->as_timestamp()) {
    auto number = number_of(*time);
    return keep(number ? std::move(*number) : Value(time->wire));
  }
  return item;
}

bool Pool::is_overfull() const { return slots_ > k_max_slots; }

Result<Value> Pool::to_value(Item item) const {
  return Copier(k_free_repeats + k_max_repeats * slots_).copy(item);
}

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  const auto* big_a = a.as_big_integer();
  const auto* big_b = b.as_big_integer();
  if (big_a != nullptr && big_b != nullptr) {
    return compare_big(*big_a, *big_b);
  }
  // 64 bits of mantissa at least on the systems that we build for: exact for 64-bit integers.
  const auto real = [](const Value& value) -> long double {
    if (const auto* truth = value.as_bool()) {
      return *truth ? 1 : 0;
    }
    if (const auto* integer = value.as_integer()) {
      return static_cast<long double>(*integer);
    }
    if (const auto* big = value.as_big_integer()) {
      return std::strtold(big->digits.c_str(), nullptr);
    }
    return static_cast<long double>(*value.as_number());
  };
  return real(a) <=> real(b);
}

bool python_equal(Item a, Item b, Pool& pool) {
  a = pool.plain(a);
  b = pool.plain(b);
  const Type type = a.type();
  if (is_numeric(type) && is_numeric(b.type())) {
    return compare_numbers(*a.value(), *b.value()) == 0;
  }
  if (type != b.type()) {
    return false;
  }
  if (type == Type::string) {
    return *a.value()->as_string() == *b.value()->as_string();
  }
  if (type == Type::null || type == Type::expref) {
    return a.expression() == b.expression();
  }
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto other = type == Type::array ? std::optional<Item>(b.at(i)) : b.find(a.key(i));
    if (!other || !python_equal(a.at(i), *other, pool)) {
      return false;
    }
  }
  return true;
}

}  // namespace virga::query
