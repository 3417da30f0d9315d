// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "output/chunked_text.hpp"
#include "output/formats/formats.hpp"
#include "output/python_scalar.hpp"
#include "output/yaml_emitter.hpp"
#include "value/json_write.hpp"

namespace virga::output {
namespace {

/// The AWS CLI prints bare scalars as JSON: YAML would end them with a line of dots.
void append_document(std::string& out,
                     YamlEmitter& emitter,
                     const Value& value,
                     TimestampStyle timestamps) {
  if (is_scalar(value)) {
    JsonStyle style;
    style.timestamps = timestamps;
    write_json(out, value, style);
    out += '\n';
    return;
  }
  emitter.value(value);
  emitter.end_document();
}

bool is_empty_map(const Value& value) { return value.is_map() && value.as_map()->empty(); }

class YamlFormatter final : public Formatter {
 public:
  explicit YamlFormatter(const FormatOptions& options)
      : timestamps_(options.timestamps),
        unit_(options.whole ? Unit::whole : Unit::document),
        emitter_(buffer_.text, options.timestamps) {}

  [[nodiscard]] Unit unit() const override { return unit_; }

  Status print(const Value& result, Writer& out) override {
    if (is_empty_map(result)) {
      return {};
    }
    append_document(buffer_.text, emitter_, result, timestamps_);
    return buffer_.flush(out);
  }

  Status begin(const std::vector<std::string>& path, Map& known, Writer& out) override {
    path_ = path;
    Map* level = &known;
    for (const auto& name : path) {
      indents_.push_back(emitter_.indent());
      emitter_.open_map();
      if (level != nullptr) {
        take_entries_before(*level, name);
      }
      emitter_.key(name);
      Value* inner = level == nullptr ? nullptr : level->find(name);
      level = inner == nullptr ? nullptr : inner->as_map();
    }
    indents_.push_back(emitter_.indent());
    return buffer_.flush(out);
  }

  Status part(const Part& part, Writer& out) override {
    for (const auto& element : *part.value.as_list()) {
      if (!has_elements_) {
        emitter_.open_list();
      }
      has_elements_ = true;
      emitter_.item();
      emitter_.value(element);
      VIRGA_TRY(buffer_.spill(out));
    }
    return buffer_.flush(out);
  }

  Status end(const Map& rest, Writer& out) override {
    if (!has_elements_) {
      emitter_.value(List());
    }
    emitter_.close(indents_.back());
    close(rest, 0);
    emitter_.end_document();
    return buffer_.flush(out);
  }

 private:
  void add_entries(std::vector<const Map::Entry*> entries) {
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
      return a->first < b->first;
    });
    for (const auto* entry : entries) {
      emitter_.key(entry->first);
      emitter_.value(entry->second);
    }
  }

  void take_entries_before(Map& map, const std::string& name) {
    std::vector<const Map::Entry*> entries;
    for (const auto& entry : map) {
      if (entry.first < name) {
        entries.push_back(&entry);
      }
    }
    add_entries(std::move(entries));
    std::erase_if(map.entries(), [&](const Map::Entry& entry) { return entry.first < name; });
  }

  /// Ends the map at this depth of the path.
  void close(const Map& rest, std::size_t depth) {
    if (depth == path_.size()) {
      return;
    }
    const auto* inner = rest.find(path_[depth]);
    const auto* inner_map = inner == nullptr ? nullptr : inner->as_map();
    close(inner_map == nullptr ? Map() : *inner_map, depth + 1);
    std::vector<const Map::Entry*> entries;
    for (const auto& entry : rest) {
      if (entry.first != path_[depth]) {
        entries.push_back(&entry);
      }
    }
    add_entries(std::move(entries));
    emitter_.close(indents_[depth]);
  }

  TimestampStyle timestamps_;
  Unit unit_;
  ChunkedText buffer_;
  YamlEmitter emitter_;
  std::vector<std::string> path_;
  std::vector<int> indents_;  ///< of the maps along the path, then of the list
  bool has_elements_ = false;
};

class YamlStreamFormatter final : public Formatter {
 public:
  explicit YamlStreamFormatter(const FormatOptions& options)
      : emitter_(buffer_.text, options.timestamps) {}

  [[nodiscard]] Unit unit() const override { return Unit::answer; }

  Status print(const Value& result, Writer& out) override {
    return is_empty_map(result) ? Status() : part({result}, out);
  }

  Status part(const Part& part, Writer& out) override {
    emitter_.open_list();
    emitter_.item();
    emitter_.value(part.value);
    emitter_.end_document();
    return buffer_.flush(out);
  }

 private:
  ChunkedText buffer_;
  YamlEmitter emitter_;
};

}  // namespace

std::unique_ptr<Formatter> make_yaml_formatter(const FormatOptions& options) {
  return std::make_unique<YamlFormatter>(options);
}

std::unique_ptr<Formatter> make_yaml_stream_formatter(const FormatOptions& options) {
  return std::make_unique<YamlStreamFormatter>(options);
}

}  // namespace virga::output
