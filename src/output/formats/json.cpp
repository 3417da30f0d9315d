// SPDX-License-Identifier: Apache-2.0
#include "output/formats/json.hpp"

#include <string>

#include "value/json_write.hpp"

namespace virga::output {
namespace {

class JsonFormatter final : public Formatter {
 public:
  explicit JsonFormatter(const FormatOptions& options) {
    style_.indent = 4;
    style_.timestamps = options.timestamps;
  }

  Status print(const Value& result, Writer& out) override {
    if (const auto* map = result.as_map(); map != nullptr && map->empty()) {
      return {};
    }
    std::string text;
    write_json(text, result, style_);
    text += '\n';
    return out.write(text);
  }

 private:
  JsonStyle style_;
};

}  // namespace

std::unique_ptr<Formatter> make_json_formatter(const FormatOptions& options) {
  return std::make_unique<JsonFormatter>(options);
}

}  // namespace virga::output
