// SPDX-License-Identifier: Apache-2.0
#include "output/chunked_text.hpp"
#include "output/formats/formats.hpp"
#include "value/json_write.hpp"

namespace virga::output {
namespace {

class NdjsonFormatter final : public Formatter {
 public:
  explicit NdjsonFormatter(const FormatOptions& options) {
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
    add(result);
    return buffer_.flush(out);
  }

  Status part(const Part& part, Writer& out) override {
    for (const auto& item : *part.value.as_list()) {
      add(item);
      VIRGA_TRY(buffer_.spill(out));
    }
    return buffer_.flush(out);
  }

 private:
  void add(const Value& item) {
    write_json(buffer_.text, item, style_);
    buffer_.text += '\n';
  }

  JsonStyle style_;
  ChunkedText buffer_;
};

}  // namespace

std::unique_ptr<Formatter> make_ndjson_formatter(const FormatOptions& options) {
  return std::make_unique<NdjsonFormatter>(options);
}

}  // namespace virga::output
