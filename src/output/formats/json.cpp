// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "output/chunked_text.hpp"
#include "output/formats/formats.hpp"
#include "value/json_write.hpp"

namespace virga::output {
namespace {

constexpr int k_indent = 4;

class JsonFormatter final : public Formatter {
 public:
  explicit JsonFormatter(const FormatOptions& options) {
    style_.indent = k_indent;
    style_.timestamps = options.timestamps;
  }

  [[nodiscard]] Unit unit() const override { return Unit::document; }

  Status print(const Value& result, Writer& out) override {
    if (const auto* map = result.as_map(); map != nullptr && map->empty()) {
      return {};
    }
    VIRGA_TRY(write(result, 0, out));
    buffer_.text += '\n';
    return buffer_.flush(out);
  }

  Status begin(const std::vector<std::string>& path, Map& /*known*/, Writer& /*out*/) override {
    path_ = path;
    for (std::size_t i = 0; i < path.size(); ++i) {
      buffer_.text += '{';
      newline(i + 1);
      write_json_string(buffer_.text, path[i]);
      buffer_.text += ": ";
    }
    buffer_.text += '[';
    return {};  // the first elements are written together with it
  }

  Status part(const Part& part, Writer& out) override {
    const int level = static_cast<int>(path_.size()) + 1;
    for (const auto& element : *part.value.as_list()) {
      buffer_.text += has_elements_ ? "," : "";
      has_elements_ = true;
      newline(path_.size() + 1);
      VIRGA_TRY(write(element, level, out));
      VIRGA_TRY(buffer_.spill(out));
    }
    return buffer_.flush(out);
  }

  Status end(const Map& rest, Writer& out) override {
    if (has_elements_) {
      newline(path_.size());
    }
    buffer_.text += ']';
    close(rest, 0);
    buffer_.text += '\n';
    return buffer_.flush(out);
  }

 private:
  Status write(const Value& value, int level, Writer& out) {
    return write_json_in_parts(
        buffer_.text, value, style_, level, [&] { return buffer_.spill(out); });
  }

  /// Ends the map at this depth of the path, which has its first member already.
  void close(const Map& rest, std::size_t depth) {
    if (depth == path_.size()) {
      return;
    }
    const auto* inner = rest.find(path_[depth]);
    const auto* inner_map = inner == nullptr ? nullptr : inner->as_map();
    close(inner_map == nullptr ? Map() : *inner_map, depth + 1);
    for (const auto& [key, value] : rest) {
      if (key == path_[depth]) {
        continue;
      }
      buffer_.text += ',';
      newline(depth + 1);
      write_json_string(buffer_.text, key);
      buffer_.text += ": ";
      write_json(buffer_.text, value, style_, static_cast<int>(depth) + 1);
    }
    newline(depth);
    buffer_.text += '}';
  }

  void newline(std::size_t level) {
    buffer_.text += '\n';
    buffer_.text.append(level * k_indent, ' ');
  }

  JsonStyle style_;
  ChunkedText buffer_;
  std::vector<std::string> path_;
  bool has_elements_ = false;
};

}  // namespace

std::unique_ptr<Formatter> make_json_formatter(const FormatOptions& options) {
  return std::make_unique<JsonFormatter>(options);
}

}  // namespace virga::output
