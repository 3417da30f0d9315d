// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output/chunked_text.hpp"
#include "output/formats/formats.hpp"
#include "output/python_scalar.hpp"
#include "output/text_case.hpp"

namespace virga::output {
namespace {

using Keys = std::vector<std::string_view>;

/// The keys of a map in order, and where they are in it. Kept from one map to the next: the
/// elements of a list mostly have the same keys.
struct Layout {
  const Map* map = nullptr;  ///< the one that it was made for
  std::vector<std::uint32_t> order;

  static bool have_same_keys(const Map& a, const Map& b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
             return x.first == y.first;
           });
  }

  void use(const Map& other) {
    if (map != nullptr && have_same_keys(*map, other)) {
      return;
    }
    map = &other;
    order.resize(other.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    const auto entries = other.begin();
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return (entries + a)->first < (entries + b)->first;
    });
  }
};

/// The keys that have a scalar in any of the maps, in order.
Keys scalar_keys_of(const List& list) {
  Keys keys;
  for (const auto& element : list) {
    const auto* map = element.as_map();
    for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
      const auto& [key, value] = *(map->begin() + static_cast<std::ptrdiff_t>(i));
      if (!is_scalar(value)) {
        continue;
      }
      // Most often the i-th scalar is where the last map had it.
      const auto place = std::lower_bound(keys.begin(), keys.end(), std::string_view(key));
      if (place == keys.end() || *place != key) {
        keys.insert(place, key);
      }
    }
  }
  return keys;
}

template <typename Test>
bool any(const List& list, Test test) {
  return std::any_of(list.begin(), list.end(), test);
}

class TextFormatter final : public Formatter {
 public:
  explicit TextFormatter(const FormatOptions& options) : timestamps_(options.timestamps) {}

  [[nodiscard]] Unit unit() const override { return Unit::page; }

  Status print(const Value& result, Writer& out) override {
    out_ = &out;
    add(result, {}, nullptr);
    return finish();
  }

  Status part(const Part& part, Writer& out) override {
    out_ = &out;
    const auto* list = part.value.as_list();
    const bool scalars = list != nullptr && !list->empty() &&
                         !any(*list, [](const Value& v) { return !is_scalar(v); });
    if (scalars) {  // the line goes on until the listing ends
      for (const auto& element : *list) {
        buffer_.text += has_open_line_ ? "\t" : "";
        has_open_line_ = true;
        add_scalar(element);
      }
      return finish();
    }
    end_line();
    if (list == nullptr || !list->empty()) {
      add(part.value, {}, nullptr);
    }
    if (!part.next_token.empty()) {
      buffer_.text += "NEXTTOKEN\t";
      buffer_.text += part.next_token;
      buffer_.text += '\n';
    }
    return finish();
  }

  Status end(const Map& /*rest*/, Writer& out) override {
    out_ = &out;
    end_line();
    return finish();
  }

 private:
  Status finish() {
    VIRGA_TRY(status_);
    return buffer_.flush(*out_);
  }

  void end_line() {
    if (has_open_line_) {
      buffer_.text += '\n';
    }
    has_open_line_ = false;
  }

  void spill() {
    if (status_) {
      status_ = buffer_.spill(*out_);
    }
  }

  void add_scalar(const Value& value) { append_python_str(buffer_.text, value, timestamps_); }

  /// `identifier` is empty where there is none; keys of maps may be empty too, but no service has
  /// such.
  void add(const Value& value, std::string_view identifier, const Keys* scalar_keys) {
    if (const auto* map = value.as_map()) {
      if (scalar_keys == nullptr) {
        add_map(*map, identifier);
      } else {
        add_row(*map, identifier, *scalar_keys);
      }
    } else if (const auto* list = value.as_list()) {
      add_list(*list, identifier);
    } else {
      add_scalar(value);
      buffer_.text += '\n';
    }
    spill();
  }

  void add_list(const List& list, std::string_view identifier) {
    if (list.empty()) {
      return;
    }
    if (any(list, [](const Value& v) { return v.is_map(); })) {
      const Keys keys = scalar_keys_of(list);
      Layout layout;
      std::swap(layout, layout_);
      for (const auto& element : list) {
        add(element, identifier, &keys);
      }
      std::swap(layout, layout_);
    } else if (any(list, [](const Value& v) { return v.is_list(); })) {
      add_nested_lists(list, identifier);
    } else {
      add_scalar_list(list, identifier);
    }
  }

  /// The scalars first, then the lists.
  void add_nested_lists(const List& list, std::string_view identifier) {
    List scalars;
    for (const auto& element : list) {
      if (is_scalar(element)) {
        scalars.push_back(element);
      }
    }
    if (!scalars.empty()) {
      add_scalar_list(scalars, identifier);
    }
    for (const auto& element : list) {
      if (!is_scalar(element)) {
        add(element, identifier, nullptr);
      }
    }
  }

  void add_scalar_list(const List& list, std::string_view identifier) {
    bool first = true;
    for (const auto& element : list) {
      if (identifier.empty()) {
        buffer_.text += first ? "" : "\t";
      } else {
        add_identifier(identifier);
        buffer_.text += '\t';
      }
      first = false;
      add_scalar(element);
      if (!identifier.empty()) {
        buffer_.text += '\n';
      }
      spill();
    }
    buffer_.text += identifier.empty() ? "\n" : "";
  }

  void add_map(const Map& map, std::string_view identifier) {
    Layout layout;
    layout.use(map);
    bool has_scalars = false;
    for (const auto index : layout.order) {
      const Value& value = (map.begin() + index)->second;
      if (is_scalar(value)) {
        start_field(identifier, has_scalars);
        add_scalar(value);
      }
    }
    buffer_.text += has_scalars ? "\n" : "";
    for (const auto index : layout.order) {
      const auto& [key, value] = *(map.begin() + index);
      if (!is_scalar(value)) {
        add(value, key, nullptr);
      }
    }
  }

  /// An element of a list of maps: a field for each key that is a scalar in any of them.
  void add_row(const Map& map, std::string_view identifier, const Keys& scalar_keys) {
    layout_.use(map);
    const auto entry = [&](std::size_t i) -> const Map::Entry& {
      return *(map.begin() + layout_.order[i]);
    };
    bool has_fields = false;
    std::size_t next = 0;
    for (const auto key : scalar_keys) {
      while (next < map.size() && entry(next).first < key) {
        ++next;
      }
      start_field(identifier, has_fields);
      if (next < map.size() && entry(next).first == key) {
        add_scalar(entry(next).second);
      }
    }
    buffer_.text += has_fields ? "\n" : "";
    for (std::size_t i = 0; i < map.size(); ++i) {  // nested lists put the layout back
      const auto& [key, value] = entry(i);
      if (!is_scalar(value) &&
          !std::binary_search(scalar_keys.begin(), scalar_keys.end(), std::string_view(key))) {
        add(value, key, nullptr);
      }
    }
  }

  void start_field(std::string_view identifier, bool& has_fields) {
    if (!has_fields && !identifier.empty()) {
      add_identifier(identifier);
    }
    buffer_.text += has_fields || !identifier.empty() ? "\t" : "";
    has_fields = true;
  }

  void add_identifier(std::string_view identifier) { append_upper(buffer_.text, identifier); }

  TimestampStyle timestamps_;
  ChunkedText buffer_;
  Writer* out_ = nullptr;  ///< during print, part and end
  Status status_;
  Layout layout_;
  bool has_open_line_ = false;
};

}  // namespace

std::unique_ptr<Formatter> make_text_formatter(const FormatOptions& options) {
  return std::make_unique<TextFormatter>(options);
}

}  // namespace virga::output
