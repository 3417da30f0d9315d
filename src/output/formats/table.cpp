// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output/chunked_text.hpp"
#include "output/formats/formats.hpp"
#include "output/python_scalar.hpp"
#include "output/table_layout.hpp"

namespace virga::output {
namespace {

/// What Python takes for false: there is nothing to show.
bool is_nothing(const Value& value) {
  if (const auto* list = value.as_list()) {
    return list->empty();
  }
  if (const auto* map = value.as_map()) {
    return map->empty();
  }
  if (const auto* text = value.as_string()) {
    return text->empty();
  }
  return value.is_null() || value == Value(false) || value == Value(0) || value == Value(0.0);
}

/// Keys in order: those of scalars, and the others.
struct Keys {
  std::vector<std::string> scalars;
  std::vector<std::string> others;
};

Keys keys_of(const std::vector<const Map*>& maps) {
  std::set<std::string_view> scalars;
  std::set<std::string_view> others;
  for (const auto* map : maps) {
    for (const auto& [key, value] : *map) {
      (is_scalar(value) ? scalars : others).insert(key);
    }
  }
  return {{scalars.begin(), scalars.end()}, {others.begin(), others.end()}};
}

/// Makes sections of a value, as TableFormatter of awscli/formatter.py does.
class TableBuilder {
 public:
  explicit TableBuilder(TimestampStyle timestamps) : timestamps_(timestamps) {}

  /// False if there is nothing to show.
  bool add(const std::string* title, const Value& value, std::size_t indent = 0) {
    if (is_nothing(value)) {
      return false;
    }
    if (title != nullptr) {
      start_section(title, indent);
    }
    if (const auto* list = value.as_list()) {
      if (list->front().is_map()) {
        add_maps(*list, title, indent);
      } else {
        add_rows(*list);
      }
    } else if (const auto* map = value.as_map()) {
      add_map(*map, indent);
    }
    return true;
  }

  std::vector<TableSection> take() { return std::move(sections_); }

 private:
  void start_section(const std::string* title, std::size_t indent) {
    TableSection section;
    if (title != nullptr) {
      section.title = *title;
    }
    section.indent = indent;
    sections_.push_back(std::move(section));
  }

  TableSection& section() {
    if (sections_.empty()) {
      start_section(nullptr, 0);
    }
    return sections_.back();
  }

  void add_map(const Map& map, std::size_t indent) {
    Keys keys = keys_of({&map});
    if (keys.scalars.size() == 1) {
      section().add_row({keys.scalars.front(), shown(*map.find(keys.scalars.front()))});
    } else if (!keys.scalars.empty()) {
      section().set_headers(keys.scalars);
      section().add_row(cells(map, keys.scalars));
    }
    for (const auto& key : keys.others) {
      add(&key, *map.find(key), indent + 1);
    }
  }

  void add_maps(const List& list, const std::string* title, std::size_t indent) {
    std::vector<const Map*> maps;
    for (const auto& element : list) {
      if (const auto* map = element.as_map()) {
        maps.push_back(map);
      }
    }
    const Keys keys = keys_of(maps);
    section().set_headers(keys.scalars);
    bool first = true;
    for (const auto& element : list) {
      if (!first && !keys.others.empty()) {
        start_section(title, indent);
        section().set_headers(keys.scalars);
      }
      first = false;
      const auto* map = element.as_map();
      if (map == nullptr) {  // where the AWS CLI mostly fails
        const bool has_cell = is_scalar(element) && !keys.scalars.empty();
        section().add_row(has_cell ? std::vector{shown(element)} : std::vector<std::string>());
        continue;
      }
      section().add_row(cells(*map, keys.scalars));
      for (const auto& key : keys.others) {
        if (const auto* value = map->find(key)) {
          add(&key, *value, indent + 1);
        }
      }
    }
  }

  void add_rows(const List& list) {
    for (const auto& item : list) {
      if (is_scalar(item)) {
        section().add_row({shown(item)});
      } else if (const auto* map = item.as_map()) {  // so the AWS CLI: the keys
        std::vector<std::string> row;
        for (const auto& entry : *map) {
          row.push_back(entry.first);
        }
        section().add_row(std::move(row));
      } else if (std::all_of(item.as_list()->begin(), item.as_list()->end(), is_scalar)) {
        std::vector<std::string> row;
        for (const auto& element : *item.as_list()) {
          row.push_back(shown(element));
        }
        section().add_row(std::move(row));
      } else {
        add(nullptr, item);
      }
    }
  }

  std::vector<std::string> cells(const Map& map, const std::vector<std::string>& keys) {
    std::vector<std::string> row;
    row.reserve(keys.size());
    for (const auto& key : keys) {
      const auto* value = map.find(key);
      row.push_back(value == nullptr ? std::string() : shown(*value));
    }
    return row;
  }

  std::string shown(const Value& value) {
    std::string out;
    append_python_str(out, value, timestamps_);
    return out;
  }

  TimestampStyle timestamps_;
  std::vector<TableSection> sections_;
};

class TableFormatter final : public Formatter {
 public:
  explicit TableFormatter(const FormatOptions& options)
      : timestamps_(options.timestamps),
        unit_(options.whole ? Unit::whole : Unit::block),
        title_(options.title),
        layout_(options.color, options.terminal_width) {}

  [[nodiscard]] Unit unit() const override { return unit_; }

  Status print(const Value& result, Writer& out) override {
    TableBuilder builder(timestamps_);
    if (!builder.add(&title_, result)) {
      return {};
    }
    auto sections = builder.take();
    layout_.draw(buffer_.text, sections);
    return buffer_.flush(out);
  }

  Status part(const Part& part, Writer& out) override { return print(part.value, out); }

 private:
  TimestampStyle timestamps_;
  Unit unit_;
  std::string title_;
  TableLayout layout_;
  ChunkedText buffer_;
};

}  // namespace

std::unique_ptr<Formatter> make_table_formatter(const FormatOptions& options) {
  return std::make_unique<TableFormatter>(options);
}

}  // namespace virga::output
