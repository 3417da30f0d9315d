// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "output/chunked_text.hpp"
#include "output/formats/formats.hpp"
#include "output/python_scalar.hpp"
#include "value/json_write.hpp"

namespace virga::output {
namespace {

/// Maps become rows below a header of the keys of the first part; lists become rows as they are,
/// scalars rows of one field.
class CsvFormatter final : public Formatter {
 public:
  explicit CsvFormatter(const FormatOptions& options) : order_(options.columns) {
    style_.compact = true;
    style_.timestamps = options.timestamps;
  }

  [[nodiscard]] Unit unit() const override { return Unit::item; }

  Status print(const Value& result, Writer& out) override {
    if (result.is_list()) {
      return part({result}, out);
    }
    if (const auto* map = result.as_map(); map != nullptr && map->empty()) {
      return {};
    }
    return part({Value(List{result})}, out);
  }

  Status part(const Part& part, Writer& out) override {
    const List& items = *part.value.as_list();
    if (!has_header_ && !items.empty()) {
      has_header_ = true;
      find_columns(items);
      add_header();
    }
    for (const auto& item : items) {
      add_row(item);
      VIRGA_TRY(buffer_.spill(out));
    }
    return buffer_.flush(out);
  }

  [[nodiscard]] std::string note() const override {
    if (late_.empty()) {
      return {};
    }
    return concat("csv: left out, as they appear only after the first page: ",
                  join({late_.begin(), late_.end()}, ", "));
  }

 private:
  void find_columns(const List& items) {
    std::set<std::string_view> present;
    std::vector<std::string> seen;
    for (const auto& item : items) {
      const auto* map = item.as_map();
      for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
        const auto& key = (map->begin() + static_cast<std::ptrdiff_t>(i))->first;
        if (present.insert(key).second) {
          seen.push_back(key);
        }
      }
    }
    for (const auto& name : order_) {
      if (present.contains(name)) {
        columns_.push_back(name);
      }
    }
    for (const auto& name : seen) {
      if (std::find(order_.begin(), order_.end(), name) == order_.end()) {
        columns_.push_back(name);
      }
    }
  }

  void add_header() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      buffer_.text += i == 0 ? "" : ",";
      add_text(columns_[i]);
    }
    buffer_.text += columns_.empty() ? "" : "\n";
  }

  void add_row(const Value& item) {
    if (const auto* map = item.as_map()) {
      add_map(*map);
    } else if (const auto* list = item.as_list()) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        buffer_.text += i == 0 ? "" : ",";
        add_field((*list)[i]);
      }
    } else {
      add_field(item);
    }
    buffer_.text += '\n';
  }

  void add_map(const Map& map) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      buffer_.text += i == 0 ? "" : ",";
      if (const auto* value = map.find(columns_[i])) {
        ++found;
        add_field(*value);
      }
    }
    if (found < map.size()) {
      note_late(map);
    }
  }

  void note_late(const Map& map) {
    constexpr std::size_t k_most = 100;  // user-given keys may be without end
    for (const auto& [key, value] : map) {
      if (late_.size() < k_most &&
          std::find(columns_.begin(), columns_.end(), key) == columns_.end()) {
        late_.insert(key);
      }
    }
  }

  void add_field(const Value& value) {
    if (value.is_null()) {
      return;
    }
    if (const auto* text = value.as_string()) {
      add_text(*text);
      return;
    }
    std::string json = to_json(value, style_);
    if (json.starts_with('"')) {  // a blob or a time: its text needs no escapes
      json = json.substr(1, json.size() - 2);
    }
    add_text(json);
  }

  void add_text(std::string_view text) {
    if (text.find_first_of("\",\n\r") == std::string_view::npos) {
      buffer_.text += text;
      return;
    }
    buffer_.text += '"';
    for (const char c : text) {
      buffer_.text += c;
      if (c == '"') {
        buffer_.text += c;
      }
    }
    buffer_.text += '"';
  }

  JsonStyle style_;
  std::vector<std::string> order_;
  std::vector<std::string> columns_;
  std::set<std::string> late_;
  bool has_header_ = false;
  ChunkedText buffer_;
};

}  // namespace

std::unique_ptr<Formatter> make_csv_formatter(const FormatOptions& options) {
  return std::make_unique<CsvFormatter>(options);
}

}  // namespace virga::output
