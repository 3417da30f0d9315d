// SPDX-License-Identifier: Apache-2.0
#include "output/formatter.hpp"

#include <algorithm>
#include <iterator>

#include "base/strings.hpp"
#include "output/formats/formats.hpp"

namespace virga::output {
namespace {

struct Format {
  std::string_view name;
  std::unique_ptr<Formatter> (*make)(const FormatOptions&);
};

constexpr Format k_formats[] = {
    {"json", make_json_formatter},
    {"text", make_text_formatter},
    {"table", make_table_formatter},
    {"yaml", make_yaml_formatter},
    {"yaml-stream", make_yaml_stream_formatter},
    {"off", make_off_formatter},
    {"ndjson", make_ndjson_formatter},
    {"csv", make_csv_formatter},
};

const Format* find_format(std::string_view name) {
  const auto* format = std::find_if(std::begin(k_formats),
                                    std::end(k_formats),
                                    [&](const Format& one) { return one.name == name; });
  return format == std::end(k_formats) ? nullptr : format;
}

}  // namespace

bool is_format(std::string_view format) { return find_format(format) != nullptr; }

Result<std::unique_ptr<Formatter>> make_formatter(std::string_view format,
                                                  const FormatOptions& options) {
  if (const auto* found = find_format(format)) {
    return found->make(options);
  }
  return fail(ErrorCode::general, concat("Unknown output type: ", format));
}

}  // namespace virga::output
